#pragma once
// The buffers of a round trip between the first and the last rank; the payload comes back as it left.

#include "collectives/parts/elements.hpp"
#include "collectives/parts/rotating_buffers.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class EchoData {
 public:
  EchoData(const Shape& shape, Rank self)
      : seed_(shape.seed),
        asks_(self == 0),
        takes_part_(shape.ranks > 1 && (asks_ || self == shape.ranks - 1)),
        outgoing_(asks_ ? shape.payload_bytes : 0),
        incoming_(takes_part_ ? shape.payload_bytes : 0) {}

  static std::int64_t memory_bytes(const Shape& shape) { return 2 * RotatingBuffers::memory_bytes(shape.payload_bytes); }

  void prepare(Operation operation) {
    outgoing_.rotate();
    incoming_.rotate();
    expected(operation).fill(outgoing());
    spoil(incoming(), expected(operation));
  }
  [[nodiscard]] bool verify(Operation operation, Effort effort) const {
    return !takes_part_ || expected(operation).matches(incoming(), effort);
  }

  [[nodiscard]] std::span<std::byte> outgoing() const { return outgoing_.current(); }  ///< empty but on rank 0
  [[nodiscard]] std::span<std::byte> incoming() const { return incoming_.current(); }

 private:
  [[nodiscard]] Pattern expected(Operation operation) const { return Pattern::of(seed_, operation, 0); }

  std::uint64_t seed_;
  bool asks_, takes_part_;
  RotatingBuffers outgoing_, incoming_;
};

}  // namespace coordbench
