#pragma once
// A quorum that is drawn: every set of so many servers is as likely as any other.
// Source: Floyd's sampling, in Bentley, Floyd, CACM 30(9) 1987.

#include <algorithm>
#include <vector>

#include "kernels/parts/draw.hpp"

namespace coordbench::quorum_register {

class Drawn {
 public:
  /// Of servers 0 … servers - 1.
  explicit Drawn(int servers) : servers_(servers), words_((static_cast<std::size_t>(servers) + 63) / 64) {}

  void draw(Draw draw, int size) {
    std::fill(words_.begin(), words_.end(), 0);
    for (int last = servers_ - size; last < servers_; ++last) {
      const Rank server = draw.below(last + 1);
      add(has(server) ? last : server);
    }
  }
  [[nodiscard]] bool has(Rank server) const {
    const auto bit = static_cast<std::size_t>(server);
    return server < servers_ && (words_[bit / 64] >> (bit % 64) & 1U) != 0;
  }

 private:
  void add(Rank server) {
    const auto bit = static_cast<std::size_t>(server);
    words_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }

  int servers_;
  std::vector<std::uint64_t> words_;  ///< [server / 64]: a bit for each that is in the quorum
};

}  // namespace coordbench::quorum_register
