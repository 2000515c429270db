#pragma once
// What clients have asked of one replica and it has not carried out yet. A client has a place for each operation that it may
// have open.

#include <bit>

#include "kernels/pbft/setting.hpp"

namespace coordbench::pbft {

class Pending {
 public:
  struct Asked {
    Operation operation = -1;  ///< -1: none
    bool is_done = false;      ///< it came with another replica's state, and is kept for its answer
    Payload payload{};
    std::uint64_t order = 0;  ///< of coming
  };

  explicit Pending(const Setting& setting)
      : turns_(setting.sessions()),
        mask_(std::bit_ceil(static_cast<std::size_t>(setting.in_flight)) - 1),
        asked_((mask_ + 1) * static_cast<std::size_t>(setting.sessions())) {}

  [[nodiscard]] bool is_empty() const { return count_ == 0; }
  [[nodiscard]] const Asked* find(Operation operation) const {
    const Asked& asked = asked_[place(operation)];
    return asked.operation == operation && !asked.is_done ? &asked : nullptr;
  }
  [[nodiscard]] const Asked* find_done(Operation operation) const {
    const Asked& asked = asked_[place(operation)];
    return asked.operation == operation && asked.is_done ? &asked : nullptr;
  }
  /// A client that asks for a later operation in the same place has been answered the earlier one.
  void add(Operation operation, Payload payload) {
    Asked& asked = asked_[place(operation)];
    if (asked.operation >= operation) return;
    if (asked.operation < 0 || asked.is_done) ++count_;
    asked = {operation, false, std::move(payload), ++came_};
  }
  void remove(Operation operation) {
    Asked& asked = asked_[place(operation)];
    if (asked.operation < 0 || asked.operation > operation) return;
    if (!asked.is_done) --count_;
    asked = {};
  }
  /// Which has waited longest of those that may be carried out next; -1: none.
  template <class IsDue>
  [[nodiscard]] Operation longest(IsDue&& is_due) const {
    const Asked* longest = nullptr;
    for_each([&](const Asked& asked) {
      if (is_due(asked.operation) && (!longest || asked.order < longest->order)) longest = &asked;
    });
    return longest ? longest->operation : -1;
  }
  /// Calls visit(asked) for each.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Asked& asked : asked_)
      if (asked.operation >= 0 && !asked.is_done) visit(asked);
  }
  /// Calls visit(operation) for each operation that is_done(operation).
  template <class IsDone, class Visit>
  void note_done(IsDone&& is_done, Visit&& visit) {
    for (Asked& asked : asked_)
      if (asked.operation >= 0 && !asked.is_done && is_done(asked.operation)) {
        asked.is_done = true;
        --count_;
        visit(asked.operation);
      }
  }

 private:
  [[nodiscard]] std::size_t place(Operation operation) const {
    const replication::Turn turn = turns_.of(operation);
    return turn.client * (mask_ + 1) + (turn.number & mask_);
  }

  replication::Turns turns_;
  std::size_t mask_;
  std::vector<Asked> asked_;  ///< [client][turn mod the operations in flight]
  int count_ = 0;
  std::uint64_t came_ = 0;
};

}  // namespace coordbench::pbft
