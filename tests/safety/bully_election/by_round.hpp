#pragma once
// What an invariant remembers of a rank, as long as that stays in the same round of the same operation.

#include <vector>

#include "kernels/bully_election.hpp"
#include "tests/safety/schedule.hpp"

namespace coordbench::testing::bully_election {

template <class T>
class ByRound {
 public:
  explicit ByRound(const Schedule& schedule) : entries_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  /// Made anew once the rank is in another round.
  T& of(const auto& world, Rank rank) {
    const BullyElection& machine = world.machine(rank);
    Entry& entry = entries_[static_cast<std::size_t>(rank)];
    if (entry.operation != machine.operation() || entry.round != machine.newest_round())
      entry = {.operation = machine.operation(), .round = machine.newest_round()};
    return entry.what;
  }

 private:
  struct Entry {
    Operation operation = -1;
    std::uint32_t round = 0;
    T what{};
  };
  std::vector<Entry> entries_;  ///< [rank]
};

/// Whether a message that has come, or that is sent, is of the round that a rank is in.
inline bool is_of_round(const BullyElection::Message& message, const BullyElection& machine) {
  return message.first == machine.operation() && message.round == machine.newest_round();
}

}  // namespace coordbench::testing::bully_election
