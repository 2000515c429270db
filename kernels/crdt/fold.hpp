#pragma once
// A set of events as one number: the sum of their digests, modulo 2^64. Addition commutes, so replicas that have the same
// events have the same fold, whatever the order in which they came. An event that is missing, counted twice or altered changes
// it.

#include <cstring>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

class Fold {
 public:
  /// The sum of the event's 8-byte words, the last of them filled up with zeros, mixed with its length. A sum is as fast as
  /// memory, and the mixing keeps words of different events apart.
  static std::uint64_t digest(std::span<const std::byte> event) {
    std::uint64_t sum = event.size(), last = 0;
    const std::size_t whole = event.size() / sizeof sum * sizeof sum;
    for (std::size_t i = 0; i < whole; i += sizeof sum) {
      std::uint64_t word;
      std::memcpy(&word, event.data() + i, sizeof word);
      sum += word;
    }
    if (whole < event.size()) std::memcpy(&last, event.data() + whole, event.size() - whole);
    return mix(sum + last);
  }

  /// Returns by how much the fold has grown.
  std::uint64_t add(std::span<const std::byte> event) {
    const std::uint64_t before = value_;
    value_ += digest(event);
    ++events_;
    return value_ - before;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }
  [[nodiscard]] std::int64_t events() const { return events_; }

 private:
  std::uint64_t value_ = 0;
  std::int64_t events_ = 0;
};

}  // namespace coordbench::crdt
