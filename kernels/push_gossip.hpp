#pragma once
// push_gossip — ranks that know the rumour tell it: each informed rank calls others, drawn at random.
//
//   0 ──rumour──► 5                          k informed ranks tell k others at a time; some hit who knows already, so the last
//   0 ──rumour──► 3    5 ──rumour──► 0       ranks take long to find: about log2 N calls of a rank to reach half of them, then
//   0, 3, 5 ──rumour──► …                    about ln N more
//
// `informed` at every rank. No rank can know that all are: each stops by itself, and the harness finds out that nothing moves
// any more, which costs no latency. By `pace`:
//   timer     a rank calls `fanout` others every `period_us`, `ttl` times in all, or until `k` of those it called have replied
//             that they knew. N · ttl · fanout messages. At fan-out 1, the last rank is informed by message (N - 1) H(N - 1) on
//             average: coupons that are collected.
//   receipt   a rank calls `fanout` others at once when it is informed, and no more: fanout · (ranks that it reached) messages,
//             of which the distribution is kernels/gossip/reach.hpp's. A small fan-out does not reach all.
//   lockstep  in rounds that the harness calls out, until all are informed: N ln N + O(N) messages, whose exact expectation is
//             kernels/gossip/expectation.hpp's. Its times include the harness's own messages.
// Source: Demers et al., PODC 1987, 1.3 (k: "counter"); Pittel, SIAM J. Appl. Math. 47(1) 1987 (log2 N + ln N + O(1) rounds).

#include "kernels/gossip/site.hpp"

namespace coordbench {

class PushGossip : public gossip::Site<gossip::Calls{.pushes = true}> {
 public:
  static constexpr About about{
      .level = 1,
      .group = "gossip",
      .promise =
          "every rank has the rumour in the end, except with a probability that shrinks with ttl "
          "and fanout",
      .survives = "loss and ranks that are down, while others pass the rumour on",
      .blocks = "never",
      .messages = "timer: N ttl fanout; receipt: fanout times the ranks reached; lockstep: N ln N + O(N)",
      .delays = "random: log2 N + ln N + O(1) calls per rank",
      .source = "Demers et al., PODC 1987, 1.3; Pittel, SIAM J. Appl. Math. 1987",
      .latency = Latency::makespan,
      .count_rule = CountRule::expected};
  static constexpr std::array parameters{gossip::kFanout, gossip::kPace, gossip::kPeriod, gossip::ttl(16), gossip::kKnown};

  static Cost cost(const Shape& shape, Operations operations) { return expected(shape, operations); }

  using Site::Site;
};

}  // namespace coordbench
