#pragma once
// In every epoch one rank decides, and nobody goes back to an earlier one.

#include <algorithm>
#include <vector>

#include "kernels/primary_backup.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::primary_backup {

struct SinglePrimary {
  static constexpr std::string_view sentence =
      "Single primary: the updates of an epoch come from the lowest rank that its configuration has, and a rank that is "
      "excluded says nothing";
  explicit SinglePrimary(const Schedule& /*schedule*/) {}

  bool holds(const Step<PrimaryBackup>& step, const auto& world) const {
    const Configuration& configuration = world.machine(step.rank).configuration();
    if (!step.sent.empty() && configuration.is_down(step.rank)) return false;
    Rank lowest = 0;
    while (configuration.is_down(lowest)) ++lowest;
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      const bool updates = sent.message.kind == PrimaryBackup::Kind::update;
      return sent.message.epoch == configuration.epoch && (!updates || lowest == step.rank);
    });
  }
};

struct Monotony {
  static constexpr std::string_view sentence = "Monotony: within an epoch no replica replaces its value by an older one";
  explicit Monotony(const Schedule& schedule) : held_(static_cast<std::size_t>(schedule.shape.members()), 0) {}

  bool holds(const Step<PrimaryBackup>& step, const auto& world) {
    const PrimaryBackup& machine = world.machine(step.rank);
    const std::uint64_t now = static_cast<std::uint64_t>(machine.told_in()) << 32U | machine.sequence();
    return std::exchange(held_[static_cast<std::size_t>(step.rank)], now) <= now;
  }

 private:
  std::vector<std::uint64_t> held_;  ///< [rank]: epoch and number
};

}  // namespace coordbench::testing::primary_backup
