#pragma once
// Order statistics of one case. Nothing here assumes a distribution, and nothing is trimmed.

#include <cstdint>
#include <span>
#include <vector>

#include "harness/case_result.hpp"

namespace coordbench {

/// Latency of every operation, ns, from the stamps of all ranks, by the definition its kernel declares; operations that lack a
/// stamp the definition needs are left out.
std::vector<double> latencies(const Samples& samples, Latency definition);

/// Positions (from 0) in n sorted samples that enclose the median with 95 % confidence: Hoefler, Belli, SC'15, 4.2.2, after
/// Le Boudec. {0, n - 1} where the formula reaches beyond them; with n < 6 no such interval exists and `exists` is false.
struct MedianInterval {
  std::size_t low = 0, high = 0;
  bool exists = false;
};
MedianInterval median_interval(std::size_t n);

/// The fewest samples that bound quantile q from above with 97.5 % confidence: ln 0.025 / ln q.
std::size_t samples_needed(double q);

/// Sorts `values`. Quantiles by the nearest rank (⌈q n⌉-th smallest; the median of an even number is the mean of the middle
/// two).
LatencySummary summarise(std::vector<double>& values);

constexpr std::size_t kBatches = 20;  ///< Schmeiser (Operations Research 30(3), 1982): 10 to 30 serve any number of samples
constexpr std::size_t kBatchSamplesMin = 10;  ///< a median of fewer is nearly as noisy as a sample

/// The same, but the median's interval is that of batch means: neighbouring operations resemble each other, so that samples
/// are not independent, but medians of long batches of them nearly are. `values` in the order in which they were measured;
/// no interval where batches would be too short. It says nothing about other launches.
LatencySummary summarise_launch(std::vector<double>& values);

/// Half the width of the median's interval over the median; infinity where there is none.
double relative_half_width(const LatencySummary& summary);

/// Operations per second over the stretches in which operations ran: for each start-lined operation its own latest end -
/// earliest start; for a stream (`streams`) each block from its first start to its last end. `block_ends`: operations done
/// after each block.
double operations_per_second(const Samples& samples, bool streams, std::span<const std::int64_t> block_ends);

}  // namespace coordbench
