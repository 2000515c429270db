#include "harness/loggp/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace coordbench {
namespace {

constexpr std::size_t kSizesLeast = 3;      ///< of a regime: two make a line whatever was measured
constexpr double kNoiseLeast = 0.005;       ///< of a median, relative; less is luck, or a simulator
constexpr double kNormalQuartile = 0.6745;  ///< of a standard normal distribution

using Column = double SizeCosts::*;
constexpr Column kColumns[] = {&SizeCosts::one_way_ns, &SizeCosts::o_send_ns, &SizeCosts::o_receive_ns};
using Sizes = std::span<const SizeCosts>;

double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return values.size() % 2 == 1 ? *middle : (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// Least squares of `values` on bytes, each in units of the size's one-way time, so that small messages count as much as large
/// ones and costs that add up are fitted by lines that add up. No cost shrinks with the message or lies below nothing.
template <class Value>
LinearCost line_through(Sizes sizes, Value value_of) {
  double one = 0, x = 0, xx = 0, y = 0, xy = 0;
  for (const SizeCosts& size : sizes) {
    const double weight = 1 / (size.one_way_ns * size.one_way_ns), bytes = static_cast<double>(size.bytes);
    const double value = value_of(size);
    one += weight, x += weight * bytes, xx += weight * bytes * bytes, y += weight * value, xy += weight * bytes * value;
  }
  const double determinant = one * xx - x * x;
  const double slope = determinant > 0 ? (one * xy - x * y) / determinant : 0;
  if (slope <= 0) return {std::max(y / one, 0.0), 0};
  const double intercept = (y - slope * x) / one;
  if (intercept <= 0) return {0, xy / xx};
  return {intercept, slope};
}

/// Sum of squares of what the line is off by, in the same units.
double squared_errors(const LinearCost& line, Sizes sizes, Column column) {
  double sum = 0;
  for (const SizeCosts& size : sizes) sum += std::pow((line.of(size.bytes) - size.*column) / size.one_way_ns, 2);
  return sum;
}

/// The noise of this column's medians, in the same units: their distance from the line between their neighbours, except at
/// breaks.
double noise_of(Sizes sizes, Column column) {
  std::vector<double> distances;
  for (std::size_t i = 1; i + 1 < sizes.size(); ++i) {
    const SizeCosts &before = sizes[i - 1], &here = sizes[i], &after = sizes[i + 1];
    const double share = static_cast<double>(here.bytes - before.bytes) / static_cast<double>(after.bytes - before.bytes);
    const double between = before.*column + share * (after.*column - before.*column);
    const double spread = std::sqrt(1 + share * share + (1 - share) * (1 - share));
    distances.push_back(std::abs(between - here.*column) / here.one_way_ns / spread);
  }
  return distances.empty() ? kNoiseLeast : std::max(median(distances) / kNormalQuartile, kNoiseLeast);
}

/// How badly one regime describes these sizes: squared errors in units of the noise.
double misfit(Sizes sizes, std::span<const double> noise) {
  double sum = 0;
  for (std::size_t i = 0; i < std::size(kColumns); ++i) {
    const LinearCost line = line_through(sizes, [&](const SizeCosts& size) { return size.*kColumns[i]; });
    sum += squared_errors(line, sizes, kColumns[i]) / (noise[i] * noise[i]);
  }
  return sum;
}

/// Where regimes begin, as indices of sizes, the first one included.
std::vector<std::size_t> beginnings(Sizes sizes) {
  std::vector<double> noise;
  for (const Column column : kColumns) noise.push_back(noise_of(sizes, column));
  const double parameters = 2.0 * std::size(kColumns) + 1;  // of a regime: its lines and where it begins
  const double penalty = parameters * std::log(static_cast<double>(std::size(kColumns) * sizes.size()));
  std::vector<double> best(sizes.size() + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> begin_of_last(best.size(), 0);
  best[0] = 0;
  for (std::size_t end = kSizesLeast; end <= sizes.size(); ++end)
    for (std::size_t begin = 0; begin + kSizesLeast <= end; ++begin) {
      const double value = best[begin] + penalty + misfit(sizes.subspan(begin, end - begin), noise);
      if (value >= best[end]) continue;
      best[end] = value;
      begin_of_last[end] = begin;
    }
  std::vector<std::size_t> found;
  for (std::size_t end = sizes.size(); end > 0; end = begin_of_last[end]) found.insert(found.begin(), begin_of_last[end]);
  return found;
}

Regime regime_of(Sizes sizes) {
  Regime regime{.first_bytes = sizes.front().bytes,
                .latency = {},
                .o_send = line_through(sizes, [](const SizeCosts& size) { return size.o_send_ns; }),
                .o_receive = line_through(sizes, [](const SizeCosts& size) { return size.o_receive_ns; }),
                .gap = line_through(sizes, [](const SizeCosts& size) { return size.gap_ns; })};
  const auto overheads_ns = [&](const SizeCosts& size) {
    return regime.o_send.of(size.bytes) + regime.o_receive.of(size.bytes);
  };
  regime.latency = line_through(sizes, [&](const SizeCosts& size) { return size.one_way_ns - overheads_ns(size); });
  double squares = 0;
  for (const SizeCosts& size : sizes)
    squares += std::pow((regime.latency.of(size.bytes) + overheads_ns(size)) / size.one_way_ns - 1, 2);
  regime.residual = std::sqrt(squares / static_cast<double>(sizes.size()));
  return regime;
}

/// Regimes within sizes that are all eager, or none of them.
void append_regimes(Sizes sizes, std::vector<Regime>& regimes) {
  const std::vector<std::size_t> begins = beginnings(sizes);
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : sizes.size();
    regimes.push_back(regime_of(sizes.subspan(begins[i], end - begins[i])));
  }
}

std::vector<Regime> regimes_of(Sizes sizes, std::int64_t rendezvous_bytes) {
  const auto is_eager = [&](const SizeCosts& size) { return rendezvous_bytes < 0 || size.bytes < rendezvous_bytes; };
  const auto eager = static_cast<std::size_t>(std::find_if_not(sizes.begin(), sizes.end(), is_eager) - sizes.begin());
  std::vector<Regime> regimes;
  append_regimes(sizes.first(eager), regimes);
  const std::size_t first_waiting = regimes.size();
  append_regimes(sizes.subspan(eager), regimes);
  if (first_waiting < regimes.size()) regimes[first_waiting].first_bytes = rendezvous_bytes;
  return regimes;
}

/// Median time of each size's samples of one kind, per message if `each`.
std::map<std::int64_t, double> medians(std::span<const ExchangeSample> samples, Exchange exchange, bool each) {
  std::map<std::int64_t, std::vector<double>> times;
  for (const ExchangeSample& sample : samples)
    if (sample.exchange == exchange)
      times[sample.bytes].push_back(static_cast<double>(sample.time_ns) / (each ? sample.messages : 1));
  std::map<std::int64_t, double> found;
  for (auto& [bytes, values] : times) found[bytes] = median(std::move(values));
  return found;
}

/// Why a regime is not plausible; empty if it is. A disturbed machine can give any least-squares line.
std::string refusal_of(const Regime& regime) {
  const double send_ns = regime.o_send.of(regime.first_bytes), receive_ns = regime.o_receive.of(regime.first_bytes);
  const double gap_ns = regime.gap.of(regime.first_bytes), latency_ns = regime.latency.of(regime.first_bytes);
  for (const double cost_ns : {send_ns, receive_ns, gap_ns, latency_ns + receive_ns})
    if (!(cost_ns > 0 && std::isfinite(cost_ns)))
      return fmt::format(
          "from {} B on, sending comes out at {:.1f} ns, the flight at {:.1f}, receiving at {:.1f} and the gap at {:.1f}: "
          "one of them is not a time",
          regime.first_bytes, send_ns, latency_ns, receive_ns, gap_ns);
  return "";
}

std::string refusal_of(Sizes sizes, std::int64_t rendezvous_bytes) {
  const auto eager = std::count_if(
      sizes.begin(), sizes.end(), [&](const SizeCosts& size) { return rendezvous_bytes < 0 || size.bytes < rendezvous_bytes; });
  const auto waiting = static_cast<std::ptrdiff_t>(sizes.size()) - eager;
  const auto few = [](std::ptrdiff_t count) { return count > 0 && count < static_cast<std::ptrdiff_t>(kSizesLeast); };
  if (!sizes.empty() && !few(eager) && !few(waiting)) return "";
  return fmt::format("{} sizes whose sends do not wait for their receiver and {} whose sends do: a line takes {}", eager,
                     waiting, kSizesLeast);
}

/// One way of an answer: half of the shortest round trip of a message that is as small, or nearly; one size that was disturbed
/// must not spoil all. NaN without any.
double answer_of(const std::map<std::int64_t, double>& round_trips, double timer_ns) {
  constexpr std::int64_t kNearly = 8;
  double shortest_ns = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [bytes, round_trip_ns] : round_trips)
    if (bytes <= kNearly) shortest_ns = std::fmin(shortest_ns, round_trip_ns);
  return (shortest_ns - timer_ns) / 2;
}

}  // namespace

