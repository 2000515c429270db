#pragma once
// Buffers that rotate from operation to operation, so that a stale or cached one can neither pass nor flatter.

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/protocol.hpp"

namespace coordbench {

/// `buffers` buffers of `bytes` bytes, touched once, each on pages of its own, so that no launch is slower for where its heap
/// happened to begin.
class RotatingBuffers {
 public:
  static constexpr std::size_t kBuffers = 4;

  explicit RotatingBuffers(std::int64_t bytes, std::size_t buffers = kBuffers)
      : bytes_(static_cast<std::size_t>(bytes)),
        stride_((bytes_ + kPage - 1) / kPage * kPage),
        buffers_(buffers),
        memory_(stride_ * buffers) {}

  static std::int64_t memory_bytes(std::int64_t bytes, std::size_t buffers = kBuffers) {
    return static_cast<std::int64_t>((static_cast<std::size_t>(bytes) + kPage - 1) / kPage * kPage * buffers);
  }

  void rotate() { index_ = index_ + 1 == buffers_ ? 0 : index_ + 1; }
  [[nodiscard]] std::span<std::byte> current() const { return at(index_); }
  [[nodiscard]] std::span<std::byte> at(std::size_t index) const { return {memory_.data() + index * stride_, bytes_}; }
  [[nodiscard]] std::size_t count() const { return buffers_; }

 private:
  static constexpr std::size_t kPage = 4096;

  std::size_t bytes_, stride_, buffers_;
  BufferMemory memory_;
  std::size_t index_ = 0;
};

}  // namespace coordbench
