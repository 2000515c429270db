#pragma once
// What a server was asked for and has not executed, each client's operations in their order.

#include "kernels/hotstuff/block.hpp"

namespace coordbench::hotstuff {

class Pending {
 public:
  struct Asked : Request {
    bool is_mine = false;  ///< this server was asked itself
    Height since = 0;      ///< what it had executed then
  };

  explicit Pending(const Setting& setting)
      : turns_(setting.sessions()),
        mask_(std::bit_ceil(2 * static_cast<std::size_t>(setting.in_flight)) - 1),
        patience_(2 * static_cast<Height>(setting.window) + 8),
        asked_((mask_ + 1) * static_cast<std::size_t>(setting.sessions())) {}

  [[nodiscard]] bool is_empty() const { return count_ == 0; }
  /// Null if the operation is not here.
  [[nodiscard]] const Asked* find(std::int32_t operation) const {
    const Asked& asked = asked_[slot(operation)];
    return asked.operation == operation ? &asked : nullptr;
  }
  /// Whether an operation that is not executed in `state` is near enough to wait here.
  [[nodiscard]] bool admits(std::int32_t operation, const State& state) const {
    const Turn turn = turns_.of(operation);
    const std::int32_t last = state.session(turn.client).operation;
    const std::uint32_t done = last < 0 ? 0 : turns_.of(last).number + 1;
    return turn.number >= done && turn.number - done <= mask_;
  }
  /// The first bytes stay, but what this server was asked for itself takes the place of what others say.
  void add(Asked asked) {
    Asked& place = asked_[slot(asked.operation)];
    if (place.operation == asked.operation && (place.is_mine || !asked.is_mine)) return;
    if (place.operation < 0) ++count_;
    place = std::move(asked);
  }
  /// It is executed; whether this server was asked for it itself.
  bool remove(std::int32_t operation) {
    Asked& asked = asked_[slot(operation)];
    if (asked.operation != operation) return false;
    --count_;
    const bool was_mine = asked.is_mine;
    asked = {};
    return was_mine;
  }
  /// Of the operations that are next in their turn, whether one has seen more blocks pass than a fair leader would let pass.
  [[nodiscard]] bool is_overtaken(const State& state, Height executed) const {
    for (std::uint32_t client = 0; client < static_cast<std::uint32_t>(turns_.clients()); ++client)
      if (const Asked* next = find(state.next_of(client, state.session(client).operation)))
        if (executed - next->since > patience_) return true;
    return false;
  }
  /// Those that `state` has executed, by another way than block by block, wait no longer. Calls f(operation, is_mine) for
  /// each.
  template <class F>
  void remove_executed(const State& state, F&& f) {
    for (Asked& asked : asked_)
      if (asked.operation >= 0 && asked.operation <= state.session(turns_.of(asked.operation).client).operation) {
        const std::int32_t operation = asked.operation;
        f(operation, remove(operation));
      }
  }
  /// Calls f(request) for each that this server was asked for itself.
  template <class F>
  void for_each_mine(F&& f) const {
    for (const Asked& asked : asked_)
      if (asked.operation >= 0 && asked.is_mine) f(asked);
  }

 private:
  [[nodiscard]] std::size_t slot(std::int32_t operation) const {
    const Turn turn = turns_.of(operation);
    return turn.client * (mask_ + 1) + (turn.number & mask_);
  }

  Turns turns_;
  std::size_t mask_;
  Height patience_;
  std::vector<Asked> asked_;  ///< [client, turn mod twice the operations in flight]
  int count_ = 0;
};

}  // namespace coordbench::hotstuff
