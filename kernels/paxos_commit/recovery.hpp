#pragma once
// What happens after a time-out: an acceptor that does not know the outcome leads a ballot of its own, for all instances of the
// transaction at once. Source: Gray, Lamport, ACM TODS 31(1) 2006, section 4.2.

#include "kernels/paxos_commit/acceptor.hpp"

namespace coordbench::paxos_commit {

class Recovery : public Acceptor {
 protected:
  using Acceptor::Acceptor;

  /// A leader that disturbs another would help nobody.
  [[gnu::noinline, gnu::cold]] void lead_unless_busy(Transaction& transaction, Out& out) {
    if (transaction.busy_until <= out.now()) lead(transaction, out);
    if (log_.self == 0 && transaction.outcome == commit::undecided) transaction.alarm = transaction.busy_until;
  }

  /// Of each instance counts the vote that was accepted in the highest ballot.
  [[gnu::noinline, gnu::cold]] void hear_1b(Rank from, Transaction& transaction, const Message& promise, const Value* values,
                                            Out& out) {
    if (transaction.phase != Phase::one || transaction.ballot != promise.ballot) return;
    Value* found = log_.found(transaction.operation);
    for (Rank manager = 1; manager < log_.group.ranks; ++manager)
      if (promise.accepted > transaction.best || (promise.accepted == transaction.best && found[manager] == Value::none))
        found[manager] = values[manager];
    transaction.best = std::max(transaction.best, promise.accepted);
    if (log_.makes_quorum(transaction, from, promise.ballot, Phase::one)) propose_votes(transaction, out);
  }

 private:
  void lead(Transaction& transaction, Out& out) {
    transaction.ballot = next_ballot(transaction);
    transaction.promised = transaction.ballot;
    transaction.best = 0;
    transaction.busy_until = out.now() + patience(transaction);
    ++transaction.waits;
    std::fill_n(log_.found(transaction.operation), log_.group.ranks, Value::none);
    log_.await_quorum(transaction, Phase::one);
    Message message = message_of(transaction, Kind::phase_1a);
    message.ballot = transaction.ballot;
    message.accepted = transaction.accepted;
    send_acceptors(message, {}, out);
    hear_1b(log_.self, transaction, message, log_.accepted(transaction.operation), out);  // what it promises itself
  }
  [[nodiscard]] Ballot next_ballot(const Transaction& transaction) const {
    Ballot ballot = std::max(transaction.ballot, static_cast<Ballot>(log_.self));
    do ballot += static_cast<Ballot>(log_.group.acceptors());
    while (ballot <= std::max(transaction.promised, transaction.seen));
    return ballot;
  }

  /// An instance without a vote is free: its manager may have voted, but no vote of it has been chosen, nor will be.
  void propose_votes(Transaction& transaction, Out& out) {
    Value *found = log_.found(transaction.operation), *end = found + log_.group.ranks;
    std::replace(found + 1, end, Value::none, Value::aborted);
    const bool is_refused = std::find(found + 1, end, Value::aborted) != end;
    Message proposal = message_of(transaction, Kind::phase_2a, is_refused ? Value::aborted : Value::prepared);
    proposal.ballot = transaction.ballot;
    log_.await_quorum(transaction, Phase::two);
    if (log_.group.faults > 0) {
      if (!out.has_room()) return;  // it will lead again
      send_acceptors(proposal, payload_of(found, out), out);
    }
    if (transaction.promised > transaction.ballot) return;
    accept(transaction, transaction.ballot, found);
    hear_2b(log_.self, transaction, transaction.ballot, proposal.value, out);
  }

  void send_acceptors(const Message& message, const Payload& payload, Out& out) const {
    for (Rank to = 0; to < log_.group.acceptors(); ++to)
      if (to != log_.self) out.send(to, message, payload);
  }
};

}  // namespace coordbench::paxos_commit
