#pragma once
// Liveness of servers that keep one log of operations in a leader's order: a majority that can talk makes progress.

#include <algorithm>
#include <set>

#include "tests/safety/common/termination.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

/// Nothing is claimed of a server with a link that never heals, but that the others do not wait for it. Where there are no
/// clients, nobody asks again: an operation is lost once the server that was asked has crashed, or no longer leads. Without
/// time-outs followers hear with the next entries only what they may apply, and behind the last there are none.
///
/// `View` has Protocol; `answered`, the mark; leads(machine), the term or ballot that the server leads, 0 if it leads none;
/// leader_of(world), the newest leader, -1 if there is none; applied(machine), how many operations the server has applied; and
/// to_apply(world), how many all of them are to apply.
template <class View>
struct ReplicatedLiveness : Termination {
  using P = typename View::Protocol;

  static constexpr std::string_view sentence =
      "Liveness: once what heals has healed, every operation is answered and every server applies it";
  explicit ReplicatedLiveness(const Schedule& schedule)
      : Termination(schedule),
        faults_(schedule.faults),
        has_clients_(schedule.shape.clients > 0),
        times_out_(P::times_out(schedule.shape)),
        asked_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step<P>& step, const auto& world) {
    if (has_clients_ || step.rank >= world.shape().ranks) return true;
    const std::uint32_t led = View::leads(world.machine(step.rank));
    Asked& asked = asked_[static_cast<std::size_t>(step.rank)];
    if (step.cause == Cause::propose) asked.open.insert(step.operation);
    const bool is_deposed = asked.led > 0 && led != asked.led;
    if (step.cause == Cause::crash || is_deposed) {
      any_lost_ |= !asked.open.empty();
      asked.open.clear();
    }
    asked.led = led;
    for (const auto& reached : step.reached)
      if (reached.mark == View::answered) asked.open.erase(reached.operation);
    return true;
  }

  bool holds_at_end(const auto& world) const {
    const bool all_ended = Termination::holds_at_end(world);
    if (all_ended && has_applied(world, View::to_apply(world))) return true;
    if (has_clients_ || (!any_lost_ && !is_any_open())) return false;
    const Rank leader = View::leader_of(world);
    return leader >= 0 && open_at(leader).empty() && has_applied(world, View::applied(world.machine(leader)));
  }

 private:
  struct Asked {
    std::set<Operation> open{};
    std::uint32_t led = 0;
  };
  [[nodiscard]] const std::set<Operation>& open_at(Rank rank) const { return asked_[static_cast<std::size_t>(rank)].open; }
  [[nodiscard]] bool is_any_open() const {
    return std::any_of(asked_.begin(), asked_.end(), [](const Asked& asked) { return !asked.open.empty(); });
  }
  /// Whether every server that no cut isolates for ever has applied `count` operations.
  bool has_applied(const auto& world, std::int64_t count) const {
    for (Rank rank = 0; rank < world.shape().ranks && times_out_; ++rank)
      if (!faults_.is_hurt_for_ever(rank) && View::applied(world.machine(rank)) != count) return false;
    return true;
  }

  Faults faults_;
  bool has_clients_, times_out_, any_lost_ = false;
  std::vector<Asked> asked_;  ///< [rank]: where there are no clients
};

}  // namespace coordbench::testing::common
