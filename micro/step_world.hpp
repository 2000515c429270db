#pragma once
// All ranks of a protocol in one thread, behind their real nodes, one input at a time; a message travels by lying in a ring.

#include <algorithm>
#include <deque>
#include <span>
#include <stdexcept>
#include <vector>

#include "harness/transport/node.hpp"
#include "harness/transport/transport_size.hpp"

namespace coordbench {

template <Protocol P>
class StepWorld {
 public:
  using Message = typename P::Message;

  /// Operations are 0 … operations_max - 1, one at a time.
  StepWorld(const Shape& shape, std::int64_t operations_max)
      : shape_(shape),
        operations_max_(operations_max),
        size_(shape.members()),
        told_(size_),
        arena_(leases(), static_cast<std::size_t>(shape.payload_bytes)),
        made_(PayloadArena::Growing{}, transport_size<P>(shape, 0).made_bytes),
        letters_(kLetters) {
    for (Rank rank = 0; rank < size_; ++rank) members_.emplace_back(*this, rank);
  }
  StepWorld(const StepWorld&) = delete;
  StepWorld& operator=(const StepWorld&) = delete;

  /// The next input of any rank; false when all operations are over.
  bool step() {
    if (go_on()) return true;
    if (proposed_ == operations_max_) return false;
    propose();
    return true;
  }
  /// The operation under way comes to its end.
  void come_to_rest() {
    while (go_on()) continue;
  }

  [[nodiscard]] std::int64_t proposed() const { return proposed_; }
  /// Answers that were not the expected one, and operations that never ended.
  [[nodiscard]] std::int64_t wrong() const { return wrong_answers_ + expected_ends_ - ended_; }

 private:
  struct Letter {
    Rank from, to;
    Depth depth;
    Message message;
    Payload payload;
  };

  /// One rank: its transport, and the witness of its node.
  struct Member {
    Member(StepWorld& world_, Rank rank_)
        : world(world_),
          rank(rank_),
          counted(*this, rank_),
          node(world_.shape_, rank_, counted, *this, world_.operations_max_) {}

    void send(Rank to, const Message& message, Depth depth, const Payload& payload) {
      Letter& letter = world.next_letter();
      letter.from = rank;
      letter.to = to;
      letter.depth = depth;
      copy_narrowly(&letter.message, message);
      letter.payload = payload;
    }
    void send(Rank to, const Message& message, Depth depth, std::span<const Payload> payloads) {
      if (payloads.size() != 1) throw std::logic_error("one operation at a time has one payload");
      send(to, message, depth, payloads.front());
    }
    /// No clock is read, because that has a benchmark of its own; time jumps to the next time-out.
    [[nodiscard]] Time now() const { return world.clock_; }
    [[nodiscard]] bool has_waiting() const { return false; }
    [[nodiscard]] PayloadArena& made() { return world.made_; }
    [[nodiscard]] PayloadArena& own() { return world.made_; }

    void reached(Operation operation, int mark, Time /*at*/, int /*depth*/) {
      if (mark + 1 == static_cast<int>(P::marks.size()) && reaches<P>(world.shape_, mark, rank, operation)) ++world.ended_;
    }
    void answered(Operation operation, const Answer& answer) {
      if (!accepts<P>(world.shape_, operation, answer)) [[unlikely]]
        ++world.wrong_answers_;
    }

    StepWorld& world;
    Rank rank;
    Counted<Member> counted;
    Node<P, Member, Member> node;
  };

  /// A message that is under way, else word of a round, or a time-out; false if the operation is over. A background that never
  /// ends does not prolong it.
  bool go_on() {
    if (delivered_ != sent_) [[likely]] {
      deliver(letters_[delivered_ % kLetters]);
      return true;
    }
    if constexpr (HasRounds<P>)
      return hold_round();
    else if constexpr (EndsInSilence<P>)
      return wake_next();
    else
      return ended_ != expected_ends_ && wake_next();
  }
  void propose() {
    round_ = 0;
    expected_ends_ += ends_of(proposed_);
    Member& asked = member(proposer_of<P>(shape_, proposed_));
    const Operation operation = proposed_++;
    if constexpr (IsAsked<P>) asked.node.propose(operation, arena_.allocate(static_cast<std::size_t>(shape_.payload_bytes)));
    if constexpr (BeginsEverywhere<P> && (!HasRounds<P> || !IsAsked<P>))
      if (begins_everywhere<P>(shape_)) begin_everywhere(operation);
  }
  void deliver(Letter& letter) {
    member(letter.to).node.receive(letter.from, letter.message, letter.depth, letter.payload);
    letter.payload = {};
    ++delivered_;
  }
  /// Tells one rank of the round, or of the next one if all know of it and the rumour has not reached everybody.
  bool hold_round() requires HasRounds<P> {
    if (told_ == size_) {
      if (ended_ == expected_ends_) return false;
      ++round_;
      told_ = 0;
    }
    member(told_++).node.round(proposed_ - 1, round_);
    return true;
  }

  /// The rank that wants to be woken first; false if none wants to.
  bool wake_next() {
    Member* first = nullptr;
    for (Member& each : members_)
      if (each.node.deadline() != kNever && (first == nullptr || each.node.deadline() < first->node.deadline())) first = &each;
    if (first == nullptr) return false;
    if constexpr (HasTimeouts<P>) {
      clock_ = std::max(clock_, first->node.deadline());
      first->node.tick_if_due();
    }
    return true;
  }

  Letter& next_letter() {
    if (sent_ - delivered_ == kLetters) throw std::length_error("more messages are under way than the ring holds");
    return letters_[sent_++ % kLetters];
  }
  void begin_everywhere(Operation operation) requires BeginsEverywhere<P> {
    for (Rank rank = 0; rank < shape_.ranks; ++rank) member(rank).node.begin(operation);
  }
  /// Ranks that the last mark of an operation comes to.
  [[nodiscard]] std::int64_t ends_of(Operation operation) const {
    std::int64_t ranks = 0;
    for (Rank rank = 0; rank < size_; ++rank)
      ranks += reaches<P>(shape_, static_cast<int>(P::marks.size()) - 1, rank, operation) ? 1 : 0;
    return ranks;
  }
  [[nodiscard]] std::size_t leases() const {
    std::size_t sum = 0;
    for (Rank rank = 0; rank < size_; ++rank) sum += transport_size<P>(shape_, rank).leases;
    return sum;
  }
  Member& member(Rank rank) { return members_[static_cast<std::size_t>(rank)]; }

  static constexpr std::size_t kLetters = 256;

  Shape shape_;
  std::int64_t operations_max_;
  int size_;
  int round_ = 0, told_;  ///< ranks that know of the round
  Time clock_ = 0;        ///< ns
  std::int64_t proposed_ = 0, ended_ = 0, expected_ends_ = 0, wrong_answers_ = 0;
  PayloadArena arena_, made_;
  std::vector<Letter> letters_;  ///< [number mod kLetters]
  std::size_t sent_ = 0, delivered_ = 0;
  std::deque<Member> members_;
};

}  // namespace coordbench
