#pragma once
// The coordinator's side of three-phase commit while nothing fails.
// Source: Bernstein, Hadzilacos, Goodman 1987, 7.5.

#include "kernels/three_phase/decision.hpp"

namespace coordbench::three_phase {

inline void request_votes(Log& log, Operation k, Payload payload, Out& out) {
  Transaction& transaction = log[k];
  transaction = {.operation = k,
                 .answers_due = log.roles.participants,
                 .stage = Stage::voting,
                 .open = true,
                 .payload = std::move(payload)};
  log.forget_peers_of(transaction);
  if (transaction.answers_due == 0) return decide(log, transaction, commit::committed, out);
  log.set_alarm(transaction, out.now());
  out.send_others(Message::of(k, Kind::vote_request), transaction.payload);
}

inline void count_vote(Log& log, Rank from, Operation k, Kind vote, Out& out) {
  Transaction& transaction = log[k];
  if (transaction.operation != k || !transaction.open || transaction.stage != Stage::voting) return;
  Peer& peer = log.peers_of(transaction)[from];
  if (peer != Peer::silent) return;
  peer = vote == Kind::vote_yes ? Peer::uncertain : Peer::left;
  transaction.refused |= vote == Kind::vote_no;
  if (--transaction.answers_due > 0) return;
  if (transaction.refused) return decide(log, transaction, commit::aborted, out);
  pre_commit(log, transaction, out);
}

inline void count_final_acknowledgement(Log& log, Rank from, Operation k, Out& out) {
  Transaction& transaction = log[k];
  if (transaction.operation != k || !transaction.open || transaction.stage != Stage::telling) return;
  Peer& peer = log.peers_of(transaction)[from];
  if (std::exchange(peer, Peer::left) == Peer::left) return;
  if (--transaction.answers_due == 0) end(transaction, out);
}

}  // namespace coordbench::three_phase
