#pragma once
// Payloads as leases: reference-counted slots of one preallocated arena, so that a receiver may keep what arrived
// without a copy, and nothing allocates while the clock runs.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/memory.hpp"

namespace coordbench {

class PayloadArena;

namespace detail {
struct Slot {
  PayloadArena* arena = nullptr;
  Slot* next_free = nullptr;
  std::byte* bytes = nullptr;
  std::uint32_t leases = 0;
  std::uint32_t sends = 0;                          ///< sends of this slot's bytes that the transport has not completed
  std::atomic<std::uint32_t>* borrowers = nullptr;  ///< in shared memory: leases of the same bytes in other processes
  std::uint32_t owner = 0, number = 0;              ///< in shared memory: the rank whose arena has the bytes, and which slot
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
  /// piece; in front of a part lies another, and in front of borrowed bytes their owner or another borrower may write.
  [[nodiscard]] inline bool leads_its_slot() const;
  [[nodiscard]] inline std::byte* header(std::size_t header_bytes) const;
  /// Whether the bytes lie in another rank's memory.
  [[nodiscard]] inline bool is_borrowed() const;
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
  static constexpr std::size_t kHeaderRoom = 128, kAlignment = 64;    ///< bytes; of the payloads' first byte
  static constexpr std::size_t kFreeRoom = kHeaderRoom - kAlignment;  ///< right in front of them; borrowers are counted before

  /// In memory of its own.
  PayloadArena(std::size_t slots, std::size_t capacity)
      : capacity_(capacity), slots_(slots), memory_(stride(capacity) * slots) {
    lay_out(memory_.data());
  }
  /// In memory that other processes see, `shared_bytes(slots, capacity)` of it: a slot is free again once they have returned
  /// what they borrowed too. The borrowers are counted in the room in front of each slot's bytes.
  PayloadArena(std::size_t slots, std::size_t capacity, std::byte* shared, std::uint32_t owner)
      : capacity_(capacity), slots_(slots) {
    lay_out(shared);
    for (std::size_t i = 0; i < slots; ++i) {
      slots_[i].borrowers = new (shared + i * stride(capacity)) std::atomic<std::uint32_t>(0);
      slots_[i].owner = owner;
      slots_[i].number = static_cast<std::uint32_t>(i);
    }
  }
  /// Leases of bytes that lie in other processes' arenas, `slots` of them at a time; see borrow().
  struct Borrowed {};
  PayloadArena(std::size_t slots, Borrowed /*tag*/) : capacity_(0), slots_(slots), borrows_(true) {
    for (std::size_t i = slots; i-- > 0;) release_own(slots_[i]);
  }
  /// In memory of its own, and more of it whenever every slot is taken: for worlds that bound nothing.
  struct Growing {};
  PayloadArena(Growing /*tag*/, std::size_t capacity) : capacity_(capacity), grows_(true) {}
  PayloadArena(const PayloadArena&) = delete;
  PayloadArena& operator=(const PayloadArena&) = delete;

