#pragma once
// Payloads that came before their number, by operation: a table with open addressing, at most half full. Of each sender those
// of its open operations may be here, and of each shard those that this rank lags behind.

#include <bit>
#include <stdexcept>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::sequencer {

class Early {
 public:
  /// `most` payloads at a time.
  explicit Early(std::size_t most)
      : most_(most), slots_(std::bit_ceil(2 * most + 1)), shift_(32 - std::countr_zero(slots_.size())) {}

  /// Putting an operation's payload twice is putting it once. Throws std::length_error beyond what was declared.
  void put(std::uint32_t operation, const Payload& payload) {
    std::size_t slot = home_of(operation);
    for (; slots_[slot].is_taken; slot = after(slot))
      if (slots_[slot].operation == operation) return;
    if (count_ == most_) [[unlikely]]
      throw std::length_error("sequencer: more payloads wait for a number than may");
    ++count_;
    slots_[slot] = {operation, true, payload};
  }

  /// Moves the payload out, if it is here.
  bool take(std::uint32_t operation, Payload& payload) {
    for (std::size_t slot = home_of(operation); slots_[slot].is_taken; slot = after(slot)) {
      if (slots_[slot].operation != operation) continue;
      payload = std::move(slots_[slot].payload);
      --count_;
      close(slot);
      return true;
    }
    return false;
  }

 private:
  struct Slot {
    std::uint32_t operation = 0;
    bool is_taken = false;
    Payload payload{};
  };

  /// Fibonacci hashing: neighbours land far apart.
  [[nodiscard]] std::size_t home_of(std::uint32_t operation) const {
    return slots_.size() == 1 ? 0 : (operation * 0x9e3779b9U) >> shift_;
  }
  [[nodiscard]] std::size_t after(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }

  /// Moves up what would no longer be found behind an empty slot. Source: Knuth, TAOCP 3, 6.4, algorithm R.
  void close(std::size_t hole) {
    for (std::size_t slot = after(hole); slots_[slot].is_taken; slot = after(slot)) {
      const std::size_t home = home_of(slots_[slot].operation);
      const std::size_t mask = slots_.size() - 1;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots_[hole] = std::move(slots_[slot]);
      hole = slot;
    }
    slots_[hole] = {};
  }

  std::size_t most_, count_ = 0;
  std::vector<Slot> slots_;
  int shift_;
};

}  // namespace coordbench::sequencer
