#pragma once
// What a receiver remembers of operations that it has applied: one identity for each slot of the window, the last. Of two
// operations with one slot a sender begins the later only once the earlier has been acknowledged, and so applied.

#include "kernels/delivery/ends.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench::delivery {

class Identities {
 public:
  /// A rank that receives nothing needs no window.
  Identities(const Shape& shape, Rank self) : ends_(self == receiver(shape) ? shape : Shape(), /*proposers=*/1) {}

  /// Whether an operation comes for the first time, which it does once.
  bool is_new(std::uint32_t k) {
    std::uint32_t& end = ends_[k];
    if (end > k) return false;
    end = k + 1;
    return true;
  }

 private:
  Window<std::uint32_t> ends_;  ///< one more than the last operation of a slot
};

}  // namespace coordbench::delivery
