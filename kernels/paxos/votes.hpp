#pragma once
// Who has said something about a slot. Each server counts once, however often and in whatever order its answers come.

#include "kernels/paxos/message.hpp"

namespace coordbench::paxos {

class Votes {
 public:
  /// Of so many slots, a power of two.
  Votes(std::size_t capacity, int servers)
      : mask_(capacity - 1),
        words_((static_cast<std::size_t>(servers) + 63) / 64),
        counts_(capacity),
        bits_(capacity * words_) {}

  [[nodiscard]] int count(Index index) const { return counts_[index & mask_]; }

  void forget(Index index) {
    counts_[index & mask_] = 0;
    for (std::size_t word = 0; word < words_; ++word) bits_[(index & mask_) * words_ + word] = 0;
  }
  /// False if the server has voted already.
  bool add(Index index, Rank from) {
    std::uint64_t& word = bits_[(index & mask_) * words_ + static_cast<std::size_t>(from) / 64];
    const std::uint64_t bit = std::uint64_t{1} << (static_cast<unsigned>(from) % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    ++counts_[index & mask_];
    return true;
  }

 private:
  std::size_t mask_, words_;
  std::vector<int> counts_;          ///< [index mod capacity]
  std::vector<std::uint64_t> bits_;  ///< [index mod capacity][rank / 64]: a bit for each rank
};

}  // namespace coordbench::paxos
