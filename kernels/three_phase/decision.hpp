#pragma once
// How a decision is made and told: by the coordinator, or by whoever leads after it has crashed.

#include "kernels/three_phase/log.hpp"

namespace coordbench::three_phase {

/// Sends to every other rank that is to know the decision and whose state is not `left`. Returns how many these are.
inline std::int64_t tell_others(Log& log, const Transaction& transaction, Out& out) {
  const Peer* peers = log.peers_of(transaction);
  Message decision = Message::of(transaction.operation, transaction.outcome == commit::committed ? Kind::commit : Kind::abort);
  if (log.self != 0) decision.count = 0;
  std::int64_t told = 0;
  for (Rank to = 0; to < log.ranks; to = log.roles.next(to)) {
    if (to == log.self || peers[to] == Peer::left) continue;
    out.send(to, decision);
    ++told;
  }
  return told;
}

inline void end(Transaction& transaction, Out& out) {
  transaction.open = false;
  transaction.alarm = kNever;
  out.complete(transaction.operation, ended);
}

/// The decision is known here. The coordinator tells it, and so does the rank that leads in its place.
inline void decide(Log& log, Transaction& transaction, commit::Outcome outcome, Out& out) {
  const bool leads = transaction.stage == Stage::gathering || transaction.stage == Stage::pre_committing;
  transaction.outcome = outcome;
  transaction.alarm = kNever;
  transaction.open = log.self == 0;
  log.decisions.remember(transaction.operation, outcome);
  out.complete(transaction.operation, log.self == 0 ? decided : learned);
  const std::int64_t told = log.self == 0 || leads ? tell_others(log, transaction, out) : 0;
  if (log.self != 0) return;
  transaction.stage = Stage::telling;
  transaction.answers_due = log.is_acknowledged ? told : 0;
  if (transaction.answers_due == 0) return end(transaction, out);
  log.set_alarm(transaction, out.now());
}

/// The second phase: whoever is uncertain learns that all have voted yes. Nobody commits while a live rank is uncertain.
inline void pre_commit(Log& log, Transaction& transaction, Out& out) {
  const Peer* peers = log.peers_of(transaction);
  Message word = Message::of(transaction.operation, Kind::pre_commit);
  if (log.self != 0) word.count = 0;
  transaction.stage = Stage::pre_committing;
  transaction.pre_committed = true;
  transaction.answers_due = 0;
  for (Rank to = 0; to < log.ranks; ++to) {
    if (peers[to] != Peer::uncertain) continue;
    out.send(to, word);
    ++transaction.answers_due;
  }
  if (transaction.answers_due == 0) return decide(log, transaction, commit::committed, out);
  log.set_alarm(transaction, out.now());
}

inline void count_acknowledgement(Log& log, Rank from, Operation k, Out& out) {
  Transaction& transaction = log[k];
  if (transaction.operation != k || !transaction.open || transaction.stage != Stage::pre_committing) return;
  Peer& peer = log.peers_of(transaction)[from];
  if (peer != Peer::uncertain) return;
  peer = Peer::pre_committed;
  if (--transaction.answers_due == 0) decide(log, transaction, commit::committed, out);
}

}  // namespace coordbench::three_phase
