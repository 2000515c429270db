#pragma once
// Why a read that follows a write meets it at some server.

#include <algorithm>
#include <vector>

#include "tests/safety/quorum_register/age.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct Majority {
  static constexpr std::string_view sentence =
      "Majority: when a write ends, a majority of the servers holds its value or a newer one";
  explicit Majority(const Schedule& schedule) : stamps_(static_cast<std::size_t>(schedule.operations)) {}

  bool holds(const Step<QuorumRegister>& step, const auto& world) {
    for (const auto& sent : step.sent)
      if (sent.message.kind == QuorumRegister::Kind::store && sent.message.stamp.writer == sent.message.first + 1)
        stamps_[sent.message.first] = sent.message.stamp;
    return std::all_of(step.answered.begin(), step.answered.end(), [&](const auto& answer) {
      const bool is_write = QuorumRegister::kind(world.shape(), answer.operation) == 0;
      return !is_write || is_held_by_majority(stamps_[static_cast<std::size_t>(answer.operation)], world);
    });
  }

 private:
  static bool is_held_by_majority(const QuorumRegister::Stamp& stamp, const auto& world) {
    int holders = 0;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) holders += age(world.machine(rank).held()) >= age(stamp) ? 1 : 0;
    return 2 * holders > world.shape().ranks;
  }

  std::vector<QuorumRegister::Stamp> stamps_;  ///< [operation]: of the value that it wrote
};

}  // namespace coordbench::testing::quorum_register
