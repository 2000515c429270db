#pragma once
// The lock: one at a time.

#include <algorithm>

#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

/// An operation holds the lock from its grant until it sends the unlock; one of the server's own for an instant.
struct MutualExclusion {
  static constexpr std::string_view sentence = "Mutual exclusion: at most one operation holds the lock";
  explicit MutualExclusion(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::unlock) std::erase(holders_, Operation{sent.message.first});
    for (const auto& reached : step.reached)
      if (reached.mark == LockedCounter::granted && step.rank > 0) holders_.push_back(reached.operation);
    const bool is_own = step.rank == 0 && std::any_of(step.reached.begin(), step.reached.end(), [](const auto& reached) {
                          return reached.mark == LockedCounter::granted;
                        });
    return holders_.size() + (is_own ? 1 : 0) <= 1;
  }

 private:
  std::vector<Operation> holders_{};
};

}  // namespace coordbench::testing::locked_counter
