#pragma once
// Yin et al., PODC 2019, theorem 2: if two blocks conflict, they cannot both be committed, each by a correct replica.

#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

struct Agreement {
  static constexpr std::string_view sentence =
      "Agreement: no two correct servers decide different blocks at one height, nor one server two branches";
  explicit Agreement(const Schedule& schedule) : executed_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    const parts::Certified& decided = server->core().rules.decided();
    bool is_one = is_at(decided.height, decided.block);
    executed_.visit_new(step, *server, [&](const parts::Block& block) { is_one &= is_at(block.height, block.digest); });
    return is_one && extends_executed(server->core().chain, parts::Core::tip_of(decided));
  }

 private:
  /// Whether nobody has decided another one there.
  bool is_at(parts::Height height, const Digest& block) { return digests_.emplace(height, block).first->second == block; }
  /// As far as the blocks between are here.
  static bool extends_executed(const parts::Chain& chain, parts::Tip decided) {
    if (decided.height <= chain.executed().height) return true;
    while (decided.height > chain.executed().height) {
      const parts::Block* block = chain.find(decided);
      if (!block) return true;
      decided = {decided.height - 1, block->parent};
    }
    return decided == chain.executed();
  }

  Executed executed_;
  std::map<parts::Height, Digest> digests_;
};

/// What a faulty leader invents has no signature of a client's, or of rank 0's where that asks.
struct Validity {
  static constexpr std::string_view sentence =
      "Validity: only what somebody asked for is executed, and with the bytes that were proposed";
  explicit Validity(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) const {
    return std::all_of(step.answered.begin(), step.answered.end(), [&world](const auto& answer) {
      return world.was_proposed(answer.operation) && answer.payload_is_right && answer.is_accepted;
    });
  }
};

/// Which includes those that have installed a state instead of executing block by block.
struct SameStates {
  static constexpr std::string_view sentence =
      "Same States: servers that have executed all blocks up to the same one are in the same state";
  explicit SameStates(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    const parts::Core& core = server->core();
    const State state{core.ledger.state().count(), core.ledger.state().digest(), core.chain.executed().digest};
    return states_.emplace(core.chain.executed().height, state).first->second == state;
  }

 private:
  struct State {
    std::uint32_t count, digest;
    Digest block;
    friend bool operator==(const State&, const State&) = default;
  };
  std::map<parts::Height, State> states_;
};

}  // namespace coordbench::testing::hotstuff
