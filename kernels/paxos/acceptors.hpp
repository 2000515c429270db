#pragma once
// What the leader knows of the other servers, in the order in which it sends to them: the next rank first.

#include <utility>

#include "kernels/paxos/message.hpp"

namespace coordbench::paxos {

/// One of them: all slots up to `match` it has accepted, or knows to be chosen.
struct Progress {
  Index match = 0;
  Index next = 1;      ///< the slot to send next
  Index told = 0;      ///< the commit index that was sent last
  bool heard = false;  ///< since the leader last counted who answers
};

class Acceptors {
 public:
  Acceptors(int servers, Rank self) : servers_(servers), self_(self), progress_(static_cast<std::size_t>(servers)) {}

  Progress& operator[](Rank rank) { return progress_[static_cast<std::size_t>(rank)]; }
  /// The one that slots leave for first; needs two servers.
  Progress& first() { return (*this)[next_behind(self_)]; }

  void reset(const Progress& to) { progress_.assign(progress_.size(), to); }

  /// Calls visit(rank) for the next `count` of them.
  template <class Visit>
  void for_next(int count, Visit&& visit) const {
    for (Rank rank = self_; count > 0; --count) visit(rank = next_behind(rank));
  }
  /// Whether a rank is one of the next `count`.
  [[nodiscard]] bool is_next(Rank rank, int count) const {
    return (rank > self_ ? rank - self_ : rank - self_ + servers_) <= count;
  }
  /// Whether the next `count` are sent the same slots, behind a log compacted up to `base`.
  [[nodiscard]] bool are_in_step(int count, Index base) {
    const Index first_next = first().next;
    bool in_step = first_next > base;
    for_next(count, [&](Rank rank) { in_step &= (*this)[rank].next == first_next; });
    return in_step;
  }
  /// How many have been heard since this was asked last.
  [[gnu::noinline, gnu::cold]] int count_heard() {
    int heard = 0;
    for (Progress& acceptor : progress_) heard += std::exchange(acceptor.heard, false) ? 1 : 0;
    return heard;
  }

 private:
  [[nodiscard]] Rank next_behind(Rank rank) const { return rank + 1 == servers_ ? 0 : rank + 1; }

  int servers_;
  Rank self_;
  std::vector<Progress> progress_;  ///< [rank]
};

}  // namespace coordbench::paxos
