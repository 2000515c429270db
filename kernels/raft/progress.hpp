#pragma once
// What the leader knows of one follower: how far its log matches, and what to send next.
// Source: Ongaro, Ousterhout 2014, 5.3 (nextIndex, matchIndex), 7 (InstallSnapshot); Ongaro's dissertation, 10.2.2 (pipelines).

#include <algorithm>

#include "kernels/raft/log.hpp"

namespace coordbench::raft {

struct Progress {
  enum class Mode : std::uint8_t {
    probe,      ///< where the logs part is not known: one message, then wait for the answer
    replicate,  ///< in step: entries are sent before earlier ones are acknowledged
    snapshot    ///< too far behind the leader's log
  };

  Index match = 0;
  Index next = 1;
  Index told = 0;  ///< the commit index that was sent last
  Mode mode = Mode::probe;
  bool waiting = false;  ///< a probe or a snapshot is on its way
  bool heard = false;    ///< since the leader last counted who answers
  Index base = 0;        ///< of the leader's log when the last snapshot left; a follower that has that much needs no snapshot

  void begin_probe(Index from) {
    mode = Mode::probe;
    next = from;
    waiting = false;
  }

  /// False if it says nothing new.
  bool accept(Index index) {
    heard = true;
    const bool moved_on = index > match;
    match = std::max(match, index);
    next = std::max(next, match + 1);
    if (mode == Mode::snapshot && match < base) return moved_on;  // said before the snapshot came
    mode = Mode::replicate;
    waiting = false;
    return moved_on;
  }

  /// 5.3, the accelerated back-off: `term` is that of the conflicting entry, or 0 where the follower has none, and `index` the
  /// first index that the follower has of it, or the one behind its last. A late answer is passed over.
  void reject(Index refused, Index index, Term term, const Log& log) {
    heard = true;
    if (mode == Mode::snapshot || refused <= match || refused >= next) return;
    Index from = index;
    if (term > 0)
      if (const Index ours = log.last_up_to_term(term); log.term_at(ours) == term) from = ours + 1;
    begin_probe(std::clamp<Index>(from, match + 1, refused));
  }
};

}  // namespace coordbench::raft
