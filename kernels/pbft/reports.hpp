#pragma once
// The view-changes that a replica has: of each replica the latest that came from itself, who vouches for which of them, and
// copies that came from others. A MAC convinces nobody but its receiver, so a view-change counts if its author sent it to this
// replica, or if f + 1 others say that it came to them. Its signature convinces everybody.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.5 (view-change acknowledgements).

#include "kernels/pbft/report.hpp"

namespace coordbench::pbft {

class Reports {
 public:
  struct Known {
    Report report{};  ///< of view 0: none
    ShortDigest digest{};
    Proof proof{};  ///< with signatures: of the message
  };

  Reports(const Setting& setting, Rank self)
      : servers_(setting.servers),
        faults_(setting.faults),
        quorum_(setting.quorum),
        has_signatures_(setting.has_signatures()),
        self_(self),
        known_(static_cast<std::size_t>(servers_)),
        copies_(known_.size()),
        acknowledged_(known_.size() * known_.size()),
        vouches_(known_.size() * known_.size(), 0) {
    views_.reserve(known_.size());
  }

  /// The author itself sent this view-change. False if an equally late or later one of this author is known.
  bool add(Rank author, Report report, const ShortDigest& digest, const Proof& proof) {
    Known& known = known_[index(author)];
    if (report.view() <= view_of(author)) return false;
    known = {std::move(report), digest, proof};
    return true;
  }
  [[nodiscard]] bool is_replica(std::uint32_t rank) const { return rank < known_.size(); }
  [[nodiscard]] const Known& of(Rank author) const { return known_[index(author)]; }
  /// How many have moved to this view, or beyond.
  [[nodiscard]] int count(View view) const {
    int count = 0;
    for (Rank rank = 0; rank < servers_; ++rank) count += view_of(rank) >= view ? 1 : 0;
    return count;
  }
  /// The last view that f + 1 other replicas have moved to or beyond, so that one that is no traitor has.
  [[nodiscard]] View view_of_some() {
    views_.clear();
    for (Rank rank = 0; rank < servers_; ++rank)
      if (rank != self_) views_.push_back(view_of(rank));
    std::sort(views_.begin(), views_.end(), std::greater<>());
    return views_[static_cast<std::size_t>(faults_)];
  }

  /// Replica `from` says that this is the author's view-change.
  void acknowledge(Rank from, Rank author, View view, const ShortDigest& digest) {
    acknowledged_[pair(author, from)] = {view, digest};
  }
  /// Whether the primary of the view can prove that it is the author's: a quorum has it, the author and itself included.
  [[nodiscard]] bool is_proved(Rank author, View view) const {
    if (view_of(author) != view) return false;
    if (author == self_ || has_signatures_) return true;
    int others = 0;
    for (Rank rank = 0; rank < servers_; ++rank) {
      const Acknowledged& one = acknowledged_[pair(author, rank)];
      others += rank != author && rank != self_ && one.view == view && one.digest == of(author).digest ? 1 : 0;
    }
    return others >= quorum_ - 2;
  }

  /// A copy of another replica's, which a new view names. A copy with another digest replaces it. `is_proved`: its author has
  /// signed it.
  void add_copy(Rank from, Rank author, Report report, const ShortDigest& digest, bool is_proved) {
    Known& copy = copies_[index(author)];
    if (copy.digest != digest || copy.report.view() != report.view()) {
      copy = {std::move(report), digest, {}};
      std::fill_n(vouches_.begin() + static_cast<std::ptrdiff_t>(pair(author, 0)), servers_, std::uint8_t{0});
    }
    if (is_proved) std::fill_n(vouches_.begin() + static_cast<std::ptrdiff_t>(pair(author, 0)), servers_, std::uint8_t{1});
    vouches_[pair(author, from)] = 1;
  }
  /// The author's view-change with this digest; null if it is not known that it is the author's.
  [[nodiscard]] const Report* find(Rank author, View view, const ShortDigest& digest) const {
    if (view_of(author) == view && of(author).digest == digest) return &of(author).report;
    const Known& copy = copies_[index(author)];
    if (copy.report.view() != view || copy.digest != digest) return nullptr;
    int vouching = 0;
    for (Rank rank = 0; rank < servers_; ++rank) vouching += vouches_[pair(author, rank)];
    return vouching > faults_ ? &copy.report : nullptr;
  }

 private:
  struct Acknowledged {
    View view = 0;
    ShortDigest digest{};
  };
  static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }
  [[nodiscard]] std::size_t pair(Rank author, Rank from) const { return index(author) * known_.size() + index(from); }
  [[nodiscard]] View view_of(Rank rank) const { return known_[index(rank)].report.view(); }

  int servers_, faults_, quorum_;
  bool has_signatures_;
  Rank self_;
  std::vector<Known> known_;                ///< [author]
  std::vector<Known> copies_;               ///< [author]
  std::vector<Acknowledged> acknowledged_;  ///< [author][who says so]
  std::vector<std::uint8_t> vouches_;       ///< [author][who sent the copy]
  std::vector<View> views_{};
};

}  // namespace coordbench::pbft
