#pragma once
// AC5, and what Paxos Commit promises beyond it.

#include "tests/safety/commitment/termination.hpp"
#include "tests/safety/paxos_commit/instances.hpp"

namespace coordbench::testing::paxos_commit {

/// Which messages are votes.
struct Ballots {
  static bool agrees(const PaxosCommit::Message& message) {
    return message.kind == Kind::vote && message.value == Value::prepared;
  }
  static bool binds(const PaxosCommit::Message& message) { return agrees(message); }
};

/// Nobody is down for ever.
struct Termination : commitment::Termination<PaxosCommit, Ballots> {
  explicit Termination(const Schedule& schedule)
      : commitment::Termination<PaxosCommit, Ballots>(schedule), all_come_back_(!schedule.faults.is_any_cut_for_ever()) {}
  bool holds_at_end(const auto& world) const {
    return !all_come_back_ || commitment::Termination<PaxosCommit, Ballots>::holds_at_end(world);
  }

 private:
  bool all_come_back_;
};

/// At most F acceptors are cut off from everybody for ever, which is to the others as if they were down, and any other ranks.
struct NonBlocking {
  static constexpr std::string_view sentence =
      "Non-blocking: all live managers bound by a yes, and the leader if it lives, decide while F acceptors are down for ever";
  explicit NonBlocking(const Schedule& schedule)
      : is_claimed_(schedule.faults.is_any_cut_for_ever()), faults_(schedule.faults), knows_(schedule) {}

  bool holds(const Step<PaxosCommit>& step, const auto& world) {
    if (!is_claimed_) return true;
    for (const auto& sent : step.sent)
      if (Ballots::binds(sent.message)) note(knows_(sent.message.first, step.rank), step.rank, world);
    if (step.cause == Cause::propose) note(knows_(step.operation, 0), 0, world);
    for (const auto& answer : step.answered) {
      Knows& knows = knows_(answer.operation, step.rank);
      if (knows == Knows::nothing_yet) --waiting_;
      knows = Knows::outcome;
    }
    return true;
  }
  bool holds_at_end(const auto& /*world*/) const { return waiting_ == 0; }

 private:
  enum class Knows : std::uint8_t { unconcerned, nothing_yet, outcome };

  void note(Knows& knows, Rank rank, const auto& world) {
    if (knows != Knows::unconcerned || is_cut_off(rank, world.size())) return;
    knows = Knows::nothing_yet;
    ++waiting_;
  }
  [[nodiscard]] bool is_cut_off(Rank rank, int ranks) const {
    for (Rank other = 0; other < ranks; ++other)
      if (other != rank && !faults_.is_cut_for_ever(rank, other)) return false;
    return true;
  }

  bool is_claimed_;
  Faults faults_;
  common::Ledger<Knows> knows_;
  std::int64_t waiting_ = 0;
};

}  // namespace coordbench::testing::paxos_commit
