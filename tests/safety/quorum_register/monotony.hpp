#pragma once
// A copy of the register never goes back.

#include <utility>
#include <vector>

#include "tests/safety/quorum_register/age.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct Monotony {
  static constexpr std::string_view sentence = "Monotony: no server replaces its value by an older one";
  explicit Monotony(const Schedule& schedule) : held_(static_cast<std::size_t>(schedule.shape.members())) {}

  bool holds(const Step<QuorumRegister>& step, const auto& world) {
    auto& before = held_[static_cast<std::size_t>(step.rank)];
    const std::uint64_t now = age(world.machine(step.rank).held());
    return std::exchange(before, now) <= now;
  }

 private:
  std::vector<std::uint64_t> held_;  ///< [rank]
};

}  // namespace coordbench::testing::quorum_register
