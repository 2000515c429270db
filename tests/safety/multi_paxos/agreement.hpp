#pragma once
// Lamport, "Paxos made simple", 2001, 2.1: only a value that has been proposed may be chosen, only a single value is chosen,
// and a process never learns that a value has been chosen unless it actually has been.

#include <bit>

#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

/// Who has accepted what, and so what is chosen, whether anybody knows of it or not.
class Chosen {
 public:
  explicit Chosen(const Schedule& schedule) : accepted_(schedule), q2_(paxos::Setting(schedule.shape).q2) {}

  /// False if a second value is chosen for a slot.
  bool saw(const Step& step, const paxos::Replica& server) {
    bool is_single = true;
    accepted_.visit_new(step, server, [&](paxos::Index index, Value value) {
      Acceptances& by = by_[{index, value.ballot}][value.operation];
      by |= Acceptances{1} << static_cast<unsigned>(step.rank);
      if (std::popcount(by) >= q2_) is_single &= chosen_.emplace(index, value.operation).first->second == value.operation;
    });
    return is_single;
  }
  [[nodiscard]] bool is(paxos::Index index, std::int32_t operation) const {
    const auto found = chosen_.find(index);
    return found != chosen_.end() && found->second == operation;
  }

 private:
  using Acceptances = std::uint64_t;  ///< a bit for each rank
  Accepted accepted_;
  int q2_;
  std::map<std::pair<paxos::Index, paxos::Ballot>, std::map<std::int32_t, Acceptances>> by_;
  std::map<paxos::Index, std::int32_t> chosen_;
};

struct Agreement {
  static constexpr std::string_view sentence = "Agreement: only a single value is chosen for a slot";
  explicit Agreement(const Schedule& schedule) : chosen_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    return !server || chosen_.saw(step, *server);
  }

 private:
  Chosen chosen_;
};

struct Proposed {
  static constexpr std::string_view sentence = "Proposed: only an operation that somebody asked for is chosen";
  explicit Proposed(const Schedule& schedule) : accepted_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    bool was_asked = true;
    if (server)
      accepted_.visit_new(step, *server, [&](paxos::Index /*index*/, Value value) {
        was_asked &= value.operation == paxos::Entry::no_op || world.was_proposed(value.operation);
      });
    return was_asked;
  }

 private:
  Accepted accepted_;
};

struct Learning {
  static constexpr std::string_view sentence = "Learning: what a server takes for chosen is chosen, with the value that it has";
  explicit Learning(const Schedule& schedule) : chosen_(schedule), known_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    if (!server) return true;
    chosen_.saw(step, *server);
    paxos::Index& known = known_[static_cast<std::size_t>(step.rank)];
    if (step.cause == Cause::restart) known = 0;
    for (paxos::Index index = std::max(known, server->log.base()) + 1; index <= server->commit_index; ++index)
      if (!chosen_.is(index, server->log[index].operation)) return false;
    known = server->commit_index;
    for (const auto& reached : step.reached)
      if (reached.mark == paxos::committed && !is_chosen(*server, reached.operation)) return false;
    return true;
  }

 private:
  [[nodiscard]] bool is_chosen(const paxos::Replica& leader, Operation operation) const {
    for (paxos::Index index = leader.log.last(); index > leader.log.base(); --index)
      if (leader.log[index].operation == operation && chosen_.is(index, leader.log[index].operation)) return true;
    return false;
  }

  Chosen chosen_;
  std::vector<paxos::Index> known_;  ///< [rank]
};

}  // namespace coordbench::testing::multi_paxos
