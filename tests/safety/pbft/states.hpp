#pragma once
// Castro, Liskov, TOCS 20(4) 2002, 4.2, 4.4: replicas that have carried out the same requests are in the same state; a request
// is carried out once; what is forgotten is in the state of a quorum.

#include "tests/safety/pbft/replicas.hpp"

namespace coordbench::testing::pbft {

struct SameStates {
  static constexpr std::string_view sentence =
      "Same States: replicas that have carried out all requests up to the same number are in the same state";
  explicit SameStates(const Schedule& schedule) : executed_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    if (!replica || std::exchange(executed_[static_cast<std::size_t>(step.rank)], replica->executed) == replica->executed)
      return true;
    const State now = state_of(replica->service);
    return states_.try_emplace(replica->executed, now).first->second == now;
  }

 private:
  using State = std::vector<std::uint32_t>;
  static State state_of(const machine::Service& service) {
    State all = service.last_answers();
    for (std::uint32_t number = 0; number < machine::Service::State::kParts; ++number) {
      const auto part = service.state().part(number);
      all.insert(all.end(), {part.one, part.two});
    }
    return all;
  }
  std::vector<Sequence> executed_;  ///< [rank]: as it was
  std::map<Sequence, State> states_;
};

struct ExactlyOnce {
  static constexpr std::string_view sentence =
      "Exactly Once: an operation is carried out under one number, the same everywhere";
  explicit ExactlyOnce(const Schedule& schedule)
      : numbers_(static_cast<std::size_t>(schedule.operations), 0), executed_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    if (!replica) return true;
    for (const auto& reached : step.reached) {
      if (reached.mark != machine::committed) continue;
      const Sequence number = replica->number_of(reached.operation);
      Sequence& known = numbers_[static_cast<std::size_t>(reached.operation)];
      if (number == 0 || number > replica->executed || (known != 0 && known != number)) return false;
      known = number;
      if (!executed_[static_cast<std::size_t>(step.rank)].insert(reached.operation).second) return false;
    }
    return true;
  }

 private:
  std::vector<Sequence> numbers_;              ///< [operation]
  std::vector<std::set<Operation>> executed_;  ///< [rank]
};

struct StableCheckpoint {
  static constexpr std::string_view sentence =
      "Stable Checkpoint: a quorum has told of the checkpoint behind which a replica forgets its log";
  explicit StableCheckpoint(const Schedule& schedule)
      : quorum_(correct_of_quorum(schedule)), stable_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    if (!replica) return true;
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::checkpoint) told_[sent.message.sequence].insert(step.rank);
    const Sequence stable = replica->stable;
    if (std::exchange(stable_[static_cast<std::size_t>(step.rank)], stable) == stable) return true;
    return stable == 0 || static_cast<int>(told_[stable].size()) >= quorum_;
  }

 private:
  int quorum_;
  std::vector<Sequence> stable_;  ///< [rank]: as it was
  std::map<Sequence, std::set<Rank>> told_;
};

}  // namespace coordbench::testing::pbft
