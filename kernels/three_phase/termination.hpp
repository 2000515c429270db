#pragma once
// The termination protocol of the ranks that have been up since they voted.
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

}  // namespace coordbench::three_phase
