#pragma once
// From the samples of a pair of ranks to LogGP's parameters, regime by regime.
//
// The exchanges are Netgauge's (Hoefler, Lichei, Rehm, "Low-Overhead LogGP Parameter Assessment for Modern Interconnection
// Networks", IPDPS workshops 2007), with four differences.
// 1. Answers have one byte. An answer as long as the message would take twice the cache, and half of that round trip would not
//    be the time of a message.
// 2. The overheads are taken from stamps around the calls. Differences of whole exchanges are less exact, because these are a
//    thousand times as long where messages are large.
// 3. Where eager sends end is tried, not read off the times: does a send wait for its receiver?
// 4. Other breaks are found by comparing all ways to divide the sizes (Bellman, CACM 4(6), 1961) by the Bayesian information
//    criterion, for all costs at once. Netgauge looks ahead five sizes along one cost.

#include <span>
#include <vector>

#include "harness/loggp/loggp.hpp"

namespace coordbench {

/// The costs of one size, medians over its samples, ns; a reading of the clock is in none of them. `o_receive_ns` is
/// capped at one-way time minus send time, because a late receiver also does work that normally overlaps.
struct SizeCosts {
  std::int64_t bytes = 0;
  double one_way_ns = 0, o_send_ns = 0, o_receive_ns = 0, gap_ns = 0;
};

/// Of the sizes that have samples of every exchange, in order; NaN if none is as small as an answer. `timer_ns` is what one
/// reading of the clock takes.
std::vector<SizeCosts> costs_by_size(std::span<const ExchangeSample> samples, double timer_ns);

/// The smallest size whose sends waited for their receiver, -1 if none did. For each size the median over its samples decides
/// whether it waited; the result is chosen to misclassify the fewest sizes, and ties go to the larger.
std::int64_t first_held_bytes(std::span<const ExchangeSample> samples);

/// Fills `rendezvous_bytes` and `regimes` from `samples`; or `refused`, unless it is filled already.
void fit(LevelModel& model, double timer_ns);

}  // namespace coordbench
