#pragma once
// The buffers of ranks that show each other their whole state, and the proof that everyone has seen everyone's.

#include "collectives/parts/elements.hpp"
#include "collectives/parts/rotating_buffers.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class StatesData {
 public:
  StatesData(const Shape& shape, Rank self)
      : seed_(shape.seed),
        ranks_(shape.ranks),
        self_(self),
        own_(shape.payload_bytes),
        seen_(shape.ranks * shape.payload_bytes) {}

  static std::int64_t memory_bytes(const Shape& shape) {
    return RotatingBuffers::memory_bytes(shape.payload_bytes) +
           RotatingBuffers::memory_bytes(shape.ranks * shape.payload_bytes);
  }

  void prepare(Operation operation) {
    own_.rotate();
    seen_.rotate();
    state(operation, self_).fill(own_.current());
    for (Rank peer = 0; peer < ranks_; ++peer) spoil(seen(peer), state(operation, peer));
  }
  [[nodiscard]] bool verify(Operation operation, Effort effort) const {
    bool right = true;
    for (Rank peer = 0; peer < ranks_; ++peer)
      if (peer != self_) right &= state(operation, peer).matches(seen(peer), effort);
    return right;
  }

  [[nodiscard]] std::span<const std::byte> own() const { return own_.current(); }
  /// Where `peer`'s state is to be received.
  [[nodiscard]] std::span<std::byte> seen(Rank peer) const {
    return seen_.current().subspan(static_cast<std::size_t>(peer) * own().size(), own().size());
  }

 private:
  [[nodiscard]] Pattern state(Operation operation, Rank rank) const { return Pattern::of(seed_, operation, rank); }

  std::uint64_t seed_;
  int ranks_;
  Rank self_;
  RotatingBuffers own_, seen_;
};

}  // namespace coordbench