std::vector<SizeCosts> costs_by_size(std::span<const ExchangeSample> samples, double timer_ns) {
  const auto round_trips = medians(samples, Exchange::round_trip, false), bursts = medians(samples, Exchange::burst, false);
  const auto sends = medians(samples, Exchange::spaced, true), receives = medians(samples, Exchange::late_receive, true);
  std::int32_t messages = 1;
  for (const ExchangeSample& sample : samples) messages = std::max(messages, sample.messages);
  std::vector<SizeCosts> sizes;
  const double answer_ns = answer_of(round_trips, timer_ns);
  for (const auto& [bytes, round_trip_ns] : round_trips) {
    if (!bursts.contains(bytes) || !sends.contains(bytes) || !receives.contains(bytes)) continue;
    const double one_way_ns = round_trip_ns - timer_ns - answer_ns, o_send_ns = sends.at(bytes) - timer_ns;
    sizes.push_back({.bytes = bytes,
                     .one_way_ns = one_way_ns,
                     .o_send_ns = o_send_ns,
                     .o_receive_ns = std::min(receives.at(bytes) - timer_ns / messages, one_way_ns - o_send_ns),
                     .gap_ns = (bursts.at(bytes) - round_trip_ns) / (messages - 1)});
  }
  return sizes;
}

