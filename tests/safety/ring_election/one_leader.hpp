#pragma once
// Who is elected, and how often.

#include <set>

#include "kernels/ring_election.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::ring_election {

struct OneLeader {
  static constexpr std::string_view sentence =
      "One leader: only the rank with the largest identifier is elected, and once an election";
  explicit OneLeader(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const auto& step, const auto& /*world*/) {
    for (const auto& reached : step.reached)
      if (reached.mark == RingElection::elected &&
          (!is_largest(step.rank, reached.operation) || !elected_.insert(reached.operation).second))
        return false;
    return true;
  }

 private:
  [[nodiscard]] bool is_largest(Rank rank, Operation k) const {
    for (Rank other = 0; other < shape_.ranks; ++other)
      if (RingElection::identifier(shape_, k, other) > RingElection::identifier(shape_, k, rank)) return false;
    return true;
  }

  Shape shape_;
  std::set<Operation> elected_{};
};

}  // namespace coordbench::testing::ring_election
