#pragma once
// The buffers of an all-to-all exchange, a block from every rank for every rank, and the proof of its answer.

#include "collectives/parts/elements.hpp"
#include "collectives/parts/rotating_buffers.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class ExchangeData {
 public:
  ExchangeData(const Shape& shape, Rank self)
      : seed_(shape.seed),
        ranks_(shape.ranks),
        self_(self),
        block_bytes_(static_cast<std::size_t>(shape.payload_bytes)),
        outgoing_(shape.ranks * shape.payload_bytes),
        incoming_(shape.ranks * shape.payload_bytes) {}

  static std::int64_t memory_bytes(const Shape& shape) {
    return 2 * RotatingBuffers::memory_bytes(shape.ranks * shape.payload_bytes);
  }

  void prepare(Operation operation) {
    outgoing_.rotate();
    incoming_.rotate();
    for (Rank peer = 0; peer < ranks_; ++peer) {
      block(operation, self_, peer).fill(outgoing(peer));
      spoil(incoming(peer), block(operation, peer, self_));
    }
  }
  [[nodiscard]] bool verify(Operation operation, Effort effort) const {
    bool right = true;
    for (Rank peer = 0; peer < ranks_; ++peer) right &= block(operation, peer, self_).matches(incoming(peer), effort);
    return right;
  }

  /// All blocks, in rank order, and the one for or of `peer`.
  [[nodiscard]] std::span<const std::byte> outgoing() const { return outgoing_.current(); }
  [[nodiscard]] std::span<std::byte> incoming() const { return incoming_.current(); }
  [[nodiscard]] std::span<std::byte> outgoing(Rank peer) const { return of(outgoing_.current(), peer); }
  [[nodiscard]] std::span<std::byte> incoming(Rank peer) const { return of(incoming_.current(), peer); }
  [[nodiscard]] std::size_t block_bytes() const { return block_bytes_; }

 private:
  [[nodiscard]] std::span<std::byte> of(std::span<std::byte> blocks, Rank peer) const {
    return blocks.subspan(static_cast<std::size_t>(peer) * block_bytes_, block_bytes_);
  }
  [[nodiscard]] Pattern block(Operation operation, Rank from, Rank to) const {
    return Pattern::of(seed_, operation, static_cast<std::int64_t>(from) * ranks_ + to);
  }

  std::uint64_t seed_;
  int ranks_;
  Rank self_;
  std::size_t block_bytes_;
  RotatingBuffers outgoing_, incoming_;
};

}  // namespace coordbench
