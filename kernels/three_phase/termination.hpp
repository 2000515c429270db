#pragma once
// What happens only when something fails: the termination protocol of the ranks that have been up since they voted, and
// recovery of those that have crashed since then, who only ask.
//
// A participant that waits too long asks all others. If a lower rank answers that it has been up all the time, that one leads,
// and this one asks again later. If none does, the coordinator's last messages have arrived, too, and this rank leads: it asks
// once more for the states of all. Skeen's rule: somebody has decided: the same; somebody is pre-committed: pre-commit all,
// then commit; all are uncertain: abort. Silence of a time-out means a crash. Source: Skeen, SIGMOD 1981; Bernstein,
// Hadzilacos, Goodman 1987, 7.5.

#include "kernels/three_phase/participant.hpp"

namespace coordbench::three_phase {

inline void ask(Log& log, Transaction& transaction, Stage stage, Out& out) {
  if (stage != Stage::recovered) log.forget_peers_of(transaction);
  transaction.stage = stage;
  log.set_alarm(transaction, out.now());
  for (Rank to = 0; to < log.ranks; to = log.roles.next(to))
    if (to != log.self) out.send(to, Message::again(transaction.operation, Kind::inquire));
}

inline bool is_lowest(Log& log, const Transaction& transaction) {
  const Peer* peers = log.peers_of(transaction);
  return std::none_of(peers, peers + log.self,
                      [](Peer peer) { return peer == Peer::uncertain || peer == Peer::pre_committed; });
}

/// All that are up have told their states, and none has decided.
inline void conclude(Log& log, Transaction& transaction, Out& out) {
  const Peer* peers = log.peers_of(transaction);
  const bool is_any_pre_committed =
      transaction.pre_committed || std::find(peers, peers + log.ranks, Peer::pre_committed) != peers + log.ranks;
  if (is_any_pre_committed) return pre_commit(log, transaction, out);
  decide(log, transaction, commit::aborted, out);
}

/// Of what has waited too long.
[[gnu::noinline, gnu::cold]] inline void time_out(Log& log, Transaction& transaction, Out& out) {
  switch (transaction.stage) {
    case Stage::voting:  // a missing vote counts as a no
      return decide(log, transaction, commit::aborted, out);
    case Stage::pre_committing:  // who has not acknowledged has crashed
      return decide(log, transaction, commit::committed, out);
    case Stage::telling:
      log.set_alarm(transaction, out.now());
      return static_cast<void>(tell_others(log, transaction, out));
    case Stage::seeking:
      return ask(log, transaction, is_lowest(log, transaction) ? Stage::gathering : Stage::seeking, out);
    case Stage::gathering:
      return is_lowest(log, transaction) ? conclude(log, transaction, out) : ask(log, transaction, Stage::seeking, out);
    case Stage::waiting:
      return ask(log, transaction, Stage::seeking, out);
    case Stage::recovered:
      return ask(log, transaction, Stage::recovered, out);
  }
}

/// A crash struck. A coordinator that had not pre-committed told nobody anything but its request, so it may abort alone.
[[gnu::noinline, gnu::cold]] inline void recover(Log& log, Transaction& transaction, Out& out) {
  if (transaction.stage == Stage::voting || transaction.stage == Stage::telling) return time_out(log, transaction, out);
  log.forget_peers_of(transaction);
  ask(log, transaction, Stage::recovered, out);
}

/// A rank that has not voted yet is free to abort, and does.
[[gnu::noinline, gnu::cold]] inline void answer_inquiry(Log& log, Rank from, Operation k, Out& out) {
  Transaction& transaction = log[k];
  if (transaction.operation < k && transaction.open) return;  // no room: be asked again
  if (transaction.operation < k) {
    transaction = {.operation = k, .open = true};
    decide(log, transaction, commit::aborted, out);
  }
  const commit::Outcome outcome = transaction.operation == k ? transaction.outcome : log.decisions.of(k);
  if (outcome != commit::undecided)
    return out.send(from, Message::again(k, outcome == commit::committed ? Kind::commit : Kind::abort));
  if (transaction.operation != k) return;  // forgotten
  const bool is_recovered = transaction.stage == Stage::recovered;
  const Kind certain = is_recovered ? Kind::recovered_pre_committed : Kind::pre_committed;
  const Kind uncertain = is_recovered ? Kind::recovered_uncertain : Kind::uncertain;
  out.send(from, Message::again(k, transaction.pre_committed ? certain : uncertain));
}

/// If all ranks have crashed since they voted, and none had decided, their states are what it was when the last one crashed,
/// and nobody acts any more: all who see that decide the same.
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
