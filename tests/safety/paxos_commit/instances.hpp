#pragma once
// What the acceptors have accepted, as their logs show it, and which values are chosen by it.

#include <array>
#include <map>
#include <vector>

#include "kernels/paxos_commit.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::paxos_commit {

using Value = PaxosCommit::Value;
using Kind = PaxosCommit::Kind;
using coordbench::paxos_commit::Ballot;
using coordbench::paxos_commit::Group;

/// Follows every instance of Paxos: [transaction, resource manager].
class Instances {
 public:
  explicit Instances(const Schedule& schedule)
      : group_(schedule.shape),
        managers_(static_cast<std::size_t>(schedule.shape.ranks)),
        last_(static_cast<std::size_t>(schedule.operations) * managers_ * static_cast<std::size_t>(group_.acceptors())),
        instances_(static_cast<std::size_t>(schedule.operations) * managers_) {}

  /// Looks at what an acceptor has accepted of a transaction. False if that contradicts what was accepted before.
  bool follow(Operation k, Rank acceptor, const auto& world) {
    if (k < 0 || acceptor >= group_.acceptors()) return true;
    const auto& log = world.machine(acceptor).log();
    if (log[k].operation != k) return true;
    for (Rank manager = 1; manager < group_.ranks; ++manager) {
      const Accepted now{log[k].accepted, log.accepted(k)[manager]};
      Accepted& last =
          last_[index(k, manager) * static_cast<std::size_t>(group_.acceptors()) + static_cast<std::size_t>(acceptor)];
      if (now.value == Value::none || (now.ballot == last.ballot && now.value == last.value)) continue;
      last = now;
      if (!instances_[index(k, manager)].accept(now.ballot, now.value, group_.quorum())) return false;
    }
    return true;
  }
  /// none: no value has been accepted by F + 1 acceptors in one ballot yet.
  [[nodiscard]] Value chosen(Operation k, Rank manager) const { return instances_[index(k, manager)].chosen; }

 private:
  struct Accepted {
    Ballot ballot = 0;
    Value value = Value::none;
  };
  struct Instance {
    std::map<Ballot, std::pair<Value, int>> ballots{};  ///< the value, and how many acceptors have accepted it
    Value chosen = Value::none;
    Ballot chosen_in = 0;

    bool accept(Ballot ballot, Value value, int quorum) {
      auto& [of_ballot, acceptors] = ballots.try_emplace(ballot, value, 0).first->second;
      if (of_ballot != value || (chosen != Value::none && chosen != value && ballot > chosen_in)) return false;
      if (++acceptors < quorum) return true;
      if (chosen != Value::none && chosen != value) return false;
      if (chosen == Value::none) chosen = value, chosen_in = ballot;
      return true;
    }
  };
  [[nodiscard]] std::size_t index(Operation k, Rank manager) const {
    return static_cast<std::size_t>(k) * managers_ + static_cast<std::size_t>(manager);
  }

  Group group_;
  std::size_t managers_;
  std::vector<Accepted> last_;  ///< [transaction, resource manager, acceptor]
  std::vector<Instance> instances_;
};

/// The transactions that a step may have changed: the one that it was about, or, of a tick and a restart, any.
template <class Visit>
bool every_changed(const Step<PaxosCommit>& step, const auto& world, Visit&& visit) {
  if (step.cause == Cause::deliver) return visit(step.message->first);
  if (step.cause == Cause::propose) return visit(step.operation);
  for (const auto& transaction : world.machine(step.rank).log())
    if (!visit(transaction.operation)) return false;
  return true;
}

}  // namespace coordbench::testing::paxos_commit
