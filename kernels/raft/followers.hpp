#pragma once
// What the leader knows of all its followers, in the order in which it sends to them: the next rank first.

#include <functional>
#include <utility>

#include "kernels/raft/progress.hpp"

namespace coordbench::raft {

class Followers {
 public:
  /// All logs are empty.
  Followers(int servers, Rank self)
      : servers_(servers),
        self_(self),
        progress_(static_cast<std::size_t>(servers), {.mode = Progress::Mode::replicate}),
        matches_(progress_.size()) {}

  Progress& operator[](Rank rank) { return progress_[static_cast<std::size_t>(rank)]; }
  /// The follower that entries leave for first; needs two servers.
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
  /// Whether the next `count` are sent the same entries, behind a log compacted up to `base`.
  [[nodiscard]] bool are_in_step(int count, Index base) {
    const Index first_next = first().next;
    bool in_step = first_next > base;
    for_next(count, [&](Rank rank) {
      const Progress& follower = (*this)[rank];
      in_step &= follower.next == first_next && follower.mode == Progress::Mode::replicate && !follower.waiting;
    });
    return in_step;
  }

  /// How many have been heard since this was asked last.
  [[gnu::noinline, gnu::cold]] int count_heard() {
    int heard = 0;
    for (Progress& follower : progress_) heard += std::exchange(follower.heard, false) ? 1 : 0;
    return heard;
  }

  /// The greatest index that a majority has, the leader with `last` included.
  Index majority_match(Index last) {
    const std::ptrdiff_t others = servers_ / 2;
    if (others == 0) return last;
    if (servers_ == 2) return first().match;
    auto end = matches_.begin();
    for (Rank rank = 0; rank < servers_; ++rank)
      if (rank != self_) *end++ = (*this)[rank].match;
    std::nth_element(matches_.begin(), matches_.begin() + others - 1, end, std::greater<>());
    return matches_[static_cast<std::size_t>(others - 1)];
  }

 private:
  [[nodiscard]] Rank next_behind(Rank rank) const { return rank + 1 == servers_ ? 0 : rank + 1; }

  int servers_;
  Rank self_;
  std::vector<Progress> progress_;  ///< [rank]
  std::vector<Index> matches_;      ///< room for majority_match
};

}  // namespace coordbench::raft
