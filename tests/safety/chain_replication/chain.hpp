#pragma once
// Who speaks to whom.

#include <algorithm>

#include "kernels/chain_replication.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::chain_replication {

/// The next server behind `rank`, or before it, that the configuration has; -1 or the number of servers if there is none.
inline Rank neighbour(const Configuration& configuration, Rank rank, int servers, int direction) {
  do rank += direction;
  while (rank >= 0 && rank < servers && configuration.is_down(rank));
  return rank;
}

struct Order {
  static constexpr std::string_view sentence =
      "Order: in an epoch writes go to its first server, updates to the next one, acknowledgements to the one before; only the "
      "last one says what is newest; a rank that is excluded says nothing";
  explicit Order(const Schedule& /*schedule*/) {}

  bool holds(const Step<ChainReplication>& step, const auto& world) const {
    const Configuration& configuration = world.machine(step.rank).configuration();
    if (!step.sent.empty() && configuration.is_down(step.rank)) return false;
    const int servers = world.shape().ranks;
    const auto next = [&](Rank rank, int direction) { return neighbour(configuration, rank, servers, direction); };
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      using Kind = ChainReplication::Kind;
      if (sent.message.epoch != configuration.epoch) return false;
      if (sent.message.kind == Kind::write) return sent.to == next(-1, 1);
      if (sent.message.kind == Kind::update) return sent.to == next(step.rank, 1);
      if (sent.message.kind == Kind::acknowledge) return sent.to == next(step.rank, -1);
      if (sent.message.kind == Kind::ask) return sent.to == next(servers, -1);
      return sent.message.kind != Kind::newest || step.rank == next(servers, -1);
    });
  }
};

}  // namespace coordbench::testing::chain_replication
