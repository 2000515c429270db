#pragma once
// Ongaro 2014, 9.6: what pre-votes are for.

#include <map>
#include <set>

#include "kernels/leader_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::leader_election {

struct PreVote {
  static constexpr std::string_view sentence =
      "PreVote: a server becomes a candidate only if a majority would vote for it in this election, and nobody who has just "
      "heard the leader would";
  explicit PreVote(const Schedule& schedule)
      : is_on_(schedule.shape["pre_vote"] == 1),
        timeout_(schedule.shape["election_timeout_us"] * 1000),
        ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        drift_per_million_(schedule.faults.drift_per_million),
        seen_(ranks_) {}

  bool holds(const auto& step, const auto& world) {
    using Kind = LeaderElection::Kind;
    if (!is_on_) return true;
    const LeaderElection& server = world.machine(step.rank);
    Seen& seen = seen_[static_cast<std::size_t>(step.rank)];
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::pre_vote_granted && hears_leader(seen, server, step.at)) return false;
    note(seen, step, server);
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::vote && !may_ask(seen, sent.message)) return false;
    return true;
  }

 private:
  using Ballot = std::pair<std::uint32_t, raft::Term>;  ///< election and term
  struct Seen {
    std::map<Ballot, std::set<Rank>> willing{};  ///< who would vote for this server
    Time heard_at = -1;                          ///< the leader of its term and election, since it last came back
    Operation heard_in = -1;
    raft::Term heard_term = 0;
  };

  static void note(Seen& seen, const auto& step, const LeaderElection& server) {
    using Kind = LeaderElection::Kind;
    if (step.cause == Cause::restart || step.cause == Cause::crash) seen = {};
    if (step.cause != Cause::deliver) return;
    const LeaderElection::Message& message = *step.message;
    if (message.kind == Kind::pre_vote_granted) seen.willing[{message.first, message.term}].insert(step.from);
    if (message.kind == Kind::append && message.first == server.operation() && message.term == server.election().term())
      seen.heard_at = step.at, seen.heard_in = message.first, seen.heard_term = message.term;
  }
  [[nodiscard]] bool may_ask(Seen& seen, const LeaderElection::Message& message) const {
    return 2 * (seen.willing[{message.first, message.term}].size() + 1) > ranks_;
  }
  /// Within a time-out of its own clock, which may be fast and shows whole nanoseconds; and it has not campaigned since.
  [[nodiscard]] bool hears_leader(const Seen& seen, const LeaderElection& server, Time now) const {
    if (server.election().leads()) return true;
    const bool is_leader_s = seen.heard_in == server.operation() && seen.heard_term == server.election().term() &&
                             server.election().leader() != raft::Election::nobody;
    const Time own_most = (now - seen.heard_at) * (1'000'000 + drift_per_million_) + 1'000'000;
    return seen.heard_at >= 0 && is_leader_s && own_most < timeout_ * 1'000'000;
  }

  bool is_on_;
  Time timeout_;  ///< ns
  std::size_t ranks_;
  std::int64_t drift_per_million_;
  std::vector<Seen> seen_;  ///< [rank]
};

}  // namespace coordbench::testing::leader_election
