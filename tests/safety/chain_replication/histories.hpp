#pragma once
// What servers have had, and in which order. Source: van Renesse, Schneider, OSDI 2004, 3 (the two invariants).

#include <algorithm>
#include <vector>

#include "tests/safety/chain_replication/chain.hpp"

namespace coordbench::testing::chain_replication {

/// A copy of each server's history, which the machine itself forgets.
class Histories {
 public:
  explicit Histories(const Schedule& schedule) : had_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  /// How many writes the server had before this step. From now on the copy has those of this step.
  std::size_t learn(Rank rank, const auto& world) {
    std::vector<std::uint32_t>& had = had_[static_cast<std::size_t>(rank)];
    const std::size_t before = had.size();
    const auto& history = world.machine(rank).history();
    while (had.size() < history.newest()) had.push_back(history[static_cast<std::uint32_t>(had.size()) + 1].operation);
    return before;
  }
  [[nodiscard]] const std::vector<std::uint32_t>& of(Rank rank) const { return had_[static_cast<std::size_t>(rank)]; }

 private:
  std::vector<std::vector<std::uint32_t>> had_;  ///< [server][number - 1]: the operation
};

struct UpdatePropagation {
  static constexpr std::string_view sentence =
      "Update propagation: a server has had only what its predecessor has had, in the same order, so the tail's history is a "
      "prefix of everybody's";
  explicit UpdatePropagation(const Schedule& schedule) : histories_(schedule) {}

  bool holds(const Step<ChainReplication>& step, const auto& world) {
    if (step.rank >= world.shape().ranks) return true;
    const std::size_t before = histories_.learn(step.rank, world);
    const Rank predecessor = neighbour(world.configuration(), step.rank, world.shape().ranks, -1);
    const auto& own = histories_.of(step.rank);
    if (predecessor < 0 || own.size() == before) return true;
    const auto& theirs = histories_.of(predecessor);
    const auto from = static_cast<std::ptrdiff_t>(before);
    return theirs.size() >= own.size() && std::equal(own.begin() + from, own.end(), theirs.begin() + from);
  }

 private:
  Histories histories_;
};

struct InProcessRequests {
  static constexpr std::string_view sentence =
      "In-process requests: a write that a server has and its successor lacks is still pending at the server";
  explicit InProcessRequests(const Schedule& /*schedule*/) {}

  bool holds(const Step<ChainReplication>& step, const auto& world) const {
    if (step.rank >= world.shape().ranks || world.configuration().is_down(step.rank)) return true;
    const Rank successor = neighbour(world.configuration(), step.rank, world.shape().ranks, 1);
    if (successor == world.shape().ranks) return true;
    return world.machine(step.rank).history().settled() <= world.machine(successor).history().newest();
  }
};

struct Once {
  static constexpr std::string_view sentence = "Once: no server has a write under two numbers";
  explicit Once(const Schedule& schedule)
      : histories_(schedule),
        operations_(static_cast<std::size_t>(schedule.operations)),
        has_(static_cast<std::size_t>(schedule.shape.ranks) * operations_, false) {}

  bool holds(const Step<ChainReplication>& step, const auto& world) {
    if (step.rank >= world.shape().ranks) return true;
    bool once = true;
    const auto& own = histories_.of(step.rank);
    for (std::size_t i = histories_.learn(step.rank, world); i < own.size(); ++i) {
      auto has = has_[static_cast<std::size_t>(step.rank) * operations_ + own[i]];
      once &= !has;
      has = true;
    }
    return once;
  }

 private:
  Histories histories_;
  std::size_t operations_;
  std::vector<bool> has_;  ///< [server, operation]
};

}  // namespace coordbench::testing::chain_replication
