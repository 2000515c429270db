#pragma once
// A participant's side of three-phase commit while nothing fails.
// Source: Bernstein, Hadzilacos, Goodman 1987, 7.5.

#include "kernels/three_phase/decision.hpp"

namespace coordbench::three_phase {

inline void cast_vote(Log& log, Operation k, const Payload& payload, Out& out) {
  Transaction& transaction = log[k];
  const Kind vote = log.roles.vote_of(log.self);
  if (transaction.operation > k || (transaction.operation == k && !transaction.open)) return;  // a late copy
  if (transaction.operation < k && transaction.open) return;                                   // no room: counts as a no
  if (transaction.operation < k) {
    transaction = {.operation = k, .open = vote == Kind::vote_yes, .payload = kept(log.replicate, payload, out)};
    if (vote == Kind::vote_yes) log.set_alarm(transaction, out.now());
    if (vote == Kind::vote_no) decide(log, transaction, commit::aborted, out);
  }
  out.send(0, Message::of(k, vote));
}

/// A rank that has crashed since it voted stays as it was: the others do not count on it.
inline void hear_pre_commit(Log& log, Rank from, Operation k, Out& out) {
  Transaction& transaction = log[k];
  if (transaction.operation != k || !transaction.open || transaction.stage == Stage::recovered) return;
  transaction.pre_committed = true;
  transaction.stage = Stage::waiting;
  log.set_alarm(transaction, out.now());
  out.send(from, Message::of(k, Kind::acknowledge));
}

/// A decision may overtake its vote request; it is kept, so that the late request finds the matter closed.
inline void learn(Log& log, Rank from, Operation k, commit::Outcome outcome, Out& out) {
  Transaction& transaction = log[k];
  if (transaction.operation < k) {
    if (transaction.open) return;  // no room before that one is decided
    transaction = {.operation = k, .open = true};
  }
  if (transaction.operation == k && transaction.open && transaction.outcome == commit::undecided)
    decide(log, transaction, outcome, out);
  if (from == 0 && log.is_acknowledged) out.send(0, Message::of(k, Kind::acknowledge_decision));
}

}  // namespace coordbench::three_phase
