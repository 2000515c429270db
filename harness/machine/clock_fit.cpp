#include "harness/machine/clock_fit.hpp"

#include <algorithm>
#include <stdexcept>

namespace coordbench {
namespace {

/// offset = at_reference + slope * (time since the last instant, ns).
struct Line {
  double at_reference, slope;
  [[nodiscard]] double at(double since_ns) const { return at_reference + slope * since_ns; }
};

struct Point {
  double since_ns, low_ns, high_ns;
};

bool passes(const Line& line, std::span<const Point> points) {
  constexpr double kRounding = 1e-3;
  return std::all_of(points.begin(), points.end(), [&](const Point& point) {
    const double value = line.at(point.since_ns);
    return value >= point.low_ns - kRounding && value <= point.high_ns + kRounding;
  });
}

/// The corners of the polygon: lines that touch an end of two intervals and pass through all others.
std::vector<Line> extreme_lines(std::span<const Point> points) {
  std::vector<Line> lines;
  for (std::size_t a = 0; a < points.size(); ++a)
    for (std::size_t b = a + 1; b < points.size(); ++b)
      for (const double first : {points[a].low_ns, points[a].high_ns})
        for (const double second : {points[b].low_ns, points[b].high_ns}) {
          const double slope = (second - first) / (points[b].since_ns - points[a].since_ns);
          const Line line{first - slope * points[a].since_ns, slope};
          if (passes(line, points)) lines.push_back(line);
        }
  return lines;
}

double middle(std::span<const Line> lines, double since_ns) {
  const auto [low, high] = std::minmax_element(lines.begin(), lines.end(),
                                               [&](const Line& a, const Line& b) { return a.at(since_ns) < b.at(since_ns); });
  return (low->at(since_ns) + high->at(since_ns)) / 2;
}

std::vector<Point> points_of(std::span<const OffsetInterval> intervals, Time reference) {
  std::vector<Point> points;
  for (const OffsetInterval& interval : intervals)
    points.push_back({static_cast<double>(interval.at - reference), interval.low_ns, interval.high_ns});
  return points;
}

}  // namespace

void OffsetInterval::tighten(Time before, Time between, Time after) {
  constexpr Time kRounding = 1;  // a reading is whole nanoseconds, rounded down
  if (low_ns == -1e18) at = between;
  low_ns = std::max(low_ns, static_cast<double>(between - after - kRounding));
  high_ns = std::min(high_ns, static_cast<double>(between - before + kRounding));
}

ClockModel fit_clock(std::span<const OffsetInterval> intervals, double parent_error_ns, double parent_error_drift) {
  if (intervals.size() < 2) throw std::domain_error("a drift takes two instants to be seen");
  const Time reference = intervals.back().at;
  const std::vector<Point> points = points_of(intervals, reference);
  const std::vector<Line> lines = extreme_lines(points);
  if (lines.empty()) throw std::domain_error("a clock did not run evenly while it was compared");
  const double began = points.front().since_ns, now_ns = middle(lines, 0);
  ClockModel model{.reference = reference, .offset_ns = now_ns, .drift = (middle(lines, began) - now_ns) / began};
  for (const Line& line : lines) {
    model.error_ns = std::max(model.error_ns, std::abs(line.at_reference - now_ns));
    model.error_drift = std::max(model.error_drift, std::abs(line.slope - model.drift));
  }
  model.error_ns += parent_error_ns;
  model.error_drift += parent_error_drift;
  return model;
}

}  // namespace coordbench
