#pragma once
// Which of a sender's numbers have been seen: each message is taken once, in whatever order they come.

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace coordbench {

/// Numbers begin at 1. What is older than the newest by as much as the window is wide counts as seen.
class ReplayWindow {
 public:
  static constexpr std::uint64_t kWidth = 1024;

  [[nodiscard]] bool has_seen(std::uint64_t number) const {
    if (number > newest_) return false;
    return newest_ - number >= kWidth || number == 0 || seen_[number % kWidth];
  }
  void note(std::uint64_t number) {
    if (number > newest_) move_to(number);
    seen_.set(number % kWidth);
  }

 private:
  void move_to(std::uint64_t number) {
    if (number - newest_ >= kWidth)
      seen_.reset();
    else
      for (std::uint64_t between = newest_ + 1; between < number; ++between) seen_.reset(between % kWidth);
    newest_ = number;
  }

  std::bitset<kWidth> seen_;  ///< [number mod kWidth], of the newest kWidth numbers
  std::uint64_t newest_ = 0;
};

}  // namespace coordbench
