#pragma once
// What one server has accepted: a ring of the slots behind the last compaction, some of which may be empty.
// Source: Lamport, "Paxos made simple", 2001, 3 (implementing a state machine).

#include <bit>

#include "kernels/paxos/message.hpp"

namespace coordbench::paxos {

struct Entry {
  static constexpr std::int32_t no_op = -1;
  Ballot ballot = 0;  ///< in which it was accepted; 0: nothing was
  std::int32_t operation = no_op;
  Payload payload{};
};

class Log {
 public:
  /// Room for `capacity` slots, rounded up to a power of two.
  explicit Log(std::size_t capacity) : entries_(std::bit_ceil(capacity)), mask_(entries_.size() - 1) {}

  /// The last compacted slot: what lies before it is in the snapshot.
  [[nodiscard]] Index base() const { return base_; }
  /// The last slot that has a value; the base if none has.
  [[nodiscard]] Index last() const { return last_; }
  [[nodiscard]] std::size_t capacity() const { return mask_ + 1; }
  [[nodiscard]] std::size_t free() const { return capacity() - (last_ - base_); }
  /// Of a slot behind the base, whether there is room for it.
  [[nodiscard]] bool admits(Index index) const { return index - base_ <= capacity(); }

  /// For an index in (base, last].
  [[nodiscard]] const Entry& operator[](Index index) const { return entries_[index & mask_]; }
  /// For an index behind the base; 0 if the slot has no value.
  [[nodiscard]] Ballot ballot_of(Index index) const { return index <= last_ ? entries_[index & mask_].ballot : 0; }

  struct Run {
    std::uint32_t slots = 0;
    bool is_no_op = false;
  };
  /// The slots from `first` on, `longest` at most, that are filled by operations one behind the other, or by no-ops.
  [[nodiscard]] Run run_from(Index first, std::uint32_t longest) const {
    const std::int32_t operation = (*this)[first].operation;
    const bool is_no_op = operation == Entry::no_op;
    std::uint32_t slots = 1;
    while (slots < longest &&
           (*this)[first + slots].operation == (is_no_op ? Entry::no_op : operation + static_cast<std::int32_t>(slots)))
      ++slots;
    return {slots, is_no_op};
  }

  /// Needs admits(index).
  void accept(Index index, Ballot ballot, std::int32_t operation, Payload payload) {
    Entry& entry = entries_[index & mask_];
    entry.ballot = ballot;
    entry.operation = operation;
    entry.payload = std::move(payload);
    if (index > last_) last_ = index;
  }
  /// Drops the oldest slot; the caller has it in its snapshot.
  void compact_one() {
    entries_[++base_ & mask_] = {};
    if (base_ > last_) last_ = base_;
  }
  /// A snapshot replaces all slots up to `index`.
  void install(Index index) {
    while (base_ < index && base_ < last_) compact_one();
    if (base_ < index) base_ = last_ = index;
  }
  /// Empty behind `base`.
  void reset(Index base) {
    for (Entry& entry : entries_) entry = {};
    base_ = last_ = base;
  }

 private:
  std::vector<Entry> entries_;  ///< [index mod capacity]
  std::size_t mask_;
  Index base_ = 0, last_ = 0;
};

}  // namespace coordbench::paxos
