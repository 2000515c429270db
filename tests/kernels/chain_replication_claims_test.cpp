// What lies outside the claim is found: reads of writes that the tail lacks, and a server that comes back without its memory
// before it is excluded.

#include <gtest/gtest.h>

#include "tests/kernels/chains.hpp"
#include "tests/kernels/violations.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::chain_replication::chain_replication_claims_test {
namespace {

struct PromisedToAll : Linearizability {
  explicit PromisedToAll(const Schedule& schedule) : Linearizability(schedule, true) {}
};
struct Overclaimed : Safety {
  using Invariants = std::tuple<PromisedToAll>;
};
struct Forgetful : Safety {
  static void draw(Schedule& schedule, Random& random) {
    Safety::draw(schedule, random);
    schedule.faults.amnesia = 0.5;
  }
};

int violations_with(std::int64_t read_from, bool without_faults = false) {
  return violations<Overclaimed>(3000, [&](Schedule& schedule) {
    set(schedule.shape, "read_from", read_from);
    set(schedule.shape, "reads", 50);
    if (without_faults) schedule.faults = {.seed = schedule.faults.seed};
  });
}

TEST(ChainReplicationClaims, SchedulesFindThatReadsOfWritesThatTheTailLacksAreNotLinearizable) {
  EXPECT_EQ(violations_with(setting::tail), 0);
  EXPECT_EQ(violations_with(setting::any_clean), 0);
  EXPECT_GT(violations_with(setting::any), 100);
  EXPECT_GT(violations_with(setting::any, /*without_faults=*/true), 100) << "nothing needs to fail";
}

TEST(ChainReplicationClaims, AReaderSeesAWriteThatTheNextReaderDoesNotSee) {
  const Shape shape = chain_shape(3, {{"reads", 50}, {"read_from", setting::any}, {"proposers", 0}});
  const Operation write = first_of(shape, false), dirty = first_of(shape, true, 1), next = first_of(shape, true, 2);
  Cluster<ChainReplication> chain(shape, {});
  chain.propose(write);
  chain.step();  // server 1 has it, and server 2 lacks it
  chain.propose(dirty);
  chain.propose(next);
  EXPECT_EQ(chain.machine(1).answer(dirty).of, write);
  EXPECT_EQ(chain.machine(2).answer(next).of, Answer::initial);
}

TEST(ChainReplicationClaims, SchedulesFindAServerThatComesBackWithoutItsMemory) { EXPECT_GT(violations<Forgetful>(3000), 0); }

}  // namespace
}  // namespace coordbench::testing::chain_replication::chain_replication_claims_test
