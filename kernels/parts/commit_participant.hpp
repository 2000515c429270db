#pragma once
// A participant's side of two-phase commit: votes once, then is bound by what it voted until it has learned the decision.
// Source: Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, sections 2 and 3.

#include "kernels/parts/commit_transaction.hpp"

namespace coordbench::commit_participant {

template <class Out>
void cast_vote(CommitLog& log, Time now, Operation operation, const Payload& payload, Out& out) {
  using Vote = CommitRoles::Vote;
  CommitTransaction& transaction = log.slot(operation);
  const Vote vote = log.roles.vote_of(log.self);
  if (transaction.operation > operation || (transaction.operation == operation && !transaction.open)) return;  // a late copy
  if (transaction.operation >= 0 && transaction.operation < operation && transaction.open) return;  // no room: be asked again
  if (transaction.operation < operation) {
    transaction = {.operation = operation, .open = vote == Vote::yes, .payload = payload};
    if (vote == Vote::yes) log.set_alarm(transaction, now);
    if (vote == Vote::no) transaction.outcome = CommitRoles::aborted;
    if (vote == Vote::no) out.complete(operation, commit_learned);
  }
  out.send(0, CommitMessage::of(operation, vote == Vote::yes  ? CommitKind::vote_yes
                                           : vote == Vote::no ? CommitKind::vote_no
                                                              : CommitKind::vote_read_only));
}

/// A decision may overtake its prepare; it is kept, so that the late prepare finds the matter closed.
template <class Out>
void learn(CommitLog& log, Operation operation, CommitRoles::Outcome outcome, Out& out) {
  CommitTransaction& transaction = log.slot(operation);
  if (transaction.operation < operation) {
    if (transaction.operation >= 0 && transaction.open) return;  // no room before that one is decided: be told again
    transaction = {.operation = operation};
  }
  if (transaction.operation == operation && transaction.open) {
    transaction.outcome = outcome;
    transaction.open = false;
    transaction.alarm = kNever;
    out.complete(operation, commit_learned);
  }
  if (log.roles.acknowledges(outcome)) out.send(0, CommitMessage::of(operation, CommitKind::acknowledge));
}

/// Uncertain for too long, or interrupted by a crash: it may not decide alone, so it asks.
template <class Out>
void inquire(CommitLog& log, Time now, CommitTransaction& transaction, Out& out) {
  log.set_alarm(transaction, now);
  out.send(0, CommitMessage::of(transaction.operation, CommitKind::inquire));
}

}  // namespace coordbench::commit_participant
