#pragma once
// How far the resource managers have learned, as the leader knows it from their votes. A transaction ends once it is decided
// and all have learned those that are a window older, and before themselves. So a rank may forget a transaction as soon as it
// hears of one two windows later.

#include <algorithm>

#include "kernels/paxos_commit/log.hpp"

namespace coordbench::paxos_commit {

class Reports {
 public:
  Reports(const Shape& shape, Rank self)
      : window_(shape.in_flight), settled_(self == 0 ? static_cast<std::size_t>(shape.ranks) : 0, 0) {
    if (self == 0) settled_.front() = UINT32_MAX;  // it is no resource manager
  }

  void hear(Rank from, std::uint32_t settled) {
    std::uint32_t& known = settled_[static_cast<std::size_t>(from)];
    known = std::max(known, settled);
  }
  [[nodiscard]] bool let_end(Operation k) {
    if (k - window_ >= slowest_) slowest_ = *std::min_element(settled_.begin(), settled_.end());
    return k - window_ < slowest_;
  }
  /// The first transaction whose outcome a resource manager may not have learned.
  [[nodiscard]] Operation lacks(Rank manager) const { return settled_[static_cast<std::size_t>(manager)]; }

 private:
  std::int64_t window_;
  std::vector<std::uint32_t> settled_;  ///< [rank]: it has learned every transaction before this one
  Operation slowest_ = 0;
};

}  // namespace coordbench::paxos_commit
