#pragma once
// push_pull_gossip — everybody calls: in every round, each rank calls `fanout` others, drawn at random. An informed rank's call
// brings the rumour; an uninformed rank's call asks for it, and who knows answers.
//
//   round 1   0 ──rumour──► 2    1 ──request──► 0      N · fanout calls a round and the answers, so many messages in each
//             2 ──request──► 1   1 ◄──rumour─── 0      round; but few rounds: pushes spread it fast while few know, pulls
//   round 2   …                                        find the last ones fast
//
// `informed` at every rank, the proposer before round 1. Each rank is told of each round when the messages of the last have
// arrived. The exact expectation of calls and answers is computed in kernels/parts/gossip_expectation.hpp; it is
// N (log3 N + O(log log N)).
// Source: Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, sections 1 and 2.

#include "harness/protocol.hpp"
#include "kernels/parts/gossip_expectation.hpp"
#include "kernels/parts/gossip_site.hpp"

namespace coordbench {

class PushPullGossip : public GossipSite {
 public:
  static constexpr About about{.level = 1,
                               .promise = "every rank has the rumour in the end, with probability 1; no rank knows when",
                               .messages = "random, the exact expectation is that of a Markov chain, N log3 N + O(N log log N)",
                               .delays = "random: log3 N + O(log log N) rounds",
                               .source = "Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, 1-2",
                               .latency = Latency::makespan,
                               .count_rule = CountRule::expected};

  static double messages(const Shape& shape) {
    return GossipExpectation(shape.ranks, static_cast<int>(shape["fanout"]), /*pushes=*/true, /*pulls=*/true).messages();
  }

  using GossipSite::GossipSite;

  template <class Out>
  void round(Time /*now*/, Operation operation, int round, Out& out) {
    if (takes_up(operation)) call_partners(round, informed_before(round) ? Kind::rumour : Kind::request, out);
  }

  template <class Out>
  void step(Time /*now*/, Rank from, const Message& message, const Payload& payload, Out& out) {
    if (!takes_up(message.first)) return;
    if (message.kind == Kind::rumour)
      hear(message, payload, out);
    else
      answer_request(from, message, out);
  }
};

}  // namespace coordbench
