#pragma once
// How the ranks learn of the leader.

#include <map>
#include <set>

#include "kernels/ring_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::ring_election {

struct Announcement {
  static constexpr std::string_view sentence =
      "Announcement: each rank learns once an election which rank was elected, and tells the next rank once; the leader ends "
      "the election once all know";
  explicit Announcement(const Schedule& schedule) : ranks_(schedule.shape.ranks) {}

  bool holds(const auto& step, const auto& /*world*/) {
    for (const auto& reached : step.reached) {
      Told& told = told_[reached.operation];
      if (reached.mark == RingElection::elected) told.leader = step.rank;
      if (reached.mark == RingElection::known) ++told.ranks;
      if (reached.mark == RingElection::ended && (step.rank != told.leader || told.ranks != ranks_ || ++told.ends > 1))
        return false;
      if (told.ranks > ranks_) return false;
    }
    for (const auto& sent : step.sent)
      if (sent.message.kind == RingElection::Kind::leader && !tellers_.emplace(sent.message.first, step.rank).second)
        return false;
    for (const auto& answer : step.answered)
      if (answer.outcome != told_[answer.operation].leader || !answer.is_accepted) return false;
    return true;
  }

 private:
  struct Told {
    Rank leader = -1;
    int ranks = 0, ends = 0;
  };
  int ranks_;
  std::map<Operation, Told> told_{};
  std::set<std::pair<std::uint32_t, Rank>> tellers_{};
};

}  // namespace coordbench::testing::ring_election
