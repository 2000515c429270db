#pragma once
// clock_sync_star — every rank probes rank 0, all at once, and learns how much rank 0's clock is ahead of its own.
//
//   rank r > 0  ──probe──►            rank 0    `probes` times, one after the other
//               ◄──answer, stamp──    rank 0    its clock; then r keeps the estimate of the shortest round trip
//
// An operation ends, `synchronised`, at each rank with its last exchange, at rank 0 at once. messages = 2 probes n, n = N - 1:
// the side that probes keeps the result, so nobody has to be told. 2 probes delays if the exchanges of all ranks keep step.
// Rank 0 answers in turn, so that one rank's exchanges may come after another's in the chain: 2 + 2n(probes - 1) at most. Ranks
// that probe at once also wait for each other at rank 0, and only on the way there: this makes an estimate wrong, by half the
// round trip at most (kernels/clock_sync/probing.hpp). The result is the offset: what a rank adds to its clock to show that of
// rank 0. On one host all ranks read one clock, so the offset is the error.
// Source: Cristian, Distributed Computing 3, 1989 (probabilistic clock synchronization); Mills, RFC 5905 (NTP).

#include "kernels/clock_sync/probing.hpp"

namespace coordbench {

class ClockSyncStar : public clock_sync::Probing {
 public:
  static constexpr About about{.level = 1,
                               .group = "anti-pattern",
                               .promise = "every rank knows rank 0's clock, up to half its shortest round trip",
                               .survives = "loss, with resend_us",
                               .blocks = "while any rank is down; without resend_us after a loss",
                               .messages = "2 probes n, n = N - 1; resends are background",
                               .delays = "2 probes, up to 2 + 2n(probes - 1) where ranks wait for each other at rank 0",
                               .source = "Cristian, Distributed Computing 1989; Mills, RFC 5905",
                               .latency = Latency::makespan,
                               .count_rule = CountRule::range,
                               .has_payload = false};
  static constexpr Measured measured{
      .name = "offset", .unit = "ns", .help = "rank 0's clock less the rank's own; 0 is right where all read one clock"};
  static constexpr std::array parameters{clock_sync::probes(1), clock_sync::kResend};

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const std::int64_t others = shape.ranks - 1, probes = shape["probes"];
    if (others == 0) return {.delays = {0}};
    return {.messages = 2 * probes * others, .delays = {Range(2 * probes, 2 + 2 * others * (probes - 1))}};
  }
  static double messages_under_loss(const Shape& shape) { return Probing::messages_under_loss(shape, shape.ranks - 1); }
  static Bounds bounds(const Shape& shape, Rank rank) {
    return {.sends = 1, .completions = 1, .receives = rank == 0 ? 2 * static_cast<std::size_t>(shape.ranks) : 4};
  }
  static std::optional<Rank> hears_from(const Shape& /*shape*/, Rank rank) {
    return rank > 0 ? std::optional<Rank>(0) : std::nullopt;
  }

  ClockSyncStar(const Shape& shape, Rank self) : Probing(shape, self, self > 0 ? 1 : 0, 0) {}

  [[nodiscard]] Answer answer(Operation k) const {
    return {.outcome = !is_complete(k) ? kUnknown : self_ == 0 ? 0 : estimate(0), .of = Answer::nothing};
  }
};

}  // namespace coordbench
