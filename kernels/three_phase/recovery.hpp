#pragma once
// Recovery: a rank that has crashed since it voted takes no part in the termination protocol, because the others may have
// decided without it. It asks until somebody who knows the decision answers, or until all ranks have crashed and come back.
// Source: Bernstein, Hadzilacos, Goodman 1987, 7.5.

#include "kernels/three_phase/termination.hpp"

namespace coordbench::three_phase {

/// A crash struck. A coordinator that had not pre-committed told nobody anything but its request, so it may abort alone.
[[gnu::noinline, gnu::cold]] inline void recover(Log& log, Transaction& transaction, Out& out) {
  if (transaction.stage == Stage::voting || transaction.stage == Stage::telling) return time_out(log, transaction, out);
  log.forget_peers_of(transaction);
  ask(log, transaction, Stage::recovered, out);
}

/// A rank that has not voted has nothing to say: without its vote nobody is pre-committed.
[[gnu::noinline, gnu::cold]] inline void answer_inquiry(Log& log, Rank from, Operation k, Out& out) {
  const Transaction& transaction = log[k];
  const commit::Outcome outcome = transaction.operation == k ? transaction.outcome : log.decisions.of(k);
  if (outcome != commit::undecided)
    return out.send(from, Message::again(k, outcome == commit::committed ? Kind::commit : Kind::abort));
  if (transaction.operation != k) return;  // not voted on, or forgotten
  const bool is_recovered = transaction.stage == Stage::recovered;
  const Kind certain = is_recovered ? Kind::recovered_pre_committed : Kind::pre_committed;
  const Kind uncertain = is_recovered ? Kind::recovered_uncertain : Kind::uncertain;
  out.send(from, Message::again(k, transaction.pre_committed ? certain : uncertain));
}

/// A total failure: all ranks have crashed since they voted, and none has decided. Then no state changes any more, and all
/// ranks that see these states decide the same.
inline void survive_total_failure(Log& log, Transaction& transaction, Out& out) {
  const Peer* peers = log.peers_of(transaction);
  bool is_any_pre_committed = transaction.pre_committed;
  for (Rank rank = 0; rank < log.ranks; rank = log.roles.next(rank)) {
    if (rank == log.self) continue;
    if (peers[rank] != Peer::recovered_uncertain && peers[rank] != Peer::recovered_pre_committed) return;
    is_any_pre_committed |= peers[rank] == Peer::recovered_pre_committed;
  }
  decide(log, transaction, is_any_pre_committed ? commit::committed : commit::aborted, out);
}

/// An answer to an inquiry.
[[gnu::noinline, gnu::cold]] inline void hear_state(Log& log, Rank from, Operation k, Kind kind, Out& out) {
  Transaction& transaction = log[k];
  if (transaction.operation != k || !transaction.open) return;
  const bool asks = transaction.stage == Stage::seeking || transaction.stage == Stage::gathering;
  if (!asks && transaction.stage != Stage::recovered) return;
  const int state = static_cast<int>(kind) - static_cast<int>(Kind::uncertain) + static_cast<int>(Peer::uncertain);
  log.peers_of(transaction)[from] = static_cast<Peer>(state);
  if (transaction.stage == Stage::recovered) survive_total_failure(log, transaction, out);
}

}  // namespace coordbench::three_phase
