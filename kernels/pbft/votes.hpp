#pragma once
// What each replica has said about a slot of the log in one phase. It counts once, and only if it names the request that this
// replica accepted; what comes before the request waits for it.

#include "kernels/pbft/message.hpp"

namespace coordbench::pbft {

class Votes {
 public:
  /// Of so many slots, a power of two.
  Votes(std::size_t slots, int servers)
      : mask_(slots - 1),
        servers_(static_cast<std::size_t>(servers)),
        counts_(slots, 0),
        has_said_(slots * servers_, 0),
        said_(slots * servers_) {}

  /// Votes for what was accepted.
  [[nodiscard]] int count(Sequence sequence) const { return counts_[sequence & mask_]; }

  void forget(Sequence sequence) {
    counts_[sequence & mask_] = 0;
    std::fill_n(has_said_.begin() + static_cast<std::ptrdiff_t>((sequence & mask_) * servers_), servers_, std::uint8_t{0});
  }
  /// `accepted`: the request that this replica has accepted, if any. False if the replica has said something before.
  bool add(Sequence sequence, Rank from, const Request& request, const Request* accepted) {
    const std::size_t at = (sequence & mask_) * servers_ + static_cast<std::size_t>(from);
    if (has_said_[at] != 0) return false;
    has_said_[at] = 1;
    said_[at] = request;
    if (accepted && *accepted == request) ++counts_[sequence & mask_];
    return true;
  }
  /// This replica accepts the request.
  void accept(Sequence sequence, const Request& request) { counts_[sequence & mask_] = count_of(sequence, request); }
  /// How many name it.
  [[nodiscard]] int count_of(Sequence sequence, const Request& request) const {
    const std::size_t row = (sequence & mask_) * servers_;
    int count = 0;
    for (std::size_t i = row; i < row + servers_; ++i) count += has_said_[i] != 0 && said_[i] == request ? 1 : 0;
    return count;
  }

 private:
  std::size_t mask_, servers_;
  std::vector<int> counts_;             ///< [sequence mod slots]
  std::vector<std::uint8_t> has_said_;  ///< [sequence mod slots][rank]
  std::vector<Request> said_;           ///< as `has_said_`
};

}  // namespace coordbench::pbft
