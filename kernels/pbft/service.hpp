#pragma once
// The service that is replicated: a counter that each operation reads and increments, a session for each client, and each
// client's last answers. All of it is in a checkpoint, because a replica that answers wrongly is as bad as a traitor.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.1 (the last reply to each client is part of the state).

#include "kernels/pbft/words.hpp"
#include "kernels/replication/state.hpp"

namespace coordbench::pbft {

class Service {
 public:
  using State = replication::State;

  /// Each client has at most `in_flight` operations open.
  Service(int sessions, int in_flight)
      : state_(sessions),
        mask_(std::bit_ceil(static_cast<std::size_t>(in_flight)) - 1),
        values_(sessions > 1 ? (mask_ + 1) * static_cast<std::size_t>(sessions) : 0) {}

  [[nodiscard]] const State& state() const { return state_; }
  /// A client's operations are carried out once, and in the order of asking.
  [[nodiscard]] bool is_in_turn(Operation operation) const {
    const std::uint32_t client = state_.turns().of(operation).client;
    return operation == state_.next_of(client, state_.session(client).operation);
  }
  [[nodiscard]] bool is_done(Operation operation) const {
    return operation <= state_.session(state_.turns().of(operation).client).operation;
  }
  /// What the next operation finds.
  [[nodiscard]] std::uint32_t next_value() const { return state_.count(); }
  std::uint32_t apply(Operation operation) {
    const std::uint32_t value = state_.apply(static_cast<std::int32_t>(operation));
    if (!values_.empty()) values_[slot(operation)] = value;
    return value;
  }
  /// Of an operation that is done; false if it is so old that nobody asks for it any more.
  [[nodiscard]] bool recall(Operation operation, std::uint32_t& value) const {
    const replication::Turn turn = state_.turns().of(operation);
    const auto last = state_.turns().of(state_.session(turn.client).operation).number;
    value = values_.empty() ? static_cast<std::uint32_t>(operation) : values_[slot(operation)];
    return last - turn.number <= mask_;
  }
  /// For those who watch.
  [[nodiscard]] const std::vector<std::uint32_t>& last_answers() const { return values_; }

  // ---- in a checkpoint -----------------------------------------------------------------------------------------------

  [[nodiscard]] std::size_t bytes() const { return 4 * (2 * State::kParts + values_.size()); }
  void write(const Payload& payload) const {
    Writer writer(payload);
    for (std::uint32_t number = 0; number < State::kParts; ++number) {
      const State::Part part = state_.part(number);
      writer.put(part.one);
      writer.put(part.two);
    }
    for (const std::uint32_t value : values_) writer.put(value);
  }
  void read(const Payload& payload) {
    Reader reader(payload);
    for (std::uint32_t number = 0; number < State::kParts; ++number) {
      const std::uint32_t one = reader.take();
      state_.set_part(number, {one, reader.take()});
    }
    for (std::uint32_t& value : values_) value = reader.take();
  }

 private:
  [[nodiscard]] std::size_t slot(Operation operation) const {
    const replication::Turn turn = state_.turns().of(operation);
    return turn.client * (mask_ + 1) + (turn.number & mask_);
  }

  State state_;
  std::size_t mask_;
  std::vector<std::uint32_t> values_;  ///< [client][turn mod those in flight]; of one client: its operations' numbers
};

}  // namespace coordbench::pbft
