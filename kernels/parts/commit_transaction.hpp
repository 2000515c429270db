#pragma once
// What one rank knows of its transactions, and the messages that change it. All of it is written before the message that tells
// of it leaves (the forced log records of Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, section 2), so it survives a crash.

#include <algorithm>
#include <bit>

#include "kernels/parts/commit_roles.hpp"

namespace coordbench {

enum class CommitKind : std::uint8_t { prepare, vote_yes, vote_no, vote_read_only, commit, abort, acknowledge, inquire };

struct CommitMessage {
  static constexpr int count = 1;  ///< every message is of one transaction
  std::uint32_t first;             ///< the transaction
  CommitKind kind;

  static CommitMessage of(Operation operation, CommitKind kind) {
    return {.first = static_cast<std::uint32_t>(operation), .kind = kind};
  }
};

/// The marks of a transaction, in their order.
enum CommitMark : int { commit_decided, commit_learned, commit_ended };

/// One rank's view of one transaction. A participant's alarm is set while it is uncertain.
struct CommitTransaction {
  Operation operation = -1;
  std::int64_t votes_due = 0;
  std::int64_t acks_due = 0;
  bool refused = false;  ///< somebody voted no
  CommitRoles::Outcome outcome = CommitRoles::undecided;
  bool open = true;  ///< not ended at the coordinator; not left at a participant
  Time alarm = kNever;
  Payload payload{};
};

/// A transaction's slot is used again by a later one once this one has been left.
struct CommitLog {
  using Transaction = CommitTransaction;

  CommitLog(const Shape& shape, Rank self_)
      : roles(shape), self(self_), timeout(shape["timeout_us"] * 1000), transactions(slots(shape)) {}

  static std::size_t slots(const Shape& shape) { return std::bit_ceil(2 * static_cast<std::size_t>(shape.in_flight)); }
  [[nodiscard]] std::size_t index(Operation operation) const {
    return static_cast<std::size_t>(operation) & (transactions.size() - 1);
  }
  Transaction& slot(Operation operation) { return transactions[index(operation)]; }
  [[nodiscard]] const Transaction& slot(Operation operation) const { return transactions[index(operation)]; }

  void set_alarm(Transaction& transaction, Time now) const {
    if (timeout > 0) transaction.alarm = now + timeout;
  }
  [[nodiscard]] Time earliest_alarm() const {
    Time earliest = kNever;
    for (const Transaction& transaction : transactions) earliest = std::min(earliest, transaction.alarm);
    return earliest;
  }

  CommitRoles roles;
  Rank self;
  Time timeout;
  std::vector<Transaction> transactions;
};

}  // namespace coordbench
