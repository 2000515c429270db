#pragma once
// The answers to operations that were applied not long ago: each one's place in the log, and its value. A client may ask again
// for any operation that it has open.
// Source: Ongaro, Ousterhout 2014, 7 (snapshots), 8 (client interaction).

#include <bit>

#include "kernels/replication/state.hpp"

namespace coordbench::replication {

class Answers {
 public:
  struct Place {
    Operation operation = -1;
    std::uint32_t index = 0;
    std::uint32_t value = 0;
  };

  /// Of so many clients, the last `each` operations, rounded up to a power of two. In a snapshot `parts` parts are about one
  /// client. `counts_in_order`: one client, whose operations are counted without a gap.
  Answers(int clients, std::size_t each, std::uint32_t parts, bool counts_in_order)
      : turns_(clients),
        mask_(std::bit_ceil(each) - 1),
        parts_(parts),
        counts_in_order_(counts_in_order),
        places_((mask_ + 1) * static_cast<std::size_t>(clients)) {}

  void note(Operation operation, std::uint32_t index, std::uint32_t value) {
    places_[slot(operation)] = {operation, index, value};
  }
  /// Of the operation, or of another one if this one is not known any more.
  [[nodiscard]] const Place& place_of(Operation operation) const { return places_[slot(operation)]; }
  /// The value of an operation applied not long ago; false if it is not known any more.
  bool recall(Operation operation, std::uint32_t& value) const {
    const Place& place = places_[slot(operation)];
    value = place.value;
    return place.operation == operation;
  }

  /// The same of one that is applied in `state`. A session keeps its last; those before it are known if they were applied here,
  /// or if all are counted in order.
  bool recall_again(Operation operation, const State& state, std::uint32_t& value) const {
    const State::Session& session = state.session(turns_.of(operation).client);
    value = session.value - static_cast<std::uint32_t>(session.operation - operation);
    return session.operation == operation || counts_in_order_ || recall(operation, value);
  }

  /// 7, 8: of a snapshot of what is applied; first the state, then what each client was answered before the last.
  [[nodiscard]] State::Part part(std::uint32_t number, const State& state) const {
    if (number < State::kParts) return state.part(number);
    State::Part answers;
    recall(earlier(number, 0, state), answers.one);
    recall(earlier(number, 1, state), answers.two);
    return answers;
  }
  /// Once the state of the snapshot is installed.
  void learn(std::uint32_t number, State::Part answers, const State& state) {
    // A session's last operation will be an earlier one, of which the session tells nothing.
    const State::Session& last = state.session((number - State::kParts) / parts_);
    if (last.operation >= 0) note(last.operation, 0, last.value);
    for (const std::uint32_t which : {0U, 1U})
      if (const Operation operation = earlier(number, which, state); operation >= 0)
        note(operation, 0, which == 0 ? answers.one : answers.two);
  }

 private:
  /// The operation whose answer this part of a snapshot holds; below 0 if it holds none.
  [[nodiscard]] Operation earlier(std::uint32_t number, std::uint32_t which, const State& state) const {
    const std::uint32_t place = number - State::kParts, client = place / parts_;
    const auto turns_back = static_cast<Operation>(1 + 2 * (place - client * parts_) + which);
    return state.session(client).operation - turns_back * turns_.clients();
  }
  /// Clients drift apart without bound, so each has a part of its own.
  [[nodiscard]] std::size_t slot(Operation operation) const {
    const Turn turn = turns_.of(operation);
    return turn.client * (mask_ + 1) + (turn.number & mask_);
  }

  Turns turns_;
  std::size_t mask_;
  std::uint32_t parts_;
  bool counts_in_order_;
  std::vector<Place> places_;  ///< [client, turn mod `each`]
};

}  // namespace coordbench::replication
