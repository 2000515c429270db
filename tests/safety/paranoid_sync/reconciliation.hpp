#pragma once
// How a change gets from one rank to another.

#include "tests/safety/paranoid_sync/state.hpp"

namespace coordbench::testing::paranoid_sync {

struct Reconciliation {
  static constexpr std::string_view sentence =
      "Reconciliation: a rank takes a newer state, answers an older version with its state and a newer one with its version, "
      "and tells of what it has";
  explicit Reconciliation(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) const {
    const std::uint32_t has = world.machine(step.rank).version();
    const auto of_state = [](const auto& sent) { return sent.message.kind >= Kind::state; };
    for (const auto& sent : step.sent)
      if (of_state(sent) && (sent.message.version != has || sent.message.first != has - 1)) return false;
    if (step.cause != Cause::deliver) return true;
    const std::uint32_t comes = step.message->version;
    const auto told = std::count_if(step.sent.begin(), step.sent.end(), of_state);
    if (step.message->kind == Kind::state && comes > has) return false;
    if (step.message->kind != Kind::digest || comes == has) return told == 0;
    return told == 1 && step.sent[0].to == step.from && step.sent[0].message.kind == (comes < has ? Kind::state : Kind::digest);
  }
};

}  // namespace coordbench::testing::paranoid_sync
