#pragma once
// What one rank knows of its transactions, as a resource manager, an acceptor and a leader. All of it is
// written before the message that tells of it leaves, so a crash forgets nothing. An alarm that has expired meanwhile rings
// when the rank is back.

#include "kernels/commit/log.hpp"
#include "kernels/paxos_commit/message.hpp"

namespace coordbench::paxos_commit {

struct Transaction {
  enum class Phase : std::uint8_t { idle, one, two };

  Operation operation = -1;
  commit::Outcome outcome = commit::undecided;
  bool has_voted = false;  ///< as a resource manager
  Payload payload{};

  // as an acceptor: it accepts nothing below the ballot that it has promised
  Ballot promised = 0, accepted = 0;
  bool is_refused = false;  ///< some resource manager has aborted
  int votes_due = 0;

  // as a leader
  Ballot ballot = 0;          ///< its own, or 0
  Ballot best = 0;            ///< the highest in which values that it has heard of were accepted
  Ballot seen = 0;            ///< the highest because of which it was refused
  Phase phase = Phase::idle;  ///< for whose answers it waits
  int answers_due = 0;

  // time-outs
  Time alarm = kNever;
  Time busy_until = 0;   ///< some leader is at work, and no other shall disturb it
  bool is_held = false;  ///< at the leader: it is decided and has not ended
  int waits = 0;         ///< time-outs that have expired; each makes the next one longer
  Rank turn = 0;         ///< the acceptor that is asked next
};

class Log : public commit::LogOf<Transaction> {
 public:
  Log(const Shape& shape, Rank self_)
      : LogOf(shape, self_),
        group(shape),
        votes(shape),
        is_acceptor(self_ < group.acceptors()),
        ranks_(static_cast<std::size_t>(shape.ranks)),
        accepted_(is_acceptor ? size() * ranks_ : 0, Value::none),
        found_(accepted_),
        has_answered_(accepted_.size(), false) {}

  /// The transaction, whose slot it may take from an earlier one: a message tells of it only after every resource manager has
  /// learned the outcome of that one. Null if its own slot has been taken: then they have learned its outcome, too.
  Transaction* enter(Operation k) {
    Transaction& transaction = (*this)[k];
    if (transaction.operation < k) {
      transaction = {.operation = k, .votes_due = group.ranks - 1};
      if (is_acceptor) std::fill_n(accepted(k), ranks_, Value::none);
    }
    return transaction.operation == k ? &transaction : nullptr;
  }

  Value* accepted(Operation k) { return accepted_.data() + index(k) * ranks_; }
  [[nodiscard]] const Value* accepted(Operation k) const { return accepted_.data() + index(k) * ranks_; }
  Value* found(Operation k) { return found_.data() + index(k) * ranks_; }
  char* has_answered(Operation k) { return has_answered_.data() + index(k) * ranks_; }
  /// A leader waits for the answers of F + 1 acceptors.
  void await_quorum(Transaction& transaction, Transaction::Phase phase) {
    transaction.phase = phase;
    transaction.answers_due = group.quorum();
    std::fill_n(has_answered(transaction.operation), group.acceptors(), false);
  }
  /// An acceptor's answer in the leader's present ballot and phase. True if it makes the quorum.
  bool makes_quorum(Transaction& transaction, Rank from, Ballot ballot, Transaction::Phase phase) {
    if (transaction.phase != phase || transaction.ballot != ballot || transaction.outcome != commit::undecided) return false;
    return !std::exchange(has_answered(transaction.operation)[from], true) && --transaction.answers_due == 0;
  }

  const Group group;
  const commit::Votes votes;
  const bool is_acceptor;

 private:
  std::size_t ranks_;
  std::vector<Value> accepted_;     ///< [slot, rank]: at an acceptor
  std::vector<Value> found_;        ///< [slot, rank]: at a leader, from phase 1
  std::vector<char> has_answered_;  ///< [slot, rank]: at a leader, in its present phase
};

}  // namespace coordbench::paxos_commit
