#pragma once
// The arithmetic of trees: ranks counted from the root, rounds, powers of two, depths.

#include <bit>
#include <cstdint>

#include "harness/protocol.hpp"

namespace coordbench {

inline constexpr Parameter kRoot{.name = "root",
                                 .initial = 0,
                                 .lowest = 0,
                                 .highest = 1'048'575,
                                 .help = "rank that has the payload at first, or the sum in the end"};

/// Why a shape whose root is not one of its ranks does not fit; empty if it does.
inline std::string root_unfit(const Shape& shape) { return shape["root"] < shape.ranks ? "" : "root is not one of the ranks"; }

/// ⌈log₂ n⌉ for n ≥ 1.
constexpr int ceil_log2(int n) { return static_cast<int>(std::bit_width(static_cast<unsigned>(n) - 1U)); }
/// ⌊log₂ n⌋ for n ≥ 1: the messages on the longest path of a binomial tree, whose ranks are as many messages from the root as
/// they have ones in binary.
constexpr int floor_log2(int n) { return static_cast<int>(std::bit_width(static_cast<unsigned>(n))) - 1; }
/// The largest power of two that is at most n, for n ≥ 1.
constexpr int floor_pow2(int n) { return static_cast<int>(std::bit_floor(static_cast<unsigned>(n))); }
/// Levels below the root of a tree of n ranks in which each rank has up to `fanout` children, filled level by level:
/// ⌈log_k(n(k - 1) + 1)⌉ - 1.
constexpr int tree_depth(int n, std::int64_t fanout) {
  int depth = 0;
  for (std::int64_t level = 1, held = 1; held < n; ++depth) held += level *= fanout;
  return depth;
}

/// A rank's number counted from the root, and back.
constexpr Rank relative(Rank rank, Rank root, int ranks) { return (rank - root + ranks) % ranks; }
constexpr Rank absolute(Rank relative_rank, Rank root, int ranks) { return (relative_rank + root) % ranks; }

}  // namespace coordbench
