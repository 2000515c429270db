#pragma once
// clock_sync_pairs — every pair of ranks compares its clocks, and each rank averages: N^2 by accident, where a star would do.
//
//   higher rank  ──probe, estimate──►    lower rank    `probes` times, one after the other, with every lower rank at once
//                ◄──answer, stamp──      lower rank    its clock; the higher keeps the estimate of the shortest round trip
//
// Each probe bears the estimate of the exchanges before it. So the last one tells it to the lower rank, whose estimate rests on
// one exchange fewer, and nobody has to be told by a message of its own: messages = probes N n, n = N - 1, that is 2 probes for
// each of N n / 2 pairs, and `probes` is at least 2. An operation ends, `synchronised`, at a rank once it knows all estimates.
// 2 probes delays if all pairs keep step; at most probes N n - N n / 2 + 1, because a chain holds each message at most once,
// and only one of the first probes, with which ranks begin. The result is the offset: the average of the estimates of all
// clocks, the rank's own (0) included. It is what the rank adds to its clock to show the average of all. Its error is at most
// the average of half the round trips. Independent errors partly cancel: N / 2 times the messages of a star buy no more.
// Source: Lundelius, Lynch, Information and Control 62, 1984 (the average of all estimates); Cristian 1989.

#include "kernels/clock_sync/probing.hpp"

namespace coordbench {

class ClockSyncPairs : public clock_sync::Probing {
 public:
  static constexpr About about{.level = 1,
                               .group = "anti-pattern",
                               .promise = "every rank knows the average of all clocks, up to half the shortest round trips",
                               .survives = "loss, with resend_us",
                               .blocks = "while any rank is down; without resend_us after a loss",
                               .messages = "probes N n, n = N - 1; resends are background",
                               .delays = "2 probes, up to probes N n - N n / 2 + 1 where pairs wait for each other",
                               .source = "Lundelius, Lynch, Information and Control 1984; Cristian 1989",
                               .latency = Latency::makespan,
                               .count_rule = CountRule::range,
                               .has_payload = false};
  static constexpr Measured measured{
      .name = "offset",
      .unit = "ns",
      .help = "the average of all clocks less the rank's own; 0 is right where all read one clock"};
  static constexpr std::array parameters{clock_sync::probes(2), clock_sync::kResend};

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const std::int64_t pairs = pairs_of(shape), probes = shape["probes"];
    if (pairs == 0) return {.delays = {0}};
    return {.messages = 2 * probes * pairs, .delays = {Range(2 * probes, 2 * probes * pairs - pairs + 1)}};
  }
  static double messages_under_loss(const Shape& shape) {
    return Probing::messages_under_loss(shape, static_cast<double>(pairs_of(shape)));
  }
  /// A rank begins with a probe to every lower rank. One message of each pair is under way, and another if it is sent again.
  static Bounds bounds(const Shape& shape, Rank rank) {
    return {
        .sends = 1 + static_cast<std::size_t>(rank), .completions = 1, .receives = 2 * static_cast<std::size_t>(shape.ranks)};
  }

  ClockSyncPairs(const Shape& shape, Rank self) : Probing(shape, self, self, shape.ranks - 1 - self), ranks_(shape.ranks) {}

  /// Divides once an operation, after the mark has its stamp.
  [[nodiscard]] Answer answer(Operation k) const {
    if (!is_complete(k)) return {.outcome = kUnknown, .of = Answer::nothing};
    Time sum = 0;
    for (Rank rank = 0; rank < ranks_; ++rank) sum += estimate(rank);
    return {.outcome = sum / ranks_, .of = Answer::nothing};
  }

 private:
  static std::int64_t pairs_of(const Shape& shape) { return std::int64_t{shape.ranks} * (shape.ranks - 1) / 2; }

  int ranks_;
};

}  // namespace coordbench
