#pragma once
// push_pull_gossip — everybody calls others, drawn at random: an informed rank's call brings the rumour; an uninformed rank's
// call asks for it, and who knows answers.
//
//   0 ──rumour──► 2    1 ──request──► 0      as many calls as ranks, again and again, but few times: pushes spread the rumour
//   2 ──request──► 1   1 ◄──rumour─── 0      fast while few know it, and pulls find the last ones fast
//   …
//
// `informed` at every rank. An operation begins at every rank, for only those that know of it can ask. No rank can know that
// all are informed; the harness finds out that nothing moves any more, which costs no latency. By `pace`:
//   timer     a rank calls `fanout` others every `period_us`, `ttl` times in all, or until `k` of those that it told have
//             replied that they knew
//   receipt   it asks `fanout` others at once when the operation begins, and one other for each answer without the rumour, at
//             most ttl · fanout; once informed it tells `fanout` others
//   lockstep  in rounds that the harness calls out, until all are informed: N (log3 N + O(log log N)) messages, whose exact
//             expectation is kernels/gossip/expectation.hpp's. Its times include the harness's own messages.
// Source: Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, sections 1 and 2; Demers et al., PODC 1987, 1.3 (k: "counter").

#include "kernels/gossip/site.hpp"

namespace coordbench {

class PushPullGossip : public gossip::Site<gossip::Calls{.pushes = true, .pulls = true}> {
 public:
  static constexpr About about{
      .level = 1,
      .group = "gossip",
      .promise = "every rank has the rumour in the end, except with a probability that shrinks with ttl",
      .survives = "loss and ranks that are down, while others pass the rumour on",
      .blocks = "never",
      .messages = "random; lockstep: the average is computed exactly, by a Markov chain, and is N log3 N + O(N log log N)",
      .delays = "random: log3 N + O(log log N) calls per rank",
      .source = "Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, 1-2",
      .latency = Latency::makespan,
      .count_rule = CountRule::expected};
  static constexpr std::array parameters{gossip::kFanout, gossip::kPace, gossip::kPeriod, gossip::ttl(16), gossip::kKnown};

  static Cost cost(const Shape& shape, Operations operations) { return expected(shape, operations); }

  using Site::Site;
};

}  // namespace coordbench
