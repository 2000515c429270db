#pragma once
// push_gossip — who knows the rumour tells it: in every round, each informed rank calls `fanout` others, drawn at random.
//
//   round 1   0 ──rumour──► 5                          k informed ranks send k · fanout rumours; some hit who knows already,
//   round 2   0 ──rumour──► 3    5 ──rumour──► 0       so the last ranks take long to find: about log2 N rounds to reach
//   round 3   0, 3, 5 ──rumour──► …                    half of them, then about ln N more
//
// `informed` at every rank, the proposer before round 1. Each rank is told of each round when the messages of the last have
// arrived, and of no round more when all are informed, which no rank could know by itself: messages are those to completion.
// Their exact expectation is computed in kernels/parts/gossip_expectation.hpp; it is N ln N + O(N).
// Source: Demers et al., PODC 1987, 1.3; Pittel, SIAM J. Appl. Math. 47(1) 1987 (rounds: log2 N + ln N + O(1)).

#include "harness/protocol.hpp"
#include "kernels/parts/gossip_expectation.hpp"
#include "kernels/parts/gossip_site.hpp"

namespace coordbench {

class PushGossip : public GossipSite {
 public:
  static constexpr About about{.level = 1,
                               .promise = "every rank has the rumour in the end, with probability 1; no rank knows when",
                               .messages = "random, the exact expectation is that of a Markov chain, N ln N + O(N)",
                               .delays = "random: log2 N + ln N + O(1) rounds",
                               .source = "Demers et al., PODC 1987, 1.3; Pittel, SIAM J. Appl. Math. 1987",
                               .latency = Latency::makespan,
                               .count_rule = CountRule::expected};

  static double messages(const Shape& shape) {
    return GossipExpectation(shape.ranks, static_cast<int>(shape["fanout"]), /*pushes=*/true, /*pulls=*/false).messages();
  }

  using GossipSite::GossipSite;

  template <class Out>
  void round(Time /*now*/, Operation operation, int round, Out& out) {
    if (takes_up(operation) && informed_before(round)) call_partners(round, Kind::rumour, out);
  }

  template <class Out>
  void step(Time /*now*/, Rank /*from*/, const Message& message, const Payload& payload, Out& out) {
    if (takes_up(message.first)) hear(message, payload, out);
  }
};

}  // namespace coordbench
