#pragma once
// One writer, one reader, slots of one cache line: a message and the word that says it is there travel together, so that a
// message costs one transfer of one line. The reader polls the slot that comes next; nobody writes what both poll.
// Source: Giacomoni, Moseley, Vachharajani, "FastForward for Efficient Pipeline Parallelism", PPoPP'08 (the word that says
// whether a slot is full lies in the slot).

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

namespace coordbench {

inline constexpr std::size_t kLineBytes = 64;

/// A slot is the reader's when `turn` is the number of the lap it is on, from 1, and the writer's until then.
struct alignas(kLineBytes) RingSlot {
  static constexpr std::size_t kBodyBytes = 56;
  std::atomic<std::uint32_t> turn;
  std::uint16_t depth;      ///< of a protocol's message
  std::uint8_t form, size;  ///< what the body holds, in the transport's own terms
  alignas(8) std::byte body[kBodyBytes];
};
static_assert(sizeof(RingSlot) == kLineBytes && std::atomic<std::uint32_t>::is_always_lock_free);

/// How far the reader is, in a line of its own that the writer looks at only when the ring seems full.
struct alignas(kLineBytes) RingProgress {
  std::atomic<std::uint64_t> taken;
};
static_assert(sizeof(RingProgress) == kLineBytes);

/// The writer's end. `slots` lie where the reader has first touched them, `progress` where the writer has.
class RingWriter {
 public:
  RingWriter() = default;
  /// `capacity` is a power of two.
  RingWriter(RingSlot* slots, std::size_t capacity, const RingProgress* progress)
      : slots_(slots), mask_(capacity - 1), shift_(std::countr_zero(capacity)), progress_(progress) {}

  /// The next slot, to be filled and then published; null while the reader is a whole ring behind.
  [[nodiscard]] RingSlot* claim() {
    if (next_ - taken_ > mask_) [[unlikely]] {
      taken_ = progress_->taken.load(std::memory_order_acquire);
      if (next_ - taken_ > mask_) return nullptr;
    }
    return &slots_[next_ & mask_];
  }
  void publish(RingSlot* slot) {
    slot->turn.store(static_cast<std::uint32_t>(next_ >> shift_) + 1, std::memory_order_release);
    ++next_;
  }
  [[nodiscard]] std::uint64_t published() const { return next_; }

 private:
  RingSlot* slots_ = nullptr;
  std::size_t mask_ = 0;
  int shift_ = 0;
  const RingProgress* progress_ = nullptr;
  std::uint64_t next_ = 0, taken_ = 0;
};

/// The reader's end.
class RingReader {
 public:
  RingReader() = default;
  RingReader(RingSlot* slots, std::size_t capacity, RingProgress* progress)
      : slots_(slots),
        mask_(capacity - 1),
        shift_(std::countr_zero(capacity)),
        quarter_(capacity < 4 ? 0 : capacity / 4 - 1),
        progress_(progress) {}

  /// First touch and a clean start; the writer must not write before it knows that this is done.
  void clear() {
    for (std::size_t i = 0; i <= mask_; ++i) new (&slots_[i]) RingSlot{};
  }

  /// The oldest message, in place; null if there is none.
  [[nodiscard]] const RingSlot* peek() const { return is_full(next_) ? &slots_[next_ & mask_] : nullptr; }
  /// Whether the next two messages are there, in a ring of at least two slots. Both slots are looked at, whatever the first one
  /// says, so that their lines travel at the same time.
  [[nodiscard]] bool has_two() const {
    const bool first = is_full(next_), second = is_full(next_ + 1);
    return static_cast<int>(first) + static_cast<int>(second) == 2;
  }
  /// Gives the slot of the oldest message back; said to the writer a quarter of a ring at a time.
  void pop() {
    ++next_;
    if ((next_ & quarter_) == 0) progress_->taken.store(next_, std::memory_order_release);
  }
  [[nodiscard]] std::uint64_t taken() const { return next_; }

 private:
  [[nodiscard]] bool is_full(std::uint64_t number) const {
    const auto lap = static_cast<std::uint32_t>(number >> shift_) + 1;
    return slots_[number & mask_].turn.load(std::memory_order_acquire) == lap;
  }

  RingSlot* slots_ = nullptr;
  std::size_t mask_ = 0;
  int shift_ = 0;
  std::size_t quarter_ = 0;
  RingProgress* progress_ = nullptr;
  std::uint64_t next_ = 0;
};

}  // namespace coordbench
