#pragma once
// What the invariants of HotStuff ask of a simulated world.

#include <map>

#include "kernels/hotstuff.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::hotstuff {

namespace parts = coordbench::hotstuff;

using Step = testing::Step<Hotstuff>;
using parts::Kind;
using parts::View;

/// The server that stepped, or nullptr for a client.
inline const Hotstuff* server_of(const Step& step, const auto& world) {
  return step.rank < world.shape().ranks ? &world.machine(step.rank) : nullptr;
}

/// What an operation was answered with, at the rank that asked for it.
inline std::uint32_t answer_to(const Hotstuff& machine, Operation operation) {
  if (machine.is_client()) return machine.client().value_of(operation);
  std::uint32_t value = UINT32_MAX;
  return machine.core().ledger.answers().recall(operation, value) ? value : UINT32_MAX;
}

/// Calls visit(block) for each block that the step has executed here, if it is not compacted yet.
class Executed {
 public:
  explicit Executed(const Schedule& schedule) : seen_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  void visit_new(const Step& step, const Hotstuff& server, auto&& visit) {
    const parts::Chain& chain = server.core().chain;
    parts::Height& seen = seen_[static_cast<std::size_t>(step.rank)];
    for (seen = std::max(seen, chain.base().height); seen < chain.executed().height;) visit(chain[++seen]);
  }

 private:
  std::vector<parts::Height> seen_;  ///< [rank]
};

}  // namespace coordbench::testing::hotstuff
