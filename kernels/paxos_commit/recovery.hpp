#pragma once
// What happens when a time-out has expired: whoever waits asks the acceptors in turn, and one that does not know the outcome
// leads a ballot of its own, for all instances of the transaction. Instances that it finds free it proposes to abort.
// Source: Gray, Lamport, ACM TODS 31(1) 2006, section 4.2; Lamport, "Paxos Made Simple", 2001, 2.2.

#include "kernels/paxos_commit/learner.hpp"

namespace coordbench::paxos_commit {

class Recovery : public Learner {
 protected:
  using Learner::Learner;

  /// Waited for too long, or interrupted by a crash.
  [[gnu::noinline, gnu::cold]] void hurry(Transaction& transaction, Out& out) {
    if (log_.self == 0) return lead_unless_busy(transaction, out);
    transaction.alarm = out.now() + patience(transaction);
    ++transaction.waits;
    const Rank asked = transaction.turn;
    transaction.turn = asked + 1 < log_.group.acceptors() ? asked + 1 : 0;
    if (asked == log_.self) return lead_unless_busy(transaction, out);
    Message inquiry = message_of(transaction, Kind::inquire);
    inquiry.count = 0;
    inquiry.settled = static_cast<std::uint32_t>(settled_);
    out.send(asked, inquiry);
  }

  [[gnu::noinline, gnu::cold]] void recover(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (log_.self == 0 && (message.kind == Kind::inquire || message.kind == Kind::learned))
      hear_report(from, message.settled, out);
    Transaction* transaction = log_.enter(message.first);
    if (transaction == nullptr) return;
    switch (message.kind) {
      case Kind::inquire:
        return is_told(from, *transaction, out) ? void() : lead_unless_busy(*transaction, out);
      case Kind::phase_1a:
        return is_refused(from, *transaction, message.ballot, out) ? void() : promise(from, *transaction, message.ballot, out);
      case Kind::phase_1b:
        return hear_1b(from, *transaction, message.ballot, message.accepted, values_of(payload), out);
      case Kind::phase_2a:
        if (is_refused(from, *transaction, message.ballot, out)) return;
        accept(*transaction, message.ballot, values_of(payload));
        return answer(from, *transaction, message, Kind::phase_2b, out);
      case Kind::refused:
        transaction->seen = std::max(transaction->seen, message.ballot);
        return;
      default:
        return;
    }
  }

 private:
  static constexpr int kDoublings = 6;

  /// Leaders disturb each other. Waiting twice as long each time, one of them has enough time in the end.
  [[nodiscard]] Time patience(const Transaction& transaction) const {
    return log_.timeout << std::min(transaction.waits, kDoublings);
  }
  static const Value* values_of(const Payload& payload) { return reinterpret_cast<const Value*>(payload.data()); }
  [[nodiscard]] Payload payload_of(const Value* values, Out& out) const {
    Payload payload = out.allocate(static_cast<std::size_t>(log_.group.ranks));
    std::copy_n(values, log_.group.ranks, reinterpret_cast<Value*>(payload.data()));
    return payload;
  }
  void send_acceptors(const Message& message, const Payload& payload, Out& out) const {
    for (Rank to = 0; to < log_.group.acceptors(); ++to)
      if (to != log_.self) out.send(to, message, payload);
  }
  static void answer(Rank to, const Transaction& transaction, Message message, Kind kind, Out& out) {
    message.kind = kind;
    message.accepted = transaction.accepted;
    out.send(to, message);
  }

  // ---- the leader -----------------------------------------------------------------------------------------------------------

  void lead_unless_busy(Transaction& transaction, Out& out) {
    if (transaction.busy_until <= out.now()) return lead(transaction, out);
    if (log_.self == 0) transaction.alarm = transaction.busy_until;
  }
  void lead(Transaction& transaction, Out& out) {
    transaction.ballot = std::max(transaction.ballot, static_cast<Ballot>(log_.self));
    do transaction.ballot += static_cast<Ballot>(log_.group.acceptors());
    while (transaction.ballot <= std::max(transaction.promised, transaction.seen));
    transaction.best = 0;
    transaction.promised = transaction.ballot;
    transaction.busy_until = out.now() + patience(transaction);
    ++transaction.waits;
    if (log_.self == 0) transaction.alarm = transaction.busy_until;
    std::fill_n(log_.found(transaction.operation), log_.group.ranks, Value::none);
    log_.await_quorum(transaction, Phase::one);
    Message message = message_of(transaction, Kind::phase_1a);
    message.ballot = transaction.ballot;
    send_acceptors(message, {}, out);
    hear_1b(log_.self, transaction, transaction.ballot, transaction.accepted, log_.accepted(transaction.operation), out);
  }
  /// Of each instance counts the value that was accepted in the highest ballot.
  void hear_1b(Rank from, Transaction& transaction, Ballot ballot, Ballot accepted, const Value* values, Out& out) {
    if (transaction.phase != Phase::one || transaction.ballot != ballot) return;
    Value* found = log_.found(transaction.operation);
    for (Rank manager = 1; manager < log_.group.ranks; ++manager)
      if (accepted > transaction.best || (accepted == transaction.best && found[manager] == Value::none))
        found[manager] = values[manager];
    transaction.best = std::max(transaction.best, accepted);
    if (log_.makes_quorum(transaction, from, ballot, Phase::one)) propose_values(transaction, out);
  }
  void propose_values(Transaction& transaction, Out& out) {
    Value* found = log_.found(transaction.operation);
    std::replace(found + 1, found + log_.group.ranks, Value::none, Value::aborted);
    const bool is_refused = std::find(found + 1, found + log_.group.ranks, Value::aborted) != found + log_.group.ranks;
    log_.await_quorum(transaction, Phase::two);
    Message message = message_of(transaction, Kind::phase_2a, is_refused ? Value::aborted : Value::prepared);
    message.ballot = transaction.ballot;
    if (log_.group.faults > 0) {
      if (!out.has_room()) return;  // it will lead again
      send_acceptors(message, payload_of(found, out), out);
    }
    if (transaction.promised > transaction.ballot) return;
    accept(transaction, transaction.ballot, found);
    hear_2b(log_.self, transaction, transaction.ballot, message.value, out);
  }

  // ---- an acceptor ----------------------------------------------------------------------------------------------------------

  /// Whoever knows the outcome says so, whatever it was asked.
  static bool is_told(Rank from, const Transaction& transaction, Out& out) {
    if (transaction.outcome == commit::undecided) return false;
    out.send(from, message_of(transaction, Kind::decision, value_of(transaction.outcome)));
    return true;
  }
  static bool is_refused(Rank from, const Transaction& transaction, Ballot ballot, Out& out) {
    if (is_told(from, transaction, out)) return true;
    if (ballot >= transaction.promised) return false;
    Message message = message_of(transaction, Kind::refused);
    message.ballot = transaction.promised;
    out.send(from, message);
    return true;
  }
  void promise(Rank from, Transaction& transaction, Ballot ballot, Out& out) {
    transaction.promised = ballot;
    transaction.busy_until = std::max(transaction.busy_until, out.now() + patience(transaction));
    if (!out.has_room()) return;
    Message message = message_of(transaction, Kind::phase_1b);
    message.ballot = ballot;
    message.accepted = transaction.accepted;
    out.send(from, message, payload_of(log_.accepted(transaction.operation), out));
  }
  void accept(Transaction& transaction, Ballot ballot, const Value* values) {
    transaction.promised = transaction.accepted = ballot;
    std::copy_n(values, log_.group.ranks, log_.accepted(transaction.operation));
  }
};

}  // namespace coordbench::paxos_commit
