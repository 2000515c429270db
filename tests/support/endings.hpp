#pragma once
// Which operations have reached their last mark.

#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::testing {

/// An operation has ended once any rank has reached its last mark; of a protocol in rounds, once every server has.
template <Protocol P>
class Endings {
 public:
  Endings(int ranks, std::int64_t operations)
      : ranks_(static_cast<std::size_t>(ranks)),
        missing_(static_cast<std::size_t>(operations), HasRounds<P> ? ranks : 1),
        reached_(HasRounds<P> ? missing_.size() * ranks_ : 0) {}

  void reach(Operation operation, Rank rank) {
    int& missing = missing_[static_cast<std::size_t>(operation)];
    if constexpr (HasRounds<P>) {
      auto reached = reached_[static_cast<std::size_t>(operation) * ranks_ + static_cast<std::size_t>(rank)];
      if (!reached) --missing;
      reached = true;
    } else {
      missing = 0;
    }
  }
  [[nodiscard]] bool has_ended(Operation operation) const { return missing_[static_cast<std::size_t>(operation)] == 0; }

 private:
  std::size_t ranks_;
  std::vector<int> missing_;   ///< [operation]: ranks that its last mark still wants
  std::vector<bool> reached_;  ///< [operation, rank], of protocols in rounds
};

}  // namespace coordbench::testing