std::int64_t first_held_bytes(std::span<const ExchangeSample> samples) {
  constexpr double kHeld = 0.5;  // a send takes a fraction of a round trip unless it is held; the receiver was four late
  std::map<std::int64_t, std::vector<double>> shares;
  for (const ExchangeSample& sample : samples)
    if (sample.exchange == Exchange::held_send)
      shares[sample.bytes].push_back(static_cast<double>(sample.time_ns) / static_cast<double>(sample.waited_ns));
  std::vector<std::pair<std::int64_t, bool>> held;
  for (auto& [bytes, values] : shares) held.emplace_back(bytes, median(std::move(values)) > kHeld);
  auto misplaced = std::count_if(held.begin(), held.end(), [](const auto& size) { return !size.second; });
  auto fewest = misplaced;
  std::int64_t first = held.empty() ? -1 : held.front().first;
  for (std::size_t i = 0; i < held.size(); ++i) {
    misplaced += held[i].second ? 1 : -1;  // all sizes up to this one counted as eager
    if (misplaced > fewest) continue;
    fewest = misplaced;
    first = i + 1 < held.size() ? held[i + 1].first : -1;
  }
  return first;
}

void fit(LevelModel& model, double timer_ns) {
  model.regimes.clear();
  if (!model.refused.empty()) return;
  const std::vector<SizeCosts> sizes = costs_by_size(model.samples, timer_ns);
  model.rendezvous_bytes = first_held_bytes(model.samples);
  model.refused = refusal_of(sizes, model.rendezvous_bytes);
  if (!model.refused.empty()) return;
  model.regimes = regimes_of(sizes, model.rendezvous_bytes);
  for (const Regime& regime : model.regimes)
    if (model.refused.empty()) model.refused = refusal_of(regime);
  if (!model.refused.empty()) model.regimes.clear();
}

}  // namespace coordbench
