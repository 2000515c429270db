#pragma once
// What one rank knows of its transactions, and of the other ranks in each. All of it is written before the message that tells
// of it leaves, so it survives a crash.

#include <algorithm>

#include "kernels/commit/log.hpp"
#include "kernels/three_phase/setting.hpp"

namespace coordbench::three_phase {

/// What a rank waits for in a transaction that is open.
enum class Stage : std::uint8_t {
  voting,          ///< the coordinator: for votes
  pre_committing,  ///< whoever leads: for acknowledgements of its pre-commit
  telling,         ///< the coordinator: for acknowledgements of its decision
  waiting,         ///< a participant: for the coordinator
  seeking,         ///< a participant: for a lower rank that has been up all the time, and should lead
  gathering,       ///< the lowest rank that has been up all the time: for the states of the others
  recovered        ///< a rank that has crashed since it voted: for somebody who knows the decision
};

/// Another rank, as it is known here.
enum class Peer : std::uint8_t { silent, uncertain, pre_committed, recovered_uncertain, recovered_pre_committed, left };

struct Transaction {
  Operation operation = -1;
  std::int64_t answers_due = 0;
  commit::Outcome outcome = commit::undecided;
  Stage stage = Stage::waiting;
  bool open = false;  ///< the coordinator has not ended it; a participant that voted yes has not learned the decision
  bool refused = false;
  bool pre_committed = false;
  Time alarm = kNever;
  Payload payload{};
};

/// The newest decisions, for ranks that ask after a crash: a slot of the log is used again sooner.
class Decisions {
 public:
  void remember(Operation k, commit::Outcome outcome) { slot(k) = {static_cast<std::uint32_t>(k) + 1, outcome}; }
  [[nodiscard]] commit::Outcome of(Operation k) const {
    const Known& known = known_[static_cast<std::size_t>(k) % kRemembered];
    return known.next == static_cast<std::uint32_t>(k) + 1 ? known.outcome : commit::undecided;
  }

 private:
  static constexpr std::size_t kRemembered = 1024;
  struct Known {
    std::uint32_t next = 0;  ///< the transaction's number and 1; 0: none yet
    commit::Outcome outcome = commit::undecided;
  };
  Known& slot(Operation k) { return known_[static_cast<std::size_t>(k) % kRemembered]; }

  std::vector<Known> known_ = std::vector<Known>(kRemembered);
};

struct Log : commit::LogOf<Transaction> {
  Log(const Shape& shape, Rank self_)
      : LogOf(shape, self_),
        roles(shape),
        ranks(shape.ranks),
        is_acknowledged(shape["final_acknowledgement"] != 0),
        peers_(self_ == 0 || timeout > 0 ? size() * static_cast<std::size_t>(ranks) : 0) {}

  /// [rank]
  [[nodiscard]] Peer* peers_of(const Transaction& transaction) {
    return peers_.data() + index(transaction.operation) * static_cast<std::size_t>(ranks);
  }
  void forget_peers_of(const Transaction& transaction) { std::fill_n(peers_of(transaction), ranks, Peer::silent); }

  Roles roles;
  Rank ranks;
  bool is_acknowledged;  ///< whether the decision is
  Decisions decisions{};

 private:
  std::vector<Peer> peers_;  ///< [slot, rank]
};

}  // namespace coordbench::three_phase
