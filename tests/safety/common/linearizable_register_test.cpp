#include "tests/safety/common/linearizable_register.hpp"

#include <gtest/gtest.h>

#include "tests/safety/probe.hpp"

namespace coordbench::testing::common::linearizable_register_test {
namespace {

/// A world whose ranks answer as the test says.
class TwoRanks {
 public:
  struct Answers {
    Operation of;
  };
  struct Machine {
    Operation of;
    [[nodiscard]] Answers answer(Operation /*operation*/) const { return {of}; }
  };
  [[nodiscard]] Machine machine(Rank /*rank*/) const { return {of_}; }

  bool propose(Rank rank, Operation operation) {
    Step<Probe> step{.at = ++now_, .rank = rank, .cause = Cause::propose, .operation = operation};
    return invariant_.holds(step, *this);
  }
  bool answer(Rank rank, Operation operation, Operation of) {
    of_ = of;
    Step<Probe> step{.at = ++now_, .rank = rank, .cause = Cause::deliver};
    step.answered.push_back({operation, 1, of, true, true});
    return invariant_.holds(step, *this);
  }

 private:
  LinearizableRegister<Probe> invariant_{Schedule{.operations = 8}};
  Operation of_ = -1;
  Time now_ = 0;
};

TEST(LinearizableRegister, AnOperationLastsFromItsProposalToItsProposersAnswer) {
  TwoRanks world;
  EXPECT_TRUE(world.propose(0, 0));
  EXPECT_TRUE(world.propose(1, 1));
  EXPECT_TRUE(world.answer(1, 0, 0)) << "rank 1 knows of the write, but it was rank 0's: it goes on";
  EXPECT_TRUE(world.answer(1, 1, -1));
  EXPECT_TRUE(world.answer(0, 0, 0)) << "now it has ended";
  EXPECT_TRUE(world.propose(1, 2));
  EXPECT_FALSE(world.answer(1, 2, -1)) << "stale";
}

TEST(LinearizableRegister, AReadReturnsWhatSomebodyWrote) {
  TwoRanks world;
  EXPECT_TRUE(world.propose(0, 0));
  EXPECT_TRUE(world.propose(1, 1));
  EXPECT_FALSE(world.answer(1, 1, 5));
}

}  // namespace
}  // namespace coordbench::testing::common::linearizable_register_test
