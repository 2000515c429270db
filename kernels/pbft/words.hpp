#pragma once
// Payloads that a replica makes itself, written and read a word at a time.

#include <cstring>
#include <type_traits>

#include "kernels/pbft/message.hpp"

namespace coordbench::pbft {

/// The payload must be large enough.
class Writer {
 public:
  explicit Writer(const Payload& payload) : at_(payload.bytes().data()) {}
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 4 == 0);
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }

 private:
  std::byte* at_;
};

class Reader {
 public:
  explicit Reader(const Payload& payload) : bytes_(payload.bytes()) {}
  /// Zeros behind the end: what a traitor sends may be too short.
  template <class T = std::uint32_t>
  T take() {
    T value = at<T>(offset_);
    offset_ += sizeof value;
    return value;
  }
  template <class T>
  [[nodiscard]] T at(std::size_t offset) const {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 4 == 0);
    T value{};
    if (offset + sizeof value <= bytes_.size()) std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t offset_ = 0;
};

}  // namespace coordbench::pbft
