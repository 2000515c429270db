#pragma once
// What the user asked for so far, and what the replicas' states may therefore hold.

#include <vector>

#include "kernels/g_counter.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::g_counter {

using Step = coordbench::testing::Step<GCounter>;

/// [replica]: how many increments it was asked for.
class Increments {
 public:
  explicit Increments(const Schedule& schedule) : asked_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}
  void follow(const Step& step) {
    if (step.cause == Cause::propose) ++asked_[static_cast<std::size_t>(step.rank)];
  }
  [[nodiscard]] std::uint64_t at(Rank replica) const { return asked_[static_cast<std::size_t>(replica)]; }

 private:
  std::vector<std::uint64_t> asked_;
};

/// The replica of an operation and its number there, from 1.
inline Rank replica_of(const Shape& shape, Operation operation) { return proposer_of<GCounter>(shape, operation); }
inline std::uint64_t number_of(const Shape& shape, Operation operation) {
  return static_cast<std::uint64_t>(operation / proposers_of<GCounter>(shape)) + 1;
}

}  // namespace coordbench::testing::g_counter
