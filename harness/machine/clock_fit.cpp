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

/// The offset is not below, or not above, a value at an instant.
struct Bound {
  double since_ns, value_ns;
  bool is_low;
};

bool passes(const Line& line, std::span<const Bound> limits) {
  constexpr double kRounding = 1e-3;
  return std::all_of(limits.begin(), limits.end(), [&](const Bound& limit) {
    const double above_ns = line.at(limit.since_ns) - limit.value_ns;
    return limit.is_low ? above_ns >= -kRounding : above_ns <= kRounding;
  });
}

/// The corners of the polygon: lines that touch two limits and keep to all others.
std::vector<Line> extreme_lines(std::span<const Bound> limits) {
  std::vector<Line> lines;
  for (std::size_t a = 0; a < limits.size(); ++a)
    for (std::size_t b = a + 1; b < limits.size(); ++b) {
      const double apart_ns = limits[b].since_ns - limits[a].since_ns;
      if (apart_ns == 0) continue;  // of one exchange
      const double slope = (limits[b].value_ns - limits[a].value_ns) / apart_ns;
      const Line line{limits[a].value_ns - slope * limits[a].since_ns, slope};
      if (passes(line, limits)) lines.push_back(line);
    }
  return lines;
}

double middle(std::span<const Line> lines, double since_ns) {
  const auto [low, high] = std::minmax_element(lines.begin(), lines.end(),
                                               [&](const Line& a, const Line& b) { return a.at(since_ns) < b.at(since_ns); });
  return (low->at(since_ns) + high->at(since_ns)) / 2;
}

std::vector<Bound> limits_of(std::span<const OffsetInterval> intervals, Time reference) {
  std::vector<Bound> limits;
  for (const OffsetInterval& interval : intervals) {
    limits.push_back({static_cast<double>(interval.low_at - reference), interval.low_ns, true});
    limits.push_back({static_cast<double>(interval.high_at - reference), interval.high_ns, false});
  }
  return limits;
}

}  // namespace

void OffsetInterval::tighten(Time before, Time between, Time after) {
  constexpr Time kRounding = 1;  // a reading is whole nanoseconds, rounded down
  const auto low = static_cast<double>(between - after - kRounding), high = static_cast<double>(between - before + kRounding);
  if (low > low_ns) low_ns = low, low_at = between;
  if (high < high_ns) high_ns = high, high_at = between;
}

ClockModel fit_clock(std::span<const OffsetInterval> intervals) {
  if (intervals.size() < 2) throw std::domain_error("a drift takes two instants to be seen");
  const Time reference = std::max(intervals.back().low_at, intervals.back().high_at);
  const std::vector<Bound> limits = limits_of(intervals, reference);
  const std::vector<Line> lines = extreme_lines(limits);
  if (lines.empty()) throw std::domain_error("a clock did not run evenly while it was compared");
  const double began = std::min(limits[0].since_ns, limits[1].since_ns), now_ns = middle(lines, 0);
  ClockModel model{.reference = reference, .offset_ns = now_ns, .drift = (middle(lines, began) - now_ns) / began};
  for (const Line& line : lines) {
    model.error_ns = std::max(model.error_ns, std::abs(line.at_reference - now_ns));
    model.error_drift = std::max(model.error_drift, std::abs(line.slope - model.drift));
  }
  return model;
}

ClockModel fit_clock(std::span<const OffsetInterval> latest, std::vector<OffsetInterval>& earlier) {
  constexpr Time kEvenFor = 30'000'000'000;
  constexpr std::size_t kMost = 240;  // all pairs are looked at
  const Time now = latest.back().low_at;
  std::erase_if(earlier, [&](const OffsetInterval& interval) { return now - interval.low_at > kEvenFor; });
  if (earlier.size() > kMost) earlier.resize(kMost);
  const std::size_t before = earlier.size();
  earlier.insert(earlier.end(), latest.begin(), latest.end());
  try {
    return fit_clock(earlier);
  } catch (const std::domain_error&) {
    earlier.erase(earlier.begin(), earlier.begin() + static_cast<std::ptrdiff_t>(before));
    return fit_clock(latest);
  }
}

}  // namespace coordbench
