#pragma once
// Which servers belong to the quorum system.

#include <algorithm>

#include "kernels/quorum_register.hpp"
#include "tests/safety/quorum_register/quorums.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct Replicas {
  static constexpr std::string_view sentence = "Replicas: the servers with copies are asked, and no others hold any";
  explicit Replicas(const Schedule& schedule) : replicas_(replicas_of(schedule.shape)) {}

  bool holds(const Step<QuorumRegister>& step, const auto& world) const {
    using Kind = QuorumRegister::Kind;
    if (step.rank >= replicas_ && world.machine(step.rank).held() != QuorumRegister::Stamp{}) return false;
    return std::all_of(step.sent.begin(), step.sent.end(), [this](const auto& sent) {
      const bool is_reply = sent.message.kind == Kind::held || sent.message.kind == Kind::stored;
      return is_reply || sent.to < replicas_;
    });
  }

 private:
  int replicas_;
};

}  // namespace coordbench::testing::quorum_register
