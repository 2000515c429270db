#pragma once
// Ongaro, Ousterhout 2014, 5: a majority that can talk makes progress.

#include <algorithm>
#include <set>

#include "tests/safety/common/termination.hpp"
#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

/// Nothing is claimed of a server with a link that never heals, but that the others do not wait for it. Where there are no
/// clients, nobody asks again: an operation is lost once the server that was asked has crashed, or no longer leads. Without
/// time-outs followers hear with the next entries only what they may apply, and behind the last there are none.
struct Liveness : common::Termination {
  static constexpr std::string_view sentence =
      "Liveness: once what heals has healed, every operation is answered and every server applies it";
  explicit Liveness(const Schedule& schedule)
      : Termination(schedule),
        faults_(schedule.faults),
        has_clients_(schedule.shape.clients > 0),
        times_out_(RaftReplication::times_out(schedule.shape)),
        asked_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    if (has_clients_ || step.rank >= world.shape().ranks) return true;
    const raft::Election& election = world.machine(step.rank).core().election;
    Asked& asked = asked_[static_cast<std::size_t>(step.rank)];
    if (step.cause == Cause::propose) asked.open.insert(step.operation);
    const bool is_deposed = asked.led_term > 0 && (!election.leads() || election.term() != asked.led_term);
    if (step.cause == Cause::crash || is_deposed) {
      any_lost_ |= !asked.open.empty();
      asked.open.clear();
    }
    asked.led_term = election.leads() ? election.term() : 0;
    for (const auto& reached : step.reached)
      if (reached.mark == raft::answered) asked.open.erase(reached.operation);
    return true;
  }

  bool holds_at_end(const auto& world) const {
    const bool all_ended = Termination::holds_at_end(world);
    if (all_ended && has_applied(world, entries_proposed(world))) return true;
    if (has_clients_ || (!any_lost_ && !is_any_open())) return false;
    const Rank leader = leader_of(world);
    return leader >= 0 && open_at(leader).empty() && has_applied(world, world.machine(leader).core().state.count());
  }

 private:
  struct Asked {
    std::set<Operation> open{};
    raft::Term led_term = 0;
  };
  [[nodiscard]] const std::set<Operation>& open_at(Rank rank) const { return asked_[static_cast<std::size_t>(rank)].open; }
  [[nodiscard]] bool is_any_open() const {
    return std::any_of(asked_.begin(), asked_.end(), [](const Asked& asked) { return !asked.open.empty(); });
  }
  /// Whether every server that no cut isolates for ever has applied `count` operations.
  bool has_applied(const auto& world, std::int64_t count) const {
    for (Rank rank = 0; rank < world.shape().ranks && times_out_; ++rank)
      if (!faults_.is_hurt_for_ever(rank) && world.machine(rank).core().state.count() != count) return false;
    return true;
  }

  Faults faults_;
  bool has_clients_, times_out_, any_lost_ = false;
  std::vector<Asked> asked_;  ///< [rank]: where there are no clients
};

}  // namespace coordbench::testing::raft_replication
