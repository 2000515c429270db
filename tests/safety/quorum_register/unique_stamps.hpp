#pragma once
// What orders the values of a register tells any two of them apart.

#include <algorithm>
#include <vector>

#include "kernels/quorum_register.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct UniqueStamps {
  static constexpr std::string_view sentence = "Unique stamps: a write has one stamp, and no other write has it";
  explicit UniqueStamps(const Schedule& schedule) : stamps_(static_cast<std::size_t>(schedule.operations)) {}

  bool holds(const Step<QuorumRegister>& step, const auto& world) {
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      const bool writes = QuorumRegister::kind(world.shape(), sent.message.first) == 0;
      return sent.message.kind != QuorumRegister::Kind::store || !writes || is_its_own(sent.message);
    });
  }

 private:
  bool is_its_own(const QuorumRegister::Message& message) {
    auto& known = stamps_[message.first];
    if (known == message.stamp) return true;
    if (known != kNone || std::find(stamps_.begin(), stamps_.end(), message.stamp) != stamps_.end()) return false;
    known = message.stamp;
    return true;
  }

  static constexpr QuorumRegister::Stamp kNone{};  ///< the initial value's, which no write may have
  std::vector<QuorumRegister::Stamp> stamps_;      ///< [operation]
};

}  // namespace coordbench::testing::quorum_register
