#pragma once
// The buffers of a stream from the first rank to the last: one more than may be in flight, so that none is refilled too early.

#include <algorithm>

#include "collectives/parts/elements.hpp"
#include "collectives/parts/rotating_buffers.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

inline constexpr Parameter kFill{.name = "fill",
                                 .highest = 1,
                                 .help = "how much of each message its sender writes: 64 elements, or all",
                                 .choices = {"spots", "whole"}};

/// A message is one pattern that never changes, with its operation's own pattern at the spots, or in whole. Operations overlap,
/// so that nothing can be written outside the clock, and writing all of a message takes about as long as sending it; but what
/// was not written lies in the receiver's cache already.
class StreamData {
 public:
  StreamData(const Shape& shape, Rank self)
      : seed_(shape.seed),
        window_(shape.in_flight),
        sends_(shape.ranks > 1 && self == 0),
        receives_(shape.ranks > 1 && self == shape.ranks - 1),
        whole_(shape[kFill.name] == 1),
        slots_(sends_ || receives_ ? shape.payload_bytes : 0, slots(shape)) {
    if (!sends_) return;
    for (std::size_t i = 0; i < slots_.count(); ++i) kRest.fill(slots_.at(i));
  }

  static std::int64_t memory_bytes(const Shape& shape) {
    return RotatingBuffers::memory_bytes(shape.payload_bytes, slots(shape));
  }

  /// Fills the slot that the sender sends; on the receiver, makes ready the one that it will post after this operation.
  void prepare(Operation operation) {
    operation_ = operation;
    if (sends_ && whole_) expected(operation).fill(slot(operation));
    if (sends_ && !whole_)
      for_each_spot(slot(operation), [&](std::span<std::byte> element, std::size_t index) {
        const auto value = element_of(expected(operation), index, element.size());
        std::copy_n(value.begin(), element.size(), element.begin());
      });
    if (receives_) expect(operation + window_);
  }
  /// Makes the slot of an operation wrong before its receive is posted.
  void expect(Operation operation) { spoil(slot(operation), expected(operation)); }

  /// Valid until the next prepare. Sampled reads the spots, full reads all.
  [[nodiscard]] bool verify(Operation operation, Effort effort) const {
    if (!receives_) return true;
    const std::span<const std::byte> message = slot(operation);
    bool right = true;
    for_each_spot(message, [&](std::span<const std::byte> element, std::size_t index) {
      right &= holds(element, expected(operation), index);
    });
    return right && (effort == Effort::sampled || rest_matches(message, whole_ ? expected(operation) : kRest));
  }

  [[nodiscard]] bool sends() const { return sends_; }
  [[nodiscard]] bool receives() const { return receives_; }
  [[nodiscard]] Operation operation() const { return operation_; }
  [[nodiscard]] std::span<std::byte> slot(Operation operation) const {
    return slots_.at(static_cast<std::size_t>(operation) % slots_.count());
  }

 private:
  static constexpr Pattern kRest{0x5bd1e995'7b1f2c8dULL, 0x9e3779b97f4a7c15ULL};

  static std::size_t slots(const Shape& shape) { return static_cast<std::size_t>(shape.in_flight) + 1; }
  [[nodiscard]] Pattern expected(Operation operation) const { return Pattern::of(seed_, operation, 0); }
  static bool holds(std::span<const std::byte> element, Pattern pattern, std::size_t index) {
    const auto value = element_of(pattern, index, element.size());
    return std::equal(element.begin(), element.end(), value.begin());
  }
  static bool rest_matches(std::span<const std::byte> message, Pattern rest) {
    const std::size_t width = element_bytes(message.size());
    const std::size_t count = message.size() / width;
    for (std::size_t i = 0; i < count; ++i) {
      const bool spot = i % spot_distance(count) == 0 || i == count - 1;
      if (!spot && !holds(message.subspan(i * width, width), rest, i)) return false;
    }
    return true;
  }

  std::uint64_t seed_;
  Operation window_;
  bool sends_, receives_, whole_;
  RotatingBuffers slots_;
  Operation operation_ = 0;
};

}  // namespace coordbench
