#pragma once
// A payload cut into blocks: the pieces that pipelines, scatters and halvings move.

#include <cstddef>
#include <span>

namespace coordbench {

struct Extent {
  std::size_t offset, size;  ///< bytes
};

template <class Byte>
std::span<Byte> part(std::span<Byte> payload, Extent extent) {
  return payload.subspan(extent.offset, extent.size);
}

/// `bytes` bytes in `count` blocks that differ by at most one grain; a payload of fewer grains than blocks leaves some empty.
class Blocks {
 public:
  Blocks(std::size_t bytes, int count, std::size_t grain = 1)
      : grains_(bytes / grain), count_(static_cast<std::size_t>(count)), grain_(grain) {}

  /// The `length` blocks from `first` on.
  [[nodiscard]] Extent extent(int first, int length = 1) const {
    const std::size_t begin = offset(first);
    return {begin, offset(first + length) - begin};
  }

 private:
  [[nodiscard]] std::size_t offset(int block) const { return grains_ * static_cast<std::size_t>(block) / count_ * grain_; }

  std::size_t grains_, count_, grain_;
};

}  // namespace coordbench
