#pragma once
// Why a read that follows a write meets it at some server.

#include <algorithm>
#include <vector>

#include "tests/safety/quorum_register/age.hpp"
#include "tests/safety/quorum_register/quorums.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct WriteQuorum {
  static constexpr std::string_view sentence = "Write quorum: when a write ends, W servers hold its value or a newer one";
  explicit WriteQuorum(const Schedule& schedule)
      : quorum_(write_quorum_of(schedule.shape)), stamps_(static_cast<std::size_t>(schedule.operations)) {}

  bool holds(const Step<QuorumRegister>& step, const auto& world) {
    for (const auto& sent : step.sent)
      if (sent.message.kind == QuorumRegister::Kind::store && sent.message.stamp.writer == sent.message.first + 1)
        stamps_[sent.message.first] = sent.message.stamp;
    return std::all_of(step.answered.begin(), step.answered.end(), [&](const auto& answer) {
      const bool is_write = QuorumRegister::kind(world.shape(), answer.operation) == 0;
      return !is_write || is_held_by_enough(stamps_[static_cast<std::size_t>(answer.operation)], world);
    });
  }

 private:
  bool is_held_by_enough(const QuorumRegister::Stamp& stamp, const auto& world) const {
    int holders = 0;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) holders += age(world.machine(rank).held()) >= age(stamp) ? 1 : 0;
    return holders >= quorum_;
  }

  int quorum_;
  std::vector<QuorumRegister::Stamp> stamps_;  ///< [operation]: of the value that it wrote
};

}  // namespace coordbench::testing::quorum_register
