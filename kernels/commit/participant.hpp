#pragma once
// A participant's side of two-phase commit: votes once, then is bound by what it voted until it has learned the decision.
// Source: Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, sections 2 and 3.

#include "kernels/commit/transaction.hpp"

namespace coordbench::commit {

inline void cast_vote(Log& log, Operation k, const Payload& payload, Outbox<Message>& out) {
  Transaction& transaction = log[k];
  const Kind vote = log.roles.vote_of(log.self);
  if (transaction.operation > k || (transaction.operation == k && !transaction.open)) return;  // a late copy
  if (transaction.operation < k && transaction.open) return;                                   // no room: be asked again
  if (transaction.operation < k) {
    transaction = {.operation = k, .open = vote == Kind::vote_yes, .payload = kept(log.replicate, payload, out)};
    if (vote == Kind::vote_yes) log.set_alarm(transaction, out.now());
    if (vote == Kind::vote_no) transaction.outcome = aborted;
    if (vote == Kind::vote_no) out.complete(k, learned);
  }
  out.send(0, Message::of(k, vote));
}

/// A decision may overtake its prepare; it is kept, so that the late prepare finds the matter closed.
inline void learn(Log& log, Operation k, Outcome outcome, Outbox<Message>& out) {
  Transaction& transaction = log[k];
  if (transaction.operation < k) {
    if (transaction.open) return;  // no room before that one is decided: be told again
    transaction = {.operation = k, .open = true};
  }
  if (transaction.operation == k && transaction.open) {
    transaction.outcome = outcome;
    transaction.open = false;
    transaction.alarm = kNever;
    out.complete(k, learned);
  }
  if (log.roles.acknowledges(outcome)) out.send(0, Message::of(k, Kind::acknowledge));
}

/// Uncertain for too long, or interrupted by a crash: it may not decide alone, so it asks.
[[gnu::noinline, gnu::cold]] inline void inquire(Log& log, Transaction& transaction, Outbox<Message>& out) {
  log.set_alarm(transaction, out.now());
  out.send(0, Message::of(transaction.operation, Kind::inquire));
}

}  // namespace coordbench::commit
