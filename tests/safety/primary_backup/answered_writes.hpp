#pragma once
// The writes that have been answered, by their numbers, and how many of them a new primary lacks.

#include <algorithm>
#include <vector>

#include "kernels/primary_backup.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::primary_backup {

/// Calls f(operation) for each write that the primary answered in this step.
template <class F>
void for_each_answered_write(const Step<PrimaryBackup>& step, const auto& world, F&& f) {
  for (const auto& sent : step.sent)
    if (sent.message.kind == PrimaryBackup::Kind::written) f(static_cast<Operation>(sent.message.first));
  const bool is_primary = world.machine(step.rank).primary() == step.rank;
  for (const auto& answer : step.answered)
    if (is_primary && PrimaryBackup::kind(world.shape(), answer.operation) == 0) f(answer.operation);
}

class AnsweredWrites {
 public:
  /// How many answered writes are lost in this step: the rank becomes the primary, and holds an older one.
  std::int64_t lost_in(const Step<PrimaryBackup>& step, const auto& world) {
    const PrimaryBackup& machine = world.machine(step.rank);
    std::int64_t lost = 0;
    if (step.cause == Cause::configure && !machine.is_out() && machine.primary() == step.rank)
      lost =
          static_cast<std::int64_t>(std::erase_if(numbers_, [&](std::uint32_t number) { return number > machine.sequence(); }));
    for_each_answered_write(step, world, [&](Operation k) {
      const std::uint32_t number = machine.number_of(k);
      if (std::find(numbers_.begin(), numbers_.end(), number) == numbers_.end()) numbers_.push_back(number);
    });
    return lost;
  }

 private:
  std::vector<std::uint32_t> numbers_{};
};

}  // namespace coordbench::testing::primary_backup
