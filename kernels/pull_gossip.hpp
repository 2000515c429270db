#pragma once
// pull_gossip — who does not know the rumour asks for it: in every round, each uninformed rank asks `fanout` others, drawn at
// random; who knows answers, who does not is silent.
//
//   round 1   3 ──request──► 0   1 ──request──► 3      u uninformed ranks send u · fanout requests; slow at first, when few
//             3 ◄──rumour─── 0   2 ──request──► 1      know, and fast in the end: the share that does not know is squared
//   round 2   1 ──request──► 3   2 ──request──► 1      in every round
//             1 ◄──rumour─── 3
//
// `informed` at every rank, the proposer before round 1. Each rank is told of each round when the messages of the last have
// arrived; with fanout 1 the rumour itself travels exactly N - 1 times. The exact expectation of requests and replies is
// computed in kernels/parts/gossip_expectation.hpp; it is N log2 N + O(N).
// Source: Demers et al., PODC 1987, 1.3; Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, section 1.

#include "harness/protocol.hpp"
#include "kernels/parts/gossip_expectation.hpp"
#include "kernels/parts/gossip_site.hpp"

namespace coordbench {

class PullGossip : public GossipSite {
 public:
  static constexpr About about{.level = 1,
                               .promise = "every rank has the rumour in the end, with probability 1; no rank knows when",
                               .messages = "random, the exact expectation is that of a Markov chain, N log2 N + O(N)",
                               .delays = "random: log2 N + log2 ln N + O(1) rounds",
                               .source = "Demers et al., PODC 1987, 1.3; Karp et al., FOCS 2000, 1",
                               .latency = Latency::makespan,
                               .count_rule = CountRule::expected};

  static double messages(const Shape& shape) {
    return GossipExpectation(shape.ranks, static_cast<int>(shape["fanout"]), /*pushes=*/false, /*pulls=*/true).messages();
  }

  using GossipSite::GossipSite;

  template <class Out>
  void round(Time /*now*/, Operation operation, int round, Out& out) {
    if (takes_up(operation) && !informed_before(round)) call_partners(round, Kind::request, out);
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
