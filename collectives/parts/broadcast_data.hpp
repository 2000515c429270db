#pragma once
// The buffers of a broadcast and the proof of its answer: every rank ends with the root's payload.

#include "collectives/parts/elements.hpp"
#include "collectives/parts/rotating_buffers.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class BroadcastData {
 public:
  BroadcastData(const Shape& shape, Rank self)
      : seed_(shape.seed), root_(static_cast<Rank>(shape["root"])), self_(self), buffers_(shape.payload_bytes) {}

  static std::int64_t memory_bytes(const Shape& shape) { return RotatingBuffers::memory_bytes(shape.payload_bytes); }

  void prepare(Operation operation) {
    buffers_.rotate();
    if (self_ == root_)
      expected(operation).fill(payload());
    else
      spoil(payload(), expected(operation));
  }
  [[nodiscard]] bool verify(Operation operation, Effort effort) const { return expected(operation).matches(payload(), effort); }

  [[nodiscard]] std::span<std::byte> payload() const { return buffers_.current(); }
  [[nodiscard]] Rank root() const { return root_; }

 private:
  [[nodiscard]] Pattern expected(Operation operation) const { return Pattern::of(seed_, operation, root_); }

  std::uint64_t seed_;
  Rank root_, self_;
  RotatingBuffers buffers_;
};

}  // namespace coordbench
