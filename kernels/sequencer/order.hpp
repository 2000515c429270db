#pragma once
// One rank's view of the order of one shard. Numbers [delivered, delivered + keep) may be known before their turn comes: the
// sequencer gives no number that is further ahead of anybody.

#include <stdexcept>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::sequencer {

/// An operation that has a number.
struct Entry {
  enum State : std::uint32_t { unknown, numbered, whole };  ///< whole: with its payload

  std::uint32_t operation = 0;
  State state = unknown;
  Payload payload{};
  std::uint32_t number = 0;
};

class Order {
 public:
  /// It `remembers` what has been delivered, as long as somebody may ask for it. `room` is a power of two, at least `keep`;
  /// twice as much if one step may deliver so many numbers and learn of so many new ones.
  Order(std::uint32_t room, bool remembers) : entries_(room), mask_(room - 1), remembers_(remembers) {}

  /// A number has come, with its payload or without. A known entry is not changed. Returns whether the message was new.
  bool learn(std::uint32_t number, std::uint32_t operation, bool is_whole, const Payload& payload) {
    if (number < delivered_) return false;
    if (number - delivered_ > mask_) [[unlikely]]
      throw std::length_error("sequencer: a number is further ahead than anybody may lag");
    known_ = std::max(known_, number + 1);
    Entry& entry = at(number);
    const Entry::State state = is_whole ? Entry::whole : Entry::numbered;
    if (entry.number == number && entry.state >= state) return false;
    entry = {operation, state, is_whole ? payload : Payload(), number};
    return true;
  }
  /// The sequencer orders and delivers in one go. Returns the number.
  std::uint32_t append(std::uint32_t operation, Payload payload) {
    at(delivered_) = {operation, Entry::whole, std::move(payload), delivered_};
    return delivered_++;
  }

  /// That everything below `number` has been ordered.
  void expect(std::uint32_t number) { known_ = std::max(known_, number); }
  /// Undelivered operations are no longer known: in a new epoch another operation may have their numbers.
  void forget_undelivered() {
    for (; has_gap(); --known_)
      if (is_known(known_ - 1)) at(known_ - 1) = {};
    looked_ = std::min(looked_, delivered_);
  }

  /// What is to be delivered next, if its number is known.
  [[nodiscard]] Entry* next() {
    if (!has_gap()) return nullptr;
    Entry& entry = at(delivered_);
    return is_known(delivered_) ? &entry : nullptr;
  }
  void advance() { ++delivered_; }

  /// Before every input: what the last one delivered has been answered, and its payload may go.
  void settle() {
    for (; settled_ != delivered_; ++settled_)
      if (!remembers_) at(settled_) = {};
  }
  /// How many this step has delivered.
  [[nodiscard]] std::uint32_t unsettled() const { return delivered_ - settled_; }
  /// The payload of an operation that this step delivered; null of any other.
  [[nodiscard]] const Payload* just_delivered(Operation operation) const {
    for (std::uint32_t number = settled_; number != delivered_; ++number)
      if (at(number).operation == operation) return &at(number).payload;
    return nullptr;
  }

  [[nodiscard]] const Entry& at(std::uint32_t number) const { return entries_[number & mask_]; }
  [[nodiscard]] std::uint32_t delivered() const { return delivered_; }  ///< how many have been
  [[nodiscard]] std::uint32_t next_number() const { return std::max(known_, delivered_); }
  [[nodiscard]] bool has_gap() const { return delivered_ < known_; }
  [[nodiscard]] std::uint32_t unreported() const { return delivered_ - reported_; }
  void report() { reported_ = delivered_; }

  /// Of an operation whose number and payload are known here.
  [[nodiscard]] bool holds(std::uint32_t number, std::uint32_t operation) const {
    return is_known(number) && at(number).state == Entry::whole && at(number).operation == operation;
  }
  /// Calls f with each operation that is remembered.
  template <class F>
  void for_each_remembered(F&& f) const {
    for (std::uint32_t number = delivered_ - std::min(delivered_, mask_ + 1); number != delivered_; ++number)
      if (is_known(number)) f(at(number).operation);
  }

  /// Called every time-out: whether something has been missing since the last call.
  bool look() {
    const bool is_missing = delivered_ < looked_;
    looked_ = known_;
    return is_missing;
  }

 private:
  /// A slot may still hold an operation that was delivered long ago.
  [[nodiscard]] bool is_known(std::uint32_t number) const {
    return at(number).state != Entry::unknown && at(number).number == number;
  }
  Entry& at(std::uint32_t number) { return entries_[number & mask_]; }

  std::vector<Entry> entries_;  ///< [number mod room]
  std::uint32_t mask_;
  bool remembers_;
  std::uint32_t settled_ = 0, delivered_ = 0;
  std::uint32_t known_ = 0;     ///< one more than the greatest number that has come
  std::uint32_t reported_ = 0;  ///< what the sequencer was last told to be delivered
  std::uint32_t looked_ = 0;    ///< what was known when the last time-out fired
};

}  // namespace coordbench::sequencer
