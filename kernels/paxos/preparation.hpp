#pragma once
// Phase 1 of one ballot, for all slots from a number on: what a server that prepares is told by those that promise.
// Source: Lamport, "Paxos made simple", 2001, 2.2, 3; Howard, Malkhi, Spiegelman, "Flexible Paxos", OPODIS 2016, 4 (quorums of
// phase 1 need only meet those of phase 2).

#include "kernels/paxos/replica.hpp"
#include "kernels/paxos/votes.hpp"

namespace coordbench::paxos {

class Preparation {
 public:
  Preparation(const Setting& setting, std::size_t capacity)
      : replicate_(setting.replicate),
        found_(setting.timeout > 0 ? capacity : 1),
        told_(found_.capacity(), setting.servers),
        promises_(static_cast<std::size_t>(setting.servers)) {}

  /// For the slots behind `index`.
  [[gnu::noinline, gnu::cold]] void begin(Index index) {
    found_.reset(index);
    for (Index slot = index + 1; found_.admits(slot); ++slot) told_.forget(slot);
    promises_.assign(promises_.size(), {});
    complete_ = 0;
  }
  /// 2.2, phase 2a: keeps the value of the highest ballot that was accepted for a slot. A value without room is passed over,
  /// and the promise remains incomplete.
  [[gnu::noinline, gnu::cold]] void take_value(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Index index = message.index;
    if (index <= found_.base() || !found_.admits(index) || !told_.add(index, from)) return;
    if (message.value_ballot > found_.ballot_of(index))
      found_.accept(index, message.value_ballot, static_cast<std::int32_t>(message.first), kept(replicate_, payload, out));
    Promise& promise = promises_[static_cast<std::size_t>(from)];
    ++promise.told;
    count(promise);
  }
  [[gnu::noinline, gnu::cold]] void take_promise(Rank from, const Message& message) {
    Promise& promise = promises_[static_cast<std::size_t>(from)];
    promise.has_come = true;
    promise.values = message.slots;
    count(promise);
  }

  /// How many have promised and said all that they had accepted.
  [[nodiscard]] int complete() const { return complete_; }
  /// The values to propose, with the ballots in which they were accepted.
  [[nodiscard]] const Log& found() const { return found_; }

 private:
  struct Promise {
    bool has_come = false, is_complete = false;
    std::uint32_t values = 0, told = 0;
  };
  void count(Promise& promise) {
    if (!promise.has_come || promise.is_complete || promise.told < promise.values) return;
    promise.is_complete = true;
    ++complete_;
  }

  std::int64_t replicate_;
  Log found_;
  Votes told_;
  std::vector<Promise> promises_;  ///< [rank]
  int complete_ = 0;
};

}  // namespace coordbench::paxos
