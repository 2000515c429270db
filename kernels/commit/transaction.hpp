#pragma once
// What one rank of two-phase commit with a coordinator knows of its transactions.

#include "kernels/commit/atomic_commitment.hpp"
#include "kernels/commit/log.hpp"

namespace coordbench::commit {

/// One rank's view of one transaction. A participant's alarm is set while it is uncertain.
struct Transaction {
  Operation operation = -1;
  std::int64_t answers_due = 0;  ///< at the coordinator: votes, then acknowledgements
  bool refused = false;          ///< somebody voted no
  Outcome outcome = undecided;
  bool open = false;  ///< not ended at the coordinator; not left at a participant
  Rank turn = 0;      ///< at a coordinator that speaks to one participant after the other: to whom it spoke last
  Time alarm = kNever;
  Payload payload{};
};

/// A slot is used again once its transaction has been left.
struct Log : LogOf<Transaction> {
  Log(const Shape& shape, Rank self_) : LogOf(shape, self_), roles(shape) {}

  Roles roles;
};

}  // namespace coordbench::commit
