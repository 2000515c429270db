#pragma once
// What one rank knows of its transactions. All of it is written before the message that tells of it leaves (the forced log
// records of Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, section 2), so it survives a crash.

#include "kernels/commit/atomic_commitment.hpp"
#include "kernels/parts/window.hpp"

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

/// A transaction's slot is used again by a later one once this one has been left.
struct Log : Window<Transaction> {
  Log(const Shape& shape, Rank self_)
      : Window(shape, 1), roles(shape), self(self_), timeout(shape["timeout_us"] * 1000), replicate(shape["replicate"]) {}

  void set_alarm(Transaction& transaction, Time now) const {
    if (timeout > 0) transaction.alarm = now + timeout;
  }
  [[nodiscard]] Time earliest_alarm() const {
    Time earliest = kNever;
    for (const Transaction& transaction : *this) earliest = std::min(earliest, transaction.alarm);
    return earliest;
  }

  Roles roles;
  Rank self;
  Time timeout;
  std::int64_t replicate;
};

}  // namespace coordbench::commit
