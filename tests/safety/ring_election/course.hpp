#pragma once
// Which identifiers a rank passes on, by the rule of Chang and Roberts 1979.

#include "kernels/ring_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::ring_election {

struct Course {
  static constexpr std::string_view sentence =
      "Course: a rank sends its identifier once an election, and passes on those that are larger than its own, unchanged";
  explicit Course(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const auto& step, const auto& /*world*/) const {
    if (shape_.ranks == 1) return step.sent.empty();
    if (step.cause == Cause::begin) return sends(step, step.operation, own(step.rank, step.operation));
    if (step.cause != Cause::deliver || step.message->kind != RingElection::Kind::candidate) return true;
    const RingElection::Identifier mine = own(step.rank, step.message->first), theirs = step.message->identifier;
    if (theirs == mine) return true;
    return theirs > mine ? sends(step, step.message->first, theirs) : step.sent.empty();
  }

 private:
  [[nodiscard]] RingElection::Identifier own(Rank rank, Operation k) const { return RingElection::identifier(shape_, k, rank); }
  [[nodiscard]] bool sends(const auto& step, Operation k, RingElection::Identifier identifier) const {
    if (step.sent.size() != 1) return false;
    const auto& sent = step.sent.front();
    return sent.to == (step.rank + 1) % shape_.ranks && sent.message.kind == RingElection::Kind::candidate &&
           sent.message.first == k && sent.message.identifier == identifier;
  }

  Shape shape_;
};

}  // namespace coordbench::testing::ring_election
