#pragma once
// What an answer to a write is worth.

#include <algorithm>

#include "tests/safety/chain_replication/chain.hpp"

namespace coordbench::testing::chain_replication {

struct Durability {
  static constexpr std::string_view sentence =
      "Durability: a write that has been answered is in every server that takes part, now and after any failover";
  explicit Durability(const Schedule& /*schedule*/) {}

  bool holds(const Step<ChainReplication>& step, const auto& world) {
    bool all_have = true;
    for (const auto& sent : step.sent)
      if (sent.message.kind == ChainReplication::Kind::written) all_have &= is_everywhere(sent.message.first, world);
    for (const auto& answer : step.answered)
      if (ChainReplication::kind(world.shape(), answer.operation) == 0) all_have &= is_everywhere(answer.operation, world);
    const ChainReplication& machine = world.machine(step.rank);
    const bool takes_part = step.rank < world.shape().ranks && !machine.configuration().is_down(step.rank);
    return all_have && (step.cause != Cause::configure || !takes_part || machine.history().newest() >= answered_);
  }

 private:
  /// In the operation's place of the window, where a later one says that this one has been there.
  bool is_everywhere(Operation k, const auto& world) {
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
      if (world.configuration().is_down(rank)) continue;
      const auto& number = world.machine(rank).history().number_of(k);
      if (number.operation < k) return false;
      if (number.operation == k) answered_ = std::max(answered_, number.sequence);
    }
    return true;
  }

  std::uint32_t answered_ = 0;  ///< the greatest number of a write that has been answered
};

}  // namespace coordbench::testing::chain_replication
