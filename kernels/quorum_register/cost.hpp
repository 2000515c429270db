#pragma once
// The closed forms of a register: an operation costs the sum of its phases; how many reads are stale is known where quorums are
// drawn.

#include <limits>

#include "kernels/quorum_register/setting.hpp"

namespace coordbench::quorum_register {

enum { chosen, ended };

/// A phase whose quorum is the proposer's own copy is over at once, even if others are told as well.
inline Cost cost_of(Phase phase, const Setting& setting, Rank proposer, Operation operation) {
  const int own = setting.counts_own(proposer, operation, phase) ? 1 : 0;
  return {.messages = 2 * (setting.asked[phase] - own), .delays = {setting.quorum[phase] > own ? 2 : 0}};
}

/// Range where timing decides whether W servers agree.
inline Cost cost_of(const Shape& shape, Operation operation, bool reads) {
  const Setting setting(shape);
  const Rank proposer = static_cast<Rank>(operation % setting.proposers) + (shape.clients > 0 ? shape.ranks : 0);
  const Cost second = cost_of(store, setting, proposer, operation);
  Cost first{.messages = 0, .delays = {0}};
  if (reads || setting.asks_for_stamps) first = cost_of(query, setting, proposer, operation);
  const double messages = first.messages.least, delay = first.delays[chosen].least;
  const double all_messages = messages + second.messages.least, all_delays = delay + second.delays[chosen].least;
  if (reads && shape["write_back"] == never) return {.messages = messages, .delays = {delay, delay}};
  const bool may_agree = setting.quorum[query] >= setting.quorum[store];  // or too few are heard
  if (reads && shape["write_back"] == if_needed && may_agree)
    return {.messages = {messages, all_messages}, .delays = {delay, Range{delay, all_delays}}};
  return {.messages = all_messages, .delays = {delay, all_delays}};
}

/// A stale read asks none of the servers that stored the last value: C(N - W, R) / C(N, R). Known for a sole writer that asks
/// for no stamps, one operation at a time and no write-back; 0 where quorums meet; else not a number.
inline double stale_share_of(const Shape& shape) {
  const Setting setting(shape);
  const int left = setting.replicas - setting.quorum[store];
  if (setting.quorum[query] > left) return 0;
  const bool is_known = setting.draws && !setting.asks_for_stamps && shape.in_flight == 1 && shape["write_back"] == never;
  double share = is_known ? 1 : std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < setting.quorum[query]; ++i) share *= static_cast<double>(left - i) / (setting.replicas - i);
  return share;
}

}  // namespace coordbench::quorum_register
