#pragma once
// An acceptor's promises (Lamport, "Paxos Made Simple", 2001, 2.2, P1a).

#include "tests/safety/common/ledger.hpp"
#include "tests/safety/paxos_commit/instances.hpp"

namespace coordbench::testing::paxos_commit {

struct Promises {
  static constexpr std::string_view sentence =
      "Promises: an acceptor accepts nothing in a ballot below the highest that it has promised, and forgets neither";
  explicit Promises(const Schedule& schedule) : group_(schedule.shape), seen_(schedule) {}

  bool holds(const Step<PaxosCommit>& step, const auto& world) {
    if (step.rank >= group_.acceptors()) return true;
    return every_changed(step, world, [&](Operation k) { return k < 0 || is_kept(k, step.rank, world); }) &&
           std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) { return is_true(sent.message, step.rank); });
  }

 private:
  struct Seen {
    Ballot promised = 0, accepted = 0;
    std::vector<Value> values{};
  };

  bool is_kept(Operation k, Rank acceptor, const auto& world) {
    const auto& log = world.machine(acceptor).log();
    if (log[k].operation != k) return true;
    Seen& before = seen_(k, acceptor);
    const Seen now{log[k].promised, log[k].accepted, {log.accepted(k), log.accepted(k) + group_.ranks}};
    if (before.values.empty()) before.values.assign(now.values.size(), Value::none);
    const bool accepts = now.values != before.values || now.accepted != before.accepted;
    if (now.promised < before.promised || now.accepted < before.accepted) return false;
    if (accepts && now.accepted < before.promised) return false;
    for (std::size_t i = 0; i < now.values.size() && now.accepted == before.accepted; ++i)
      if (before.values[i] != Value::none && before.values[i] != now.values[i]) return false;
    before = now;
    return true;
  }
  /// What it says that it has promised or accepted, it has.
  bool is_true(const PaxosCommit::Message& message, Rank acceptor) {
    const Seen& seen = seen_(message.first, acceptor);
    if (message.kind == Kind::phase_1b) return seen.promised >= message.ballot && seen.accepted == message.accepted;
    if (message.kind != Kind::phase_2b) return true;
    const bool has_all = seen.values.size() > 1 && std::count(seen.values.begin() + 1, seen.values.end(), Value::none) == 0;
    const bool all_prepared = has_all && std::count(seen.values.begin() + 1, seen.values.end(), Value::aborted) == 0;
    return has_all && seen.accepted == message.ballot && (message.value == Value::prepared) == all_prepared;
  }

  Group group_;
  common::Ledger<Seen> seen_;
};

}  // namespace coordbench::testing::paxos_commit
