#include "harness/measure/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace coordbench {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kZ = 1.959963984540054;  // 97.5 % of the normal distribution

/// The stamps of one operation: extremes over the ranks that have one.
struct Extent {
  std::int64_t first_start = INT64_MAX, last_start = -1, last_end = -1;
};

Extent extent_of(const Samples& samples, std::int64_t operation) {
  Extent extent;
  for (std::int64_t rank = 0; rank < samples.ranks; ++rank) {
    const auto i = static_cast<std::size_t>(operation * samples.ranks + rank);
    if (samples.start_ns[i] >= 0) {
      extent.first_start = std::min(extent.first_start, samples.start_ns[i]);
      extent.last_start = std::max(extent.last_start, samples.start_ns[i]);
    }
    extent.last_end = std::max(extent.last_end, samples.end_ns[i]);
  }
  return extent;
}

/// Index of the stamps of the first rank that has a start: the proposer, and in a ping_pong rank 0.
std::size_t proposer_of(const Samples& samples, std::int64_t operation) {
  const auto first = static_cast<std::size_t>(operation * samples.ranks), end = first + static_cast<std::size_t>(samples.ranks);
  for (std::size_t i = first; i < end; ++i)
    if (samples.start_ns[i] >= 0) return i;
  return first;
}

double nearest_rank(const std::vector<double>& sorted, double q) {
  if (sorted.size() < samples_needed(q)) return kNaN;
  const auto position = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(position, 1) - 1];
}

double middle_of(const std::vector<double>& sorted) {
  const std::size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/// Of batches as equal as they can be; none where they would be too short.
std::vector<double> batch_medians(const std::vector<double>& values) {
  std::vector<double> medians, batch;
  if (values.size() < kBatches * kBatchSamplesMin) return medians;
  for (std::size_t i = 0, next = 0; i < kBatches; ++i) {
    const std::size_t first = std::exchange(next, values.size() * (i + 1) / kBatches);
    batch.assign(values.begin() + static_cast<std::ptrdiff_t>(first), values.begin() + static_cast<std::ptrdiff_t>(next));
    std::sort(batch.begin(), batch.end());
    medians.push_back(middle_of(batch));
  }
  return medians;
}

}  // namespace

std::vector<double> latencies(const Samples& samples, Latency definition) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(samples.operations));
  for (std::int64_t k = 0; k < samples.operations; ++k) {
    if (definition == Latency::proposer) {
      const auto i = proposer_of(samples, k);
      if (samples.start_ns[i] >= 0 && samples.end_ns[i] >= 0)
        values.push_back(static_cast<double>(samples.end_ns[i] - samples.start_ns[i]));
      continue;
    }
    const Extent extent = extent_of(samples, k);
    if (extent.last_start < 0 || extent.last_end < 0) continue;
    const std::int64_t from = definition == Latency::makespan ? extent.first_start : extent.last_start;
    values.push_back(static_cast<double>(extent.last_end - from));
  }
  return values;
}

MedianInterval median_interval(std::size_t n) {
  if (n < 6) return {};
  const auto count = static_cast<double>(n);
  const double low = std::floor((count - kZ * std::sqrt(count)) / 2);  // ranks from 1
  const double high = std::ceil(1 + (count + kZ * std::sqrt(count)) / 2);
  return {static_cast<std::size_t>(std::max(low, 1.0)) - 1, static_cast<std::size_t>(std::min(high, count)) - 1, true};
}

std::size_t samples_needed(double q) { return static_cast<std::size_t>(std::ceil(std::log(0.025) / std::log(q))); }

LatencySummary summarise(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  if (values.empty()) return {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
  const std::size_t n = values.size();
  const MedianInterval interval = median_interval(n);
  return {.p50 = middle_of(values),
          .p50_low = interval.exists ? values[interval.low] : kNaN,
          .p50_high = interval.exists ? values[interval.high] : kNaN,
          .p90 = nearest_rank(values, 0.9),
          .p99 = nearest_rank(values, 0.99),
          .max = values.back()};
}

LatencySummary summarise_launch(std::vector<double>& values) {
  std::vector<double> medians = batch_medians(values);
  LatencySummary summary = summarise(values);
  const LatencySummary batches = summarise(medians);
  summary.p50_low = medians.empty() ? kNaN : std::min(batches.p50_low, summary.p50);
  summary.p50_high = medians.empty() ? kNaN : std::max(batches.p50_high, summary.p50);
  return summary;
}

double relative_half_width(const LatencySummary& summary) {
  if (!(summary.p50 > 0) || std::isnan(summary.p50_low)) return std::numeric_limits<double>::infinity();
  return (summary.p50_high - summary.p50_low) / 2 / summary.p50;
}

double operations_per_second(const Samples& samples, bool streams, std::span<const std::int64_t> block_ends) {
  double busy_ns = 0;
  std::int64_t first = 0;
  for (const std::int64_t end : block_ends) {
    Extent block;
    for (std::int64_t k = first; k < end; ++k) {
      const Extent extent = extent_of(samples, k);
      if (extent.last_end < 0 || extent.last_start < 0) continue;
      if (!streams) busy_ns += static_cast<double>(extent.last_end - extent.first_start);
      block.first_start = std::min(block.first_start, extent.first_start);
      block.last_end = std::max(block.last_end, extent.last_end);
    }
    if (streams && block.last_end >= 0) busy_ns += static_cast<double>(block.last_end - block.first_start);
    first = end;
  }
  return busy_ns > 0 ? static_cast<double>(samples.operations) * 1e9 / busy_ns : kNaN;
}

}  // namespace coordbench
