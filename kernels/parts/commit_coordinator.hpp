#pragma once
// The coordinator's side of two-phase commit: asks, counts votes, decides, tells until it may forget.
// Source: Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, sections 2 and 3.

#include "kernels/parts/commit_transaction.hpp"

namespace coordbench {

class CommitCoordinator {
 public:
  using Transaction = CommitTransaction;
  using Outcome = CommitRoles::Outcome;
  using Kind = CommitKind;

  /// A rank that coordinates nothing keeps no voters.
  CommitCoordinator(const Shape& shape, Rank self)
      : ranks_(static_cast<std::size_t>(shape.ranks)), voters_(self == 0 ? CommitLog::slots(shape) * ranks_ : 0) {}

  template <class Out>
  void ask(CommitLog& log, Time now, Operation operation, Payload payload, Out& out) {
    Transaction& transaction =
        log.slot(operation) = {.operation = operation, .votes_due = log.roles.participants, .payload = std::move(payload)};
    log.set_alarm(transaction, now);
    Voter* voters = voters_of(log, operation);
    for (Rank to = 1; to <= log.roles.participants; ++to) {
      voters[to] = Voter::asked;
      out.send(to, CommitMessage::of(operation, Kind::prepare), transaction.payload);
    }
    if (log.roles.participants == 0) decide(log, now, transaction, CommitRoles::committed, out);
  }

  template <class Out>
  void count_vote(CommitLog& log, Time now, Rank from, Operation operation, Kind kind, Out& out) {
    Transaction& transaction = log.slot(operation);
    Voter& voter = voters_of(log, operation)[from];
    if (transaction.operation != operation || !transaction.open || voter != Voter::asked) return;
    voter = kind == Kind::vote_yes ? Voter::waiting : Voter::done;
    transaction.refused |= kind == Kind::vote_no;
    if (--transaction.votes_due > 0) return;
    decide(log, now, transaction, transaction.refused ? CommitRoles::aborted : CommitRoles::committed, out);
  }

  template <class Out>
  void count_acknowledgement(CommitLog& log, Rank from, Operation operation, Out& out) {
    Transaction& transaction = log.slot(operation);
    Voter& voter = voters_of(log, operation)[from];
    if (transaction.operation != operation || !transaction.open || voter != Voter::waiting) return;
    voter = Voter::done;
    --transaction.acks_due;
    end_if_done(transaction, out);
  }

  /// Mohan 1986, 3: "no information" is an answer too, and the variant says which.
  template <class Out>
  void answer_inquiry(const CommitLog& log, Rank from, Operation operation, Out& out) {
    const Transaction& transaction = log.slot(operation);
    if (transaction.operation == operation && transaction.open) {
      if (transaction.outcome != CommitRoles::undecided) tell(operation, transaction.outcome, from, out);
    } else if (log.roles.presumed_outcome() != CommitRoles::undecided) {
      tell(operation, log.roles.presumed_outcome(), from, out);
    }
  }

  /// A transaction has waited too long, or was interrupted by a crash: a missing vote counts as a no, a missing
  /// acknowledgement has the decision told again.
  template <class Out>
  void hurry(CommitLog& log, Time now, Transaction& transaction, Out& out) {
    log.set_alarm(transaction, now);
    if (transaction.outcome == CommitRoles::undecided)
      give_up_on_votes(log, now, transaction, out);
    else
      tell_again(log, transaction, out);
  }

 private:
  enum class Voter : std::uint8_t { asked, waiting, done };  ///< as the coordinator sees a participant

  template <class Out>
  void decide(CommitLog& log, Time now, Transaction& transaction, Outcome outcome, Out& out) {
    transaction.outcome = outcome;
    log.set_alarm(transaction, now);
    out.complete(transaction.operation, commit_decided);
    tell_waiting(log, transaction, out);
    end_if_done(transaction, out);
  }

  /// The first time that the waiting are told; without an ack to wait for, they are done.
  template <class Out>
  void tell_waiting(const CommitLog& log, Transaction& transaction, Out& out) {
    const bool acknowledged = log.roles.acknowledges(transaction.outcome);
    Voter* voters = voters_of(log, transaction.operation);
    for (Rank to = 1; to <= log.roles.participants; ++to) {
      if (voters[to] != Voter::waiting) continue;
      tell(transaction.operation, transaction.outcome, to, out);
      if (acknowledged)
        ++transaction.acks_due;
      else
        voters[to] = Voter::done;
    }
  }

  template <class Out>
  void tell_again(const CommitLog& log, const Transaction& transaction, Out& out) {
    const Voter* voters = voters_of(log, transaction.operation);
    for (Rank to = 1; to <= log.roles.participants; ++to)
      if (voters[to] == Voter::waiting) tell(transaction.operation, transaction.outcome, to, out);
  }

  /// A vote that never came may have been a yes, so its voter waits for the decision as the others do.
  template <class Out>
  void give_up_on_votes(CommitLog& log, Time now, Transaction& transaction, Out& out) {
    Voter* voters = voters_of(log, transaction.operation);
    for (Rank rank = 1; rank <= log.roles.participants; ++rank)
      if (voters[rank] == Voter::asked) voters[rank] = Voter::waiting;
    transaction.votes_due = 0;
    decide(log, now, transaction, CommitRoles::aborted, out);
  }

  template <class Out>
  static void end_if_done(Transaction& transaction, Out& out) {
    if (transaction.acks_due > 0) return;
    transaction.open = false;
    transaction.alarm = kNever;
    out.complete(transaction.operation, commit_ended);
  }

  template <class Out>
  static void tell(Operation operation, Outcome outcome, Rank to, Out& out) {
    out.send(to, CommitMessage::of(operation, outcome == CommitRoles::committed ? Kind::commit : Kind::abort));
  }

  [[nodiscard]] Voter* voters_of(const CommitLog& log, Operation operation) {
    return voters_.data() + log.index(operation) * ranks_;
  }

  std::size_t ranks_;
  std::vector<Voter> voters_;  ///< [slot, rank]
};

}  // namespace coordbench
