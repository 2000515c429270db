#pragma once
// Checkpoints: the states of this replica that are not stable yet, and what each replica says of its own. A checkpoint that a
// quorum has is stable, and nobody needs the log before it. Source: Castro, Liskov, TOCS 20(4) 2002, 4.4 (garbage collection).

#include <algorithm>
#include <optional>

#include "kernels/parts/window.hpp"
#include "kernels/pbft/service.hpp"
#include "kernels/pbft/setting.hpp"

namespace coordbench::pbft {

struct Checkpoint {
  Sequence sequence = 0;
  ShortDigest digest{};
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

class Checkpoints {
 public:
  Checkpoints(const Setting& setting, Rank self, const Service& initial)
      : every_(setting.checkpoint),
        servers_(static_cast<std::size_t>(setting.servers)),
        self_(self),
        mask_(setting.checkpoints() - 1),
        own_(mask_ + 1, Own{{}, initial}),
        said_((mask_ + 1) * servers_),
        latest_(servers_, 0) {}

  /// This replica's state after `sequence`.
  void take(const Checkpoint& checkpoint, const Service& service) {
    Own& own = own_[place(checkpoint.sequence)];
    own.checkpoint = checkpoint;
    own.service = service;
    said(checkpoint.sequence, self_) = checkpoint;
    note_latest(self_, checkpoint.sequence);
  }
  void note(Rank from, const Checkpoint& checkpoint) {
    note_latest(from, checkpoint.sequence);
    Checkpoint& known = said(checkpoint.sequence, from);
    if (known.sequence < checkpoint.sequence) known = checkpoint;
  }
  /// How many replicas have it, of a number above 0.
  [[nodiscard]] int count(const Checkpoint& checkpoint) const {
    int count = 0;
    for (std::size_t rank = 0; rank < servers_; ++rank)
      count += said_[place(checkpoint.sequence) * servers_ + rank] == checkpoint ? 1 : 0;
    return count;
  }
  [[nodiscard]] bool is_one(Sequence sequence) const { return sequence % every_.by() == 0; }

  /// This replica's state after `sequence`, if it is still known.
  struct Own {
    Checkpoint checkpoint;
    Service service;
  };
  [[nodiscard]] const Own* own(Sequence sequence) const {
    const Own& own = own_[place(sequence)];
    return own.checkpoint.sequence == sequence ? &own : nullptr;
  }
  /// Calls visit(checkpoint) for each of this replica's own from `sequence` on.
  template <class Visit>
  void for_own_from(Sequence sequence, Visit&& visit) const {
    for (const Own& own : own_)
      if (is_known(own) && own.checkpoint.sequence >= sequence) visit(own.checkpoint);
  }
  /// The last checkpoint that every replica has told of.
  [[nodiscard]] Sequence slowest() const { return *std::min_element(latest_.begin(), latest_.end()); }
  [[nodiscard]] Sequence latest(Rank rank) const { return latest_[static_cast<std::size_t>(rank)]; }

 private:
  /// The initial state is at place 0; the others are empty.
  [[nodiscard]] bool is_known(const Own& own) const { return own.checkpoint.sequence > 0 || &own == own_.data(); }
  void note_latest(Rank rank, Sequence sequence) {
    Sequence& latest = latest_[static_cast<std::size_t>(rank)];
    latest = std::max(latest, sequence);
  }
  [[nodiscard]] std::size_t place(Sequence sequence) const { return every_.quotient(sequence) & mask_; }
  Checkpoint& said(Sequence sequence, Rank rank) { return said_[place(sequence) * servers_ + static_cast<std::size_t>(rank)]; }

  Divisor every_;
  std::size_t servers_;
  Rank self_;
  std::size_t mask_;
  std::vector<Own> own_;          ///< [sequence div the distance, mod their number]
  std::vector<Checkpoint> said_;  ///< as `own_`, [rank]; of number 0: nothing
  std::vector<Sequence> latest_;  ///< [rank]: the last one that it has told of
};

}  // namespace coordbench::pbft
