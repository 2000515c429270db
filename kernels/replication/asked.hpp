#pragma once
// What each client has asked a leader for last: a leader takes each client's operations once, in the order of asking.
// Source: Ongaro, Ousterhout 2014, 8.

#include "kernels/replication/state.hpp"

namespace coordbench::replication {

class Asked {
 public:
  Asked() { last_.fill(-1); }

  /// As many as are applied.
  void begin(const State& state) {
    for (std::size_t client = 0; client < static_cast<std::size_t>(state.turns().clients()); ++client)
      last_[client] = state.session(client).operation;
  }
  /// What the client that asks for this operation is to ask for next.
  [[nodiscard]] std::int32_t due(const State& state, std::int32_t operation) const {
    const std::uint32_t client = state.turns().of(operation).client;
    return state.next_of(client, last_[client]);
  }
  [[nodiscard]] bool is_due(const State& state, std::int32_t operation) const { return operation == due(state, operation); }
  void note(const State& state, std::int32_t operation) { last_[state.turns().of(operation).client] = operation; }

 private:
  std::array<std::int32_t, State::kSessionsMax> last_{};  ///< [client]; -1: nothing yet
};

}  // namespace coordbench::replication
