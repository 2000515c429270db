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
    Payload payload{};
  };

  explicit Pending(const Setting& setting)
      : turns_(setting.sessions()),
        mask_(std::bit_ceil(static_cast<std::size_t>(setting.in_flight)) - 1),
        asked_((mask_ + 1) * static_cast<std::size_t>(setting.sessions())) {}

  [[nodiscard]] bool is_empty() const { return count_ == 0; }
  [[nodiscard]] const Asked* find(Operation operation) const {
    const Asked& asked = asked_[place(operation)];
    return asked.operation == operation ? &asked : nullptr;
  }
  /// A client that asks for a later operation in the same place has been answered the earlier one.
  void add(Operation operation, Payload payload) {
    Asked& asked = asked_[place(operation)];
    if (asked.operation >= operation) return;
    if (asked.operation < 0) ++count_;
    asked = {operation, std::move(payload)};
  }
  void remove(Operation operation) {
    Asked& asked = asked_[place(operation)];
    if (asked.operation < 0 || asked.operation > operation) return;
    asked = {};
    --count_;
  }
  /// Calls visit(asked) for each.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Asked& asked : asked_)
      if (asked.operation >= 0) visit(asked);
  }
  template <class IsDone>
  void remove_if(IsDone&& is_done) {
    for (Asked& asked : asked_)
      if (asked.operation >= 0 && is_done(asked.operation)) {
        asked = {};
        --count_;
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
};

}  // namespace coordbench::pbft
