#pragma once
// Lamport, "Paxos made simple", 2001, 2.2, phases 1 and 2a; quorums of phase 1 as in Howard, Malkhi, Spiegelman 2016. What a
// server that prepares is told is followed here from the messages alone.

#include <set>

#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

/// What one server was told about the ballot that it prepares.
class Told {
 public:
  void hear(Rank from, const paxos::Message& message) {
    if (message.ballot < ballot_) return;  // it is late
    if (message.ballot > ballot_) *this = {}, ballot_ = message.ballot;
    Said& said = said_[from];
    if (message.kind == Kind::promise) said.values = message.slots;
    if (message.kind != Kind::promised_value) return;
    said.slots.insert(message.index);
    Value& highest = highest_[message.index];
    if (message.value_ballot > highest.ballot) highest = {message.value_ballot, static_cast<std::int32_t>(message.first)};
  }
  /// Who has promised the ballot and said all that it had accepted.
  [[nodiscard]] int promises(paxos::Ballot ballot) const {
    return ballot != ballot_ ? 0 : static_cast<int>(std::count_if(said_.begin(), said_.end(), [](const auto& one) {
      return one.second.slots.size() >= one.second.values;
    }));
  }
  [[nodiscard]] Value highest(paxos::Ballot ballot, paxos::Index index) const {
    const auto found = highest_.find(index);
    return ballot != ballot_ || found == highest_.end() ? Value{} : found->second;
  }

 private:
  struct Said {
    std::size_t values = SIZE_MAX;
    std::set<paxos::Index> slots{};
  };
  paxos::Ballot ballot_ = 0;
  std::map<Rank, Said> said_;
  std::map<paxos::Index, Value> highest_;
};

/// Whether the step has made a leader, and of which ballot.
class Beginnings {
 public:
  explicit Beginnings(const Schedule& schedule)
      : told(static_cast<std::size_t>(schedule.shape.ranks)),
        led_(static_cast<std::size_t>(schedule.shape.ranks), schedule.shape["leader"] == 0 ? schedule.shape.ranks : 0) {}

  bool saw(const Step& step, const paxos::Replica& server) {
    const auto rank = static_cast<std::size_t>(step.rank);
    if (step.message && (step.message->kind == Kind::promise || step.message->kind == Kind::promised_value))
      told[rank].hear(step.from, *step.message);
    if (!server.ballots.leads() || led_[rank] == server.ballots.promised()) return false;
    led_[rank] = server.ballots.promised();
    return true;
  }

  std::vector<Told> told;  ///< [rank]

 private:
  std::vector<paxos::Ballot> led_;  ///< [rank]: the last ballot it led; rank 0's first one is given to it
};

struct Quorum {
  static constexpr std::string_view sentence =
      "Quorum: who leads a ballot has the promises of a quorum of phase 1, with all values that they had accepted";
  explicit Quorum(const Schedule& schedule) : beginnings_(schedule), q1_(paxos::Setting(schedule.shape).q1) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    if (!server || !beginnings_.saw(step, *server)) return true;
    return beginnings_.told[static_cast<std::size_t>(step.rank)].promises(server->ballots.promised()) + 1 >= q1_;
  }

 private:
  Beginnings beginnings_;
  int q1_;
};

struct HighestBallot {
  static constexpr std::string_view sentence =
      "Highest Ballot: a leader proposes, for each slot not known to be chosen, the value of the highest ballot that it was "
      "told";
  explicit HighestBallot(const Schedule& schedule)
      : beginnings_(schedule), accepted_(schedule), own_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    if (!server) return true;
    std::map<paxos::Index, Value>& own = own_[static_cast<std::size_t>(step.rank)];
    const bool begins = beginnings_.saw(step, *server);
    const Told& told = beginnings_.told[static_cast<std::size_t>(step.rank)];
    const paxos::Ballot ballot = server->ballots.promised();
    bool is_right = true;
    accepted_.visit_new(step, *server, [&](paxos::Index index, Value value) {
      Value highest = told.highest(ballot, index);
      if (const auto known = own.find(index); known != own.end() && known->second.ballot >= highest.ballot)
        highest = known->second;
      const bool is_open = highest.ballot > 0 && index > server->commit_index;
      is_right &= !begins || !is_open || value.operation == highest.operation;
      own[index] = value;
    });
    return is_right;
  }

 private:
  Beginnings beginnings_;
  Accepted accepted_;
  std::vector<std::map<paxos::Index, Value>> own_;  ///< [rank][slot]: what it had accepted before
};

}  // namespace coordbench::testing::multi_paxos
