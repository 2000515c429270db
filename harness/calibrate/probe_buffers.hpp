#pragma once
// Buffers of a calibration, like those of kernels.

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/memory.hpp"

namespace coordbench {

/// As many buffers as kernels rotate, each on pages of its own. Each visit to a size gets new ones, because the physical
/// pages change the times.
class ProbeBuffers {
 public:
  static constexpr std::int32_t kBuffers = 4;

  explicit ProbeBuffers(std::int64_t bytes)
      : bytes_(static_cast<std::size_t>(bytes)), stride_((bytes_ + kPage - 1) / kPage * kPage), memory_(stride_ * kBuffers) {}
  void rotate() { first_ = first_ + 1 == kBuffers ? 0 : first_ + 1; }
  [[nodiscard]] std::span<std::byte> at(std::int32_t message) const {
    return {memory_.data() + static_cast<std::size_t>((first_ + message) % kBuffers) * stride_, bytes_};
  }

 private:
  static constexpr std::size_t kPage = 4096;
  std::size_t bytes_, stride_;
  BufferMemory memory_;
  std::int32_t first_ = 0;
};

}  // namespace coordbench
