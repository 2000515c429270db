#pragma once
// The buffers of an element-wise wrapping sum over all ranks, and the proof of its answer, at a root or everywhere.

#include "collectives/parts/blocks.hpp"
#include "collectives/parts/elements.hpp"
#include "collectives/parts/rotating_buffers.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

enum class Reaches : std::uint8_t { root, all };

/// Every rank starts with its input, which it cannot overwrite. Its partial sum is that input until a first contribution has
/// been folded in, and lives in the result from then on; so neither the input nor a first contribution is ever copied.
template <Reaches kReaches>
class ReductionData {
 public:
  ReductionData(const Shape& shape, Rank self)
      : seed_(shape.seed),
        ranks_(shape.ranks),
        self_(self),
        input_(shape.payload_bytes),
        result_(shape.payload_bytes),
        scratch_(shape.payload_bytes, 1),
        width_(element_bytes(static_cast<std::size_t>(shape.payload_bytes))) {
    if constexpr (kReaches == Reaches::root) root_ = static_cast<Rank>(shape["root"]);
  }

  static std::int64_t memory_bytes(const Shape& shape) {
    return 2 * RotatingBuffers::memory_bytes(shape.payload_bytes) + RotatingBuffers::memory_bytes(shape.payload_bytes, 1);
  }

  void prepare(Operation operation) {
    input_.rotate();
    result_.rotate();
    folded_ = false;
    contribution(operation, self_).fill(input_.current());
    spoil(result(), sum(operation));
  }
  [[nodiscard]] bool verify(Operation operation, Effort effort) const {
    if (kReaches == Reaches::root && self_ != root_) return true;
    return sum(operation).matches(result(), effort);
  }

  [[nodiscard]] std::span<const std::byte> input() const { return input_.current(); }
  [[nodiscard]] std::span<std::byte> result() const { return result_.current(); }
  [[nodiscard]] Rank root() const requires(kReaches == Reaches::root) { return root_; }

  /// The sum of this rank's input and of what has been folded in.
  [[nodiscard]] std::span<const std::byte> partial() const { return folded_ ? result() : input(); }
  /// Where the next contribution is to be received, before it is folded in.
  [[nodiscard]] std::span<std::byte> inbox() const { return folded_ ? scratch_.current() : result(); }
  void fold() { fold({0, input().size()}); }
  /// Folds in these bytes of the inbox; the partial sum is meaningless outside them from then on.
  void fold(Extent extent) {
    add(part(result(), extent), part(folded_ ? std::span<const std::byte>(scratch_.current()) : input(), extent), width_);
    folded_ = true;
  }
  /// Brings the sum into the result if nothing was folded in, as in a world of one rank.
  void settle() {
    if (!folded_) copy(input(), result());
  }

 private:
  [[nodiscard]] Pattern contribution(Operation operation, Rank rank) const { return Pattern::of(seed_, operation, rank); }
  [[nodiscard]] Pattern sum(Operation operation) const {
    Pattern total;
    for (Rank rank = 0; rank < ranks_; ++rank) total += contribution(operation, rank);
    return total;
  }

  std::uint64_t seed_;
  int ranks_;
  Rank self_, root_ = 0;
  RotatingBuffers input_, result_, scratch_;
  std::size_t width_;
  bool folded_ = false;
};

using RootReductionData = ReductionData<Reaches::root>;
using AllReductionData = ReductionData<Reaches::all>;

}  // namespace coordbench
