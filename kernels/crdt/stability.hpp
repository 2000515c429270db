#pragma once
// What every replica has seen, told by two numbers in each message: the sender's Lamport clock, and its level, a clock up to
// which it has seen every update of every editor. Messages of one rank are heard in their order, so it knew all
// updates up to the level that it told when it made its later messages.
//
// No editor goes further than `keep` beyond the lowest level that it was told of, and no rank tells a level further than `keep`
// beyond the lowest that it knows of. So all updates that a rank can hear of lie within 2 keep clocks above its `everywhere`.
// A rank speaks up whenever it has come a quarter of `keep` further, so nobody waits for ever.
// Source: Lamport, CACM 21(7) 1978 (clocks); Wuu, Bernstein, PODC 1984 (what all are known to know may be forgotten).

#include <algorithm>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

class Stability {
 public:
  using Clock = std::uint32_t;

  /// Ranks 0 … editors - 1 make updates.
  Stability(int ranks, int editors, Rank self, Clock keep)
      : self_(self),
        keep_(keep),
        clock_of_(static_cast<std::size_t>(editors), 0),
        level_of_(static_cast<std::size_t>(ranks), 0) {}

  /// Of the newest update that this rank has seen or made.
  [[nodiscard]] Clock clock() const { return clock_; }
  /// Every update up to this clock has been seen here.
  [[nodiscard]] Clock seen() const { return *std::min_element(clock_of_.begin(), clock_of_.end()); }
  /// Every update up to this clock has been seen by every rank, before it sent anything that is still to come.
  [[nodiscard]] Clock everywhere() const {
    Clock lowest = seen();
    for (Rank rank = 0; rank < static_cast<Rank>(level_of_.size()); ++rank)
      if (rank != self_) lowest = std::min(lowest, level_of_[static_cast<std::size_t>(rank)]);
    return lowest;
  }
  /// The level that this rank tells.
  [[nodiscard]] Clock level() const { return std::min(seen(), everywhere() + keep_); }

  [[nodiscard]] bool may_update() const { return clock_ < everywhere() + keep_; }
  /// The clock of a new update of this rank.
  Clock update() { return advance(self_, clock_ + 1); }
  /// A rank, all of whose updates up to this message have been seen, tells its clock and level.
  void hear(Rank from, Clock clock, Clock level) {
    advance(from, clock);
    Clock& known = level_of_[static_cast<std::size_t>(from)];
    known = std::max(known, level);
  }

  /// Whether this rank should tell all others where it is.
  [[nodiscard]] bool has_news() const {
    const Clock quarter = std::max<Clock>(keep_ / 4, 1);
    return level() >= told_level_ + quarter || (is_editor(self_) && clock_ >= told_clock_ + quarter);
  }
  void told() {
    told_clock_ = clock_;
    told_level_ = level();
  }

 private:
  [[nodiscard]] bool is_editor(Rank rank) const { return static_cast<std::size_t>(rank) < clock_of_.size(); }
  /// An editor makes no update below the clock that it has told, nor this rank below its own.
  Clock advance(Rank from, Clock clock) {
    clock_ = std::max(clock_, clock);
    if (is_editor(from)) clock_of_[static_cast<std::size_t>(from)] = std::max(clock_of_[static_cast<std::size_t>(from)], clock);
    if (is_editor(self_)) clock_of_[static_cast<std::size_t>(self_)] = clock_;
    return clock_;
  }

  Rank self_;
  Clock keep_, clock_ = 0, told_clock_ = 0, told_level_ = 0;
  std::vector<Clock> clock_of_;  ///< [editor]
  std::vector<Clock> level_of_;  ///< [rank]
};

}  // namespace coordbench::crdt
