#pragma once
// How far a message travels: asked for every message, so that what crosses a network or a continent has a number of its own.

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/description.hpp"

namespace coordbench {

/// The closest of these that sender and receiver have in common.
enum class Reach : std::uint8_t {
  cache,   ///< a cache of one core, or of several
  node,    ///< a node
  zone,    ///< a zone; also other nodes of a platform that says nothing about zones
  region,  ///< a region
  world,   ///< nothing: they are in different regions
};
inline constexpr std::size_t kReaches = 5;

/// From one rank to each.
class ReachTable {
 public:
  /// Everybody shares a cache with it.
  ReachTable() = default;
  /// `of[rank]` must outlive this.
  explicit ReachTable(std::span<const Reach> of) : of_(of) {}

  [[nodiscard]] Reach to(Rank rank) const { return of_.empty() ? Reach::cache : of_[static_cast<std::size_t>(rank)]; }

 private:
  std::span<const Reach> of_{};
};

}  // namespace coordbench
