#pragma once
// pull_gossip — ranks that do not know the rumour ask for it: each uninformed rank asks others, drawn at random.
//
//   3 ──request──► 0   1 ──request──► 3      slow at first, when few know, and fast in the end: the share that does not know
//   3 ◄──rumour─── 0   2 ──request──► 1      is squared each time that all have asked
//   1 ──request──► 3   2 ──request──► 1
//   1 ◄──rumour─── 3
//
// `informed` at every rank. An operation begins at every rank, for only those that know of it can ask. No rank can know that
// all are informed; the harness finds out that nothing moves any more, which costs no latency. By `pace`:
//   timer     an uninformed rank asks `fanout` others every `period_us`, `ttl` times at most; one that does not know is silent
//   receipt   it asks `fanout` others at once when the operation begins, and one other for each answer without the rumour, at
//             most ttl · fanout - 1 times; a rank that does not know says so
//   lockstep  in rounds that the harness calls out, until all are informed: N log2 N + O(N) messages, whose exact expectation
//             is kernels/gossip/expectation.hpp's; with fan-out 1 the rumour itself travels N - 1 times. Its times
//             include the harness's own messages.
// Source: Demers et al., PODC 1987, 1.3; Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, section 1.

#include "kernels/gossip/site.hpp"

namespace coordbench {

class PullGossip : public gossip::Site<gossip::Calls{.pulls = true}> {
 public:
  static constexpr About about{.level = 1,
                               .group = "gossip",
                               .promise =
                                   "every rank has the rumour in the end, except with a probability that shrinks with "
                                   "ttl",
                               .survives = "loss and ranks that are down, while others pass the rumour on",
                               .blocks = "never",
                               .messages =
                                   "random; lockstep: the average is computed exactly, by a Markov chain, and is N "
                                   "log2 N + O(N)",
                               .delays = "random: log2 N + log2 ln N + O(1) requests per rank",
                               .source = "Demers et al., PODC 1987, 1.3; Karp et al., FOCS 2000, 1",
                               .latency = Latency::makespan,
                               .count_rule = CountRule::expected};
  static constexpr std::array parameters{gossip::kFanout, gossip::kPace, gossip::kPeriod, gossip::ttl(40)};

  static Cost cost(const Shape& shape, Operations operations) { return expected(shape, operations); }

  using Site::Site;
};

}  // namespace coordbench
