#pragma once
// What resource managers, acceptors and leaders of Paxos Commit say to each other, and which ranks are acceptors.
// Source: Gray, Lamport, ACM TODS 31(1) 2006, sections 4 and 5.

#include <algorithm>

#include "kernels/commit/commitment.hpp"

namespace coordbench::paxos_commit {

/// What an instance of Paxos decides: the vote of one resource manager. Of a transaction it says whether all are prepared.
enum class Value : std::uint8_t { none, prepared, aborted };

inline commit::Outcome outcome_of(Value value) { return value == Value::prepared ? commit::committed : commit::aborted; }
inline Value value_of(commit::Outcome outcome) { return outcome == commit::committed ? Value::prepared : Value::aborted; }

/// Ballot 0 of an instance belongs to its resource manager. Acceptor a leads the ballots a + i (2F + 1), i > 0.
using Ballot = std::uint32_t;

/// A vote is a phase 2a message of ballot 0, of one instance. The other messages are of all instances of a transaction.
enum class Kind : std::uint8_t { prepare, vote, phase_1a, phase_1b, phase_2a, phase_2b, refused, decision, inquire, learned };

struct Message {
  std::uint32_t first;  ///< the transaction
  Kind kind;
  Value value = Value::none;
  std::uint16_t count = 1;  ///< 0 if the message is background
  Ballot ballot = 0;
  Ballot accepted = 0;        ///< phase 1b: the last ballot in which the acceptor has accepted values; they are the payload
  std::uint32_t settled = 0;  ///< the sender has learned the outcome of every transaction before this one
};
using Out = Outbox<Message>;

/// Ranks 0 … 2F are acceptors. As long as nothing fails, the first F + 1 of them are used.
struct Group {
  explicit Group(const Shape& shape)
      : ranks(shape.ranks),
        faults(static_cast<int>(shape["faults"] < 0 ? std::min((shape.ranks - 1) / 2, 1) : shape["faults"])) {}
  [[nodiscard]] int quorum() const { return faults + 1; }
  [[nodiscard]] int acceptors() const { return 2 * faults + 1; }

  int ranks, faults;
};

}  // namespace coordbench::paxos_commit