  /// A lease of `size` bytes, or an empty one when every slot is taken. Throws std::length_error above the capacity.
  [[nodiscard]] Payload allocate(std::size_t size) {
    if (size > capacity_) throw std::length_error("payload exceeds the arena's slots");
    if (!free_) [[unlikely]]
      if (!take_back()) return {};
    return {take_free(), size};
  }
  /// Whether so many leases could be had now.
  [[nodiscard]] bool has_free(std::size_t count) {
    if (slots_.size() - taken_ >= count || grows_) [[likely]]
      return true;
    take_back();
    return slots_.size() - taken_ >= count;
  }
  /// A lease with copies of all of them, one behind the other; empty when every slot is taken.
  [[nodiscard]] Payload join(std::span<const Payload> parts) {
    std::size_t bytes = 0;
    for (const Payload& part : parts) bytes += part.size();
    Payload joined = allocate(bytes);
    if (!joined) return joined;
    std::byte* end = joined.data();
    for (const Payload& part : parts) end = std::copy_n(part.data(), part.size(), end);
    return joined;
  }
  /// A lease of `size` bytes from `offset` on in another process's slot, whose sender has counted this borrower already; the
  /// count goes down with the last lease here. Empty when every slot is taken.
  [[nodiscard]] Payload borrow(std::byte* bytes, std::atomic<std::uint32_t>* borrowers, std::uint32_t owner,
                               std::uint32_t number, std::size_t offset, std::size_t size) {
    if (!free_) return {};
    detail::Slot* slot = take_free();
    slot->bytes = bytes;
    slot->borrowers = borrowers;
    slot->owner = owner;
    slot->number = number;
    return Payload(slot, offset + size).part(offset, size);
  }
  [[nodiscard]] bool borrows() const { return borrows_; }
  [[nodiscard]] bool can_lend() const { return free_ != nullptr; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t slots() const { return slots_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const { return stride(capacity_) * slots_.size(); }

  [[nodiscard]] std::size_t stride() const { return stride(capacity_); }
  static std::size_t stride(std::size_t capacity) {
    return kHeaderRoom + (capacity + kAlignment - 1) / kAlignment * kAlignment;
  }

 private:
  friend class Payload;
  void lay_out(std::byte* memory) { lay_out(slots_, memory); }
  void lay_out(std::vector<detail::Slot>& slots, std::byte* memory) {
    for (std::size_t i = slots.size(); i-- > 0;) {
      slots[i].bytes = memory + i * stride(capacity_) + kHeaderRoom;
      release_own(slots[i]);
    }
  }
  detail::Slot* take_free() {
    ++taken_;
    return std::exchange(free_, free_->next_free);
  }
  void release_own(detail::Slot& slot) {
    slot.arena = this;
    slot.next_free = std::exchange(free_, &slot);
  }
  void give_back(detail::Slot* slot) {
    if (slot->borrowers) {
      if (borrows_)
        slot->borrowers->fetch_sub(1, std::memory_order_release);
      else if (slot->borrowers->load(std::memory_order_acquire) > 0)
        return lend(slot);
    }
    --taken_;
    slot->next_free = std::exchange(free_, slot);
  }
  /// The slot is no longer used in this process, but other processes still hold leases of it.
  void lend(detail::Slot* slot) {
    slot->next_free = nullptr;
    *(lent_ ? &lent_last_->next_free : &lent_) = slot;
    lent_last_ = slot;
  }
  /// Frees those of the lent slots that have come back; false if none has.
  bool take_back() {
    for (detail::Slot* slot = std::exchange(lent_, nullptr); slot != nullptr;) {
      detail::Slot* next = slot->next_free;
      give_back(slot);
      slot = next;
    }
    if (grows_ && !free_) grow();
    return free_ != nullptr;
  }
  [[gnu::noinline, gnu::cold]] void grow() {
    const std::size_t slots = chunks_.empty() ? 8 : std::min<std::size_t>(2 * chunks_.back().slots.size(), 4096);
    Chunk& chunk = chunks_.emplace_back(slots, stride(capacity_));
    lay_out(chunk.slots, chunk.memory.data());
  }
  struct Chunk {
    Chunk(std::size_t count, std::size_t stride_bytes) : slots(count), memory(count * stride_bytes) {}
    std::vector<detail::Slot> slots;
    BufferMemory memory;
  };

  std::size_t capacity_;
  std::vector<detail::Slot> slots_;
  BufferMemory memory_;
  std::deque<Chunk> chunks_;  ///< of an arena that grows
  bool borrows_ = false, grows_ = false;
  std::size_t taken_ = 0;  ///< slots that are not free, those that are lent included
  detail::Slot* free_ = nullptr;
  detail::Slot *lent_ = nullptr, *lent_last_ = nullptr;  ///< in the order in which they were lent
};

inline std::byte* Payload::data() const { return slot_->bytes + offset_; }
inline bool Payload::leads_its_slot() const { return offset_ == 0 && !slot_->arena->borrows(); }
inline bool Payload::is_borrowed() const { return slot_ && slot_->arena->borrows(); }
inline std::byte* Payload::header(std::size_t header_bytes) const { return data() - header_bytes; }
inline void Payload::release() {
  if (slot_ && --slot_->leases == 0) slot_->arena->give_back(slot_);
}

}  // namespace coordbench
