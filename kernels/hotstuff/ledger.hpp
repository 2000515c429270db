#pragma once
// What a server has executed: the replicated state, its answers, and the states at the last checkpoints, which are what it
// shows to servers that have fallen far behind. Two that have executed the same blocks show the same bytes.

#include "kernels/hotstuff/chain.hpp"
#include "kernels/replication/answers.hpp"

namespace coordbench::hotstuff {

class Ledger {
 public:
  struct Value {
    bool has_effect = false;
    std::uint32_t value = 0;
  };

  explicit Ledger(const Setting& setting)
      : state_(setting.sessions()),
        answers_(setting.sessions(), setting.chain_capacity() + static_cast<std::size_t>(setting.in_flight), 0,
                 setting.sessions() == 1),
        every_(setting.checkpoint()),
        earlier_(setting.earlier_answers()),
        checkpoints_(8, state_) {}

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] const replication::Answers& answers() const { return answers_; }

  /// A client's operations take effect in the order of asking, and once; a block out of turn has none.
  Value execute(const Block& block) {
    Value value;
    if (block.operation >= 0) {
      const std::uint32_t client = state_.turns().of(block.operation).client;
      value.has_effect = block.operation == state_.next_of(client, state_.session(client).operation);
    }
    if (value.has_effect) {
      value.value = state_.apply(block.operation);
      answers_.note(block.operation, block.height, value.value);
    }
    if (block.height % every_ == 0) checkpoint(block.height) = state_;
    return value;
  }
  /// Up to which height blocks may be forgotten: a server that lacks one has one whole checkpoint's time to ask.
  [[nodiscard]] Height compactable(Height executed) const {
    return executed < 2 * every_ ? 0 : (executed / every_ - 1) * every_;
  }

  /// The state after the block `base`, which is a checkpoint.
  [[gnu::noinline, gnu::cold]] void write_snapshot(const Tip& base, const Payload& to) {
    const State state = base.height == 0 ? State(state_.turns().clients()) : checkpoint(base.height);
    write(to, 0, base.digest);
    std::size_t at = sizeof(Digest);
    for (std::uint32_t number = 0; number < State::kParts; ++number, at += sizeof(State::Part))
      write(to, at, state.part(number));
    for_each_earlier(state, [&](std::int32_t operation) {
      std::uint32_t value = 0;
      if (operation < 0 || !answers_.recall(operation, value)) value = 0;
      write(to, at, value);
      at += sizeof value;
    });
  }
  [[gnu::noinline, gnu::cold]] void install(Height height, const Payload& from) {
    std::size_t at = sizeof(Digest);
    for (std::uint32_t number = 0; number < State::kParts; ++number, at += sizeof(State::Part))
      state_.set_part(number, read<State::Part>(from, at));
    checkpoint(height) = state_;
    for (std::size_t client = 0; client < static_cast<std::size_t>(state_.turns().clients()); ++client)
      if (const State::Session& last = state_.session(client); last.operation >= 0)
        answers_.note(last.operation, 0, last.value);
    for_each_earlier(state_, [&](std::int32_t operation) {
      if (operation >= 0) answers_.note(operation, 0, read<std::uint32_t>(from, at));
      at += sizeof(std::uint32_t);
    });
  }

 private:
  State& checkpoint(Height height) { return checkpoints_[height / every_ % checkpoints_.size()]; }
  /// The operations of each client before its last.
  template <class F>
  void for_each_earlier(const State& state, F&& f) const {
    const int clients = state.turns().clients();
    for (std::size_t client = 0; earlier_ > 0 && client < static_cast<std::size_t>(clients); ++client)
      for (std::size_t back = 1; back <= earlier_; ++back)
        f(state.session(client).operation - static_cast<std::int32_t>(back) * clients);
  }

  State state_;
  replication::Answers answers_;
  Height every_;
  std::size_t earlier_;
  std::vector<State> checkpoints_;  ///< [height / blocks between two, mod 8]
};

}  // namespace coordbench::hotstuff
