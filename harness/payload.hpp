#pragma once
// Payloads as leases: reference-counted slots of one preallocated arena, so that a receiver may keep what arrived
// without a copy, and nothing allocates while the clock runs.

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>

#include "harness/memory.hpp"

namespace coordbench {

class PayloadArena;

namespace detail {
struct alignas(64) Slot {
  PayloadArena* arena = nullptr;
  Slot* next_free = nullptr;
  std::uint32_t leases = 0;
  std::uint32_t sends = 0;  ///< sends of this slot's bytes that the transport has not completed
};
}  // namespace detail

/// A lease of `size()` bytes. Copying shares it, destroying returns it; one thread only. An empty lease holds nothing.
class Payload {
 public:
  Payload() = default;
  Payload(const Payload& other) : slot_(other.slot_), offset_(other.offset_), size_(other.size_) { acquire(); }
  Payload(Payload&& other) noexcept
      : slot_(std::exchange(other.slot_, nullptr)),
        offset_(std::exchange(other.offset_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  Payload& operator=(const Payload& other) { return *this = Payload(other); }
  Payload& operator=(Payload&& other) noexcept {
    if (this == &other) return *this;
    release();
    slot_ = std::exchange(other.slot_, nullptr);
    offset_ = std::exchange(other.offset_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~Payload() { release(); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] explicit operator bool() const { return slot_ != nullptr; }
  [[nodiscard]] inline std::byte* data() const;
  [[nodiscard]] std::span<std::byte> bytes() const { return {slot_ ? data() : nullptr, size_}; }
  /// Whether the room in front of the bytes is free, so that a transport may write its header there and both leave in one
  /// piece; in front of a part lies another.
  [[nodiscard]] bool leads_its_slot() const { return offset_ == 0; }
  [[nodiscard]] inline std::byte* header(std::size_t header_bytes) const;
  [[nodiscard]] bool sole_owner() const { return slot_ && slot_->leases == 1; }
  [[nodiscard]] detail::Slot* slot() const { return slot_; }
  /// The same lease, seen as its first `size` bytes.
  [[nodiscard]] Payload resized(std::size_t size) const { return part(0, size); }
  /// The same lease, seen as `size` of its bytes.
  [[nodiscard]] Payload part(std::size_t offset, std::size_t size) const {
    Payload other = *this;
    other.offset_ += static_cast<std::uint32_t>(offset);
    other.size_ = static_cast<std::uint32_t>(size);
    return other;
  }

 private:
  friend class PayloadArena;
  Payload(detail::Slot* slot, std::size_t size) : slot_(slot), size_(static_cast<std::uint32_t>(size)) { acquire(); }
  void acquire() {
    if (slot_) ++slot_->leases;
  }
  inline void release();

  detail::Slot* slot_ = nullptr;
  std::uint32_t offset_ = 0, size_ = 0;  ///< bytes; a payload ends below 4 GiB
};

/// `slots` leases of up to `capacity` bytes each, allocated (and touched) once.
class PayloadArena {
 public:
  static constexpr std::size_t kHeaderRoom = 128, kAlignment = 64;  ///< bytes; of the payloads' first byte

  PayloadArena(std::size_t slots, std::size_t capacity)
      : capacity_(capacity),
        stride_(sizeof(detail::Slot) + kHeaderRoom + (capacity + 63) / 64 * 64),
        slots_(slots),
        memory_(stride_ * slots) {
    for (std::size_t i = slots; i-- > 0;) give_back(new (memory_.data() + i * stride_) detail::Slot{this});
  }
  PayloadArena(const PayloadArena&) = delete;
  PayloadArena& operator=(const PayloadArena&) = delete;

  /// A lease of `size` bytes, or an empty one when every slot is taken. Throws std::length_error above the capacity.
  [[nodiscard]] Payload allocate(std::size_t size) {
    if (size > capacity_) throw std::length_error("payload exceeds the arena's slots");
    if (!free_) return {};
    detail::Slot* slot = std::exchange(free_, free_->next_free);
    return {slot, size};
  }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t slots() const { return slots_; }
  [[nodiscard]] std::size_t memory_bytes() const { return stride_ * slots_; }

 private:
  friend class Payload;
  void give_back(detail::Slot* slot) { slot->next_free = std::exchange(free_, slot); }

  std::size_t capacity_, stride_, slots_;
  BufferMemory memory_;
  detail::Slot* free_ = nullptr;
};

inline std::byte* Payload::data() const {
  return reinterpret_cast<std::byte*>(slot_) + sizeof(detail::Slot) + PayloadArena::kHeaderRoom + offset_;
}
inline std::byte* Payload::header(std::size_t header_bytes) const { return data() - header_bytes; }
inline void Payload::release() {
  if (slot_ && --slot_->leases == 0) slot_->arena->give_back(slot_);
}

}  // namespace coordbench
