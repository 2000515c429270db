#pragma once
// From the acceptors' answers to an outcome that every rank knows.
// Source: Gray, Lamport, ACM TODS 31(1) 2006, section 4.

#include "kernels/paxos_commit/reports.hpp"

namespace coordbench::paxos_commit {

/// The leader knows the outcome; a resource manager does; the leader may take up one more transaction.
enum Instant : int { decided, learned, ended };

class Learner {
 public:
  /// For those who watch.
  [[nodiscard]] const Log& log() const { return log_; }

 protected:
  using Phase = Transaction::Phase;

  Learner(const Shape& shape, Rank self) : log_(shape, self), reports_(shape, self) {}

  static Message message_of(const Transaction& transaction, Kind kind, Value value = Value::none) {
    return {.first = static_cast<std::uint32_t>(transaction.operation), .kind = kind, .value = value};
  }

  /// F + 1 acceptors have accepted a value of every instance in one ballot: these values are chosen.
  void hear_2b(Rank from, Transaction& transaction, Ballot ballot, Value value, Out& out) {
    if (!log_.makes_quorum(transaction, from, ballot, Phase::two)) return;
    learn(transaction, outcome_of(value), out);
    const Message decision = message_of(transaction, Kind::decision, value);
    if (ballot > 0 || value == Value::prepared) return out.send_others(decision);
    const Value* votes = log_.accepted(transaction.operation);  // whoever has voted no knows already
    for (Rank to = 1; to < log_.group.ranks; ++to)
      if (votes[to] == Value::prepared) out.send(to, decision);
  }

  void learn(Transaction& transaction, commit::Outcome outcome, Out& out) {
    if (transaction.outcome != commit::undecided) return;
    transaction.outcome = outcome;
    transaction.alarm = kNever;
    out.complete(transaction.operation, log_.self == 0 ? decided : learned);
    if (log_.self == 0) return end(transaction, out);
    while (log_[settled_].operation == settled_ && log_[settled_].outcome != commit::undecided) ++settled_;
  }

  /// A resource manager tells the leader how far it has learned.
  void hear_report(Rank from, std::uint32_t settled, Out& out) {
    reports_.hear(from, settled);
    if (held_ > 0) [[unlikely]]
      end_held(out);
  }
  void end(Transaction& transaction, Out& out) {
    if (reports_.let_end(transaction.operation)) [[likely]]
      return out.complete(transaction.operation, ended);
    hold(transaction, out.now());
  }

  // ---- what happens only if a resource manager has missed a decision --------------------------------------------------------

  [[gnu::noinline, gnu::cold]] void hold(Transaction& transaction, Time now) {
    transaction.is_held = true;
    ++held_;
    if (log_.timeout > 0) remind_at_ = std::min(remind_at_, now + log_.timeout);
  }
  [[gnu::noinline, gnu::cold]] void end_held(Out& out) {
    for (Transaction& transaction : log_) {
      if (!transaction.is_held || !reports_.let_end(transaction.operation)) continue;
      transaction.is_held = false;
      --held_;
      out.complete(transaction.operation, ended);
    }
    if (held_ == 0) remind_at_ = kNever;
  }
  /// Whoever is told a decision again says how far it has learned.
  [[gnu::noinline, gnu::cold]] void remind(Out& out) {
    remind_at_ = out.now() + log_.timeout;
    for (Rank to = 1; to < log_.group.ranks; ++to) {
      const Transaction& transaction = log_[reports_.lacks(to)];
      if (transaction.operation == reports_.lacks(to) && transaction.outcome != commit::undecided)
        tell_again(to, transaction, out);
    }
  }
  static void tell_again(Rank to, const Transaction& transaction, Out& out) {
    Message decision = message_of(transaction, Kind::decision, value_of(transaction.outcome));
    decision.count = 0;
    out.send(to, decision);
  }

  Log log_;
  Reports reports_;
  Operation settled_ = 0;  ///< this resource manager has learned the outcome of every transaction before this one
  int held_ = 0;           ///< decided transactions that have not ended
  Time remind_at_ = kNever;
};

}  // namespace coordbench::paxos_commit
