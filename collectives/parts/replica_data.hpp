#pragma once
// A replica of a state on every rank, the change that an operation brings, and the proof that the whole replica is right.

#include <algorithm>
#include <vector>

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/elements.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class ReplicaData {
 public:
  ReplicaData(const Shape& shape, Rank self)
      : seed_(shape.seed),
        root_(static_cast<Rank>(shape["root"])),
        change_(change_shape(shape), self),
        replica_(static_cast<std::size_t>(shape.payload_bytes)),
        reference_(replica_.size()) {
    Pattern::of(seed_, -1, root_).fill(replica_);
    Pattern::of(seed_, -1, root_).fill(reference_);
  }

  static std::int64_t delta_bytes(const Shape& shape) { return std::min(shape["delta_bytes"], shape.payload_bytes); }
  static std::int64_t memory_bytes(const Shape& shape) {
    return BroadcastData::memory_bytes(change_shape(shape)) + 2 * shape.payload_bytes;
  }

  /// A change overwrites `delta_bytes` bytes, at a place that moves from operation to operation.
  void prepare(Operation operation) {
    change_.prepare(operation);
    const std::size_t size = change_.payload().size();
    offset_ = static_cast<std::size_t>(mix(static_cast<std::uint64_t>(operation)) % (replica_.size() - size + 1));
    Pattern::of(seed_, operation, root_).fill(std::span(reference_).subspan(offset_, size));
  }
  /// The change arrived, and the replica is what the root's own changes make of the state.
  [[nodiscard]] bool verify(Operation operation, Effort effort) const {
    if (!change_.verify(operation, effort)) return false;
    if (effort == Effort::full) return replica_ == reference_;
    bool right = true;
    for_each_spot(changed(replica_), [&](std::span<const std::byte> element, std::size_t index) {
      right &= std::ranges::equal(element, changed(reference_).subspan(index * element.size(), element.size()));
    });
    for_each_spot(std::span(replica_), [&](std::span<const std::byte> element, std::size_t index) {
      right &= std::ranges::equal(element, std::span(reference_).subspan(index * element.size(), element.size()));
    });
    return right;
  }

  [[nodiscard]] BroadcastData& change() { return change_; }
  void apply() { copy(change_.payload(), std::span(replica_).subspan(offset_, change_.payload().size())); }
  [[nodiscard]] std::span<std::byte> replica() { return replica_; }

 private:
  static Shape change_shape(Shape shape) {
    shape.payload_bytes = delta_bytes(shape);
    return shape;
  }
  [[nodiscard]] std::span<const std::byte> changed(const std::vector<std::byte>& state) const {
    return std::span(state).subspan(offset_, change_.payload().size());
  }

  std::uint64_t seed_;
  Rank root_;
  BroadcastData change_;
  std::vector<std::byte> replica_, reference_;
  std::size_t offset_ = 0;
};

}  // namespace coordbench
