#pragma once
// The blocks that a server has: those executed since its last checkpoint, and undecided ones. Several undecided blocks may have
// one height. Source: Yin et al., PODC 2019, 4.1 (the tree of blocks).

#include <optional>

#include "kernels/hotstuff/certificate.hpp"

namespace coordbench::hotstuff {

/// One block by its height and digest.
struct Tip {
  Height height = 0;
  Digest digest{};
  friend bool operator==(const Tip&, const Tip&) = default;
};

/// The way from a block down to the last one executed.
struct Path {
  bool is_whole = false;         ///< all its blocks are here
  std::optional<Tip> missing{};  ///< else the first that is not; nothing if it is another branch than what is executed
};

class Chain {
 public:
  explicit Chain(const Setting& setting)
      : ring_(setting.chain_capacity()), mask_(setting.chain_capacity() - 1), spare_(setting.spare_blocks()) {}

  [[nodiscard]] const Tip& base() const { return base_; }          ///< the last compacted block
  [[nodiscard]] const Tip& executed() const { return executed_; }  ///< the last executed one
  [[nodiscard]] Height capacity() const { return static_cast<Height>(ring_.size()); }
  [[nodiscard]] bool has_room(Height height) const { return height <= base_.height + capacity(); }

  /// Behind the base; null if it is not here.
  [[nodiscard]] const Block* find(const Tip& tip) const {
    const Block& block = ring_[tip.height & mask_];
    if (is(block, tip)) [[likely]]
      return &block;
    const auto spare = std::find_if(spare_.begin(), spare_.end(), [&](const Block& one) { return is(one, tip); });
    return spare != spare_.end() ? &*spare : nullptr;
  }
  /// A block that is executed, or lies on the path that was adopted last.
  [[nodiscard]] const Block& operator[](Height height) const { return ring_[height & mask_]; }

  [[nodiscard]] Path path_to(Tip tip) const {
    while (tip.height > executed_.height) {
      const Block* block = find(tip);
      if (!block) return {.missing = tip};
      tip = {tip.height - 1, block->parent};
    }
    return {.is_whole = tip == executed_ || tip == base_ || (tip.height > base_.height && is(ring_[tip.height & mask_], tip))};
  }

  /// Needs room. A block of the same height gives way, but none on the path to `high`, which is certified.
  void put(Block block, const Tip& high) {
    Block& place = ring_[block.height & mask_];
    if (block.height <= executed_.height || find({block.height, block.digest})) return;
    if (place.height == block.height) [[unlikely]]
      put_aside(std::move(place), high);
    place = std::move(block);
  }
  /// From now on `operator[]` names the blocks of this path, which is whole.
  void adopt(Tip tip) {
    for (; tip.height > executed_.height; --tip.height) {
      Block& place = ring_[tip.height & mask_];
      if (!is(place, tip)) [[unlikely]]
        std::swap(place, *std::find_if(spare_.begin(), spare_.end(), [&](const Block& one) { return is(one, tip); }));
      tip.digest = place.parent;
    }
  }
  /// The next block of the adopted path is executed.
  const Block& execute_next() {
    const Block& block = ring_[++executed_.height & mask_];
    executed_.digest = block.digest;
    return block;
  }
  /// Forgets the blocks up to this height, which are executed.
  void compact_to(Height height) {
    while (base_.height < height) {
      Block& oldest = ring_[++base_.height & mask_];
      base_.digest = oldest.digest;
      oldest = {};
    }
    for (Block& block : spare_)
      if (block.height <= executed_.height) block = {};
  }
  /// Another server's snapshot takes the place of everything up to this block.
  [[gnu::noinline, gnu::cold]] void install(const Tip& tip) {
    for (Block& block : ring_)
      if (block.height <= tip.height || block.height > tip.height + ring_.size()) block = {};
    base_ = executed_ = tip;
  }

 private:
  static bool is(const Block& block, const Tip& tip) { return block.height == tip.height && block.digest == tip.digest; }
  [[nodiscard]] bool is_on_path(const Block& block, Tip high) const {
    while (high.height > block.height) {
      const Block* above = find(high);
      if (!above) return false;
      high = {high.height - 1, above->parent};
    }
    return is(block, high);
  }
  /// In place of the one that came first, if none is free.
  [[gnu::noinline, gnu::cold]] void put_aside(Block block, const Tip& high) {
    for (std::size_t tries = 0; tries < spare_.size(); ++tries) {
      Block& place = spare_[next_spare_];
      next_spare_ = (next_spare_ + 1) % spare_.size();
      if (place.height > executed_.height && is_on_path(place, high)) continue;
      place = std::move(block);
      return;
    }
  }

  std::vector<Block> ring_;  ///< [height mod capacity]
  std::size_t mask_;
  std::vector<Block> spare_;
  std::size_t next_spare_ = 0;
  Tip base_{}, executed_{};
};

}  // namespace coordbench::hotstuff
