#pragma once
// An acceptor: it accepts every manager's vote in ballot 0, and what the leader of a higher ballot proposes, unless it has
// promised a still higher one. Source: Gray, Lamport, ACM TODS 31(1) 2006, section 4.1.

#include "kernels/paxos_commit/learner.hpp"

namespace coordbench::paxos_commit {

class Acceptor : public Learner {
 protected:
  using Learner::Learner;

  /// It answers once, when it has all votes.
  void hear_vote(Rank manager, Transaction& transaction, Value vote, Out& out) {
    Value& accepted = log_.accepted(transaction.operation)[manager];
    if (transaction.promised > 0 || accepted != Value::none) return;
    accepted = vote;
    transaction.is_refused |= vote == Value::aborted;
    if (--transaction.votes_due > 0) return;
    const Value all = transaction.is_refused ? Value::aborted : Value::prepared;
    if (log_.self == 0) return hear_2b(0, transaction, 0, all, out);
    out.send(0, message_of(transaction, Kind::phase_2b, all));
  }

  // ---- what happens only after a time-out -----------------------------------------------------------------------------------

  /// It promises the ballot, and tells what it has accepted. A promise that cannot be told now is asked for again.
  [[gnu::noinline, gnu::cold]] void hear_1a(Rank from, Transaction& transaction, Ballot ballot, Out& out) {
    if (is_told(from, transaction, out) || is_refused(from, transaction, ballot, out)) return;
    transaction.promised = ballot;
    transaction.busy_until = std::max(transaction.busy_until, out.now() + patience(transaction));
    if (!out.has_room()) return;
    Message promise = message_of(transaction, Kind::phase_1b);
    promise.ballot = ballot;
    promise.accepted = transaction.accepted;
    out.send(from, promise, payload_of(log_.accepted(transaction.operation), out));
  }
  [[gnu::noinline, gnu::cold]] void hear_2a(Rank from, Transaction& transaction, const Message& proposal,
                                            const Payload& payload, Out& out) {
    if (is_told(from, transaction, out) || is_refused(from, transaction, proposal.ballot, out)) return;
    accept(transaction, proposal.ballot, values_of(payload));
    Message accepted = message_of(transaction, Kind::phase_2b, proposal.value);
    accepted.ballot = proposal.ballot;
    out.send(from, accepted);
  }
  void accept(Transaction& transaction, Ballot ballot, const Value* values) {
    transaction.promised = transaction.accepted = ballot;
    std::copy_n(values, log_.group.ranks, log_.accepted(transaction.operation));
  }

  /// Whoever knows the outcome says so, whatever it was asked.
  static bool is_told(Rank from, const Transaction& transaction, Out& out) {
    if (transaction.outcome == commit::undecided) return false;
    out.send(from, message_of(transaction, Kind::decision, value_of(transaction.outcome)));
    return true;
  }
  /// Leaders disturb each other. Each waits twice as long every time, so in the end one of them is left alone long enough.
  [[nodiscard]] Time patience(const Transaction& transaction) const {
    return log_.timeout << std::min(transaction.waits, kDoublings);
  }
  static const Value* values_of(const Payload& payload) { return reinterpret_cast<const Value*>(payload.data()); }
  [[nodiscard]] Payload payload_of(const Value* values, Out& out) const {
    Payload payload = out.allocate(static_cast<std::size_t>(log_.group.ranks));
    std::copy_n(values, log_.group.ranks, reinterpret_cast<Value*>(payload.data()));
    return payload;
  }

 private:
  static constexpr int kDoublings = 6;

  static bool is_refused(Rank from, const Transaction& transaction, Ballot ballot, Out& out) {
    if (ballot >= transaction.promised) return false;
    Message refusal = message_of(transaction, Kind::refused);
    refusal.ballot = transaction.promised;
    out.send(from, refusal);
    return true;
  }
};

}  // namespace coordbench::paxos_commit
