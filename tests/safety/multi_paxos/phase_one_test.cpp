// A value is chosen for a slot; in a lower ballot one server accepted another. A third server prepares and is told of both. It
// must propose the chosen one, whichever it hears of first; the invariants watch.

#include "tests/safety/multi_paxos/paxos_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::multi_paxos::phase_one_test {
namespace {

struct TwoAccepted : PaxosWorld {
  TwoAccepted()
      : PaxosWorld(shape_of<MultiPaxos>(5, 8, {{"election_timeout_us", 2}}), {.delay_least_ns = 100, .delay_most_ns = 100}) {
    run_until(150);
    isolate(0);
    propose(0, 0);  // accepted by rank 0 alone
    run_till([&] { return leader_of(*this) > 0; });
    second = leader_of(*this);
    third = second % 4 + 1;
    isolate(third);
    propose(1, second);  // accepted by all others
    run_until(now() + 250);
    crash(0);
    crash(second);
    mend();
  }
  /// The third server is told of both values, and nobody else is. What the `late` one says arrives last.
  void prepare(Rank late) {
    for (Rank rank = 1; rank < size(); ++rank)
      if (rank != second && rank != third) isolate(rank);
    cut(0, second), cut(second, 0);
    slow(late, third, 50);
    restart(0);
    restart(second);
    ASSERT_TRUE(run_till([&] { return leads(third); }));
    run_until(now() + 500);
  }
  void expect_chosen_value() {
    const paxos::Replica& leader = machine(third).replica();
    EXPECT_TRUE(has_ended(1));
    EXPECT_GE(leader.commit_index, 1U);
    EXPECT_EQ(leader.log[1].operation, 1);
  }

  Rank second = -1, third = -1;
};

TEST(MultiPaxosPhaseOne, FindsTheValueOfTheHigherBallotThatComesLast) {
  TwoAccepted world;
  world.prepare(world.second);
  world.expect_chosen_value();
}

TEST(MultiPaxosPhaseOne, FindsTheValueOfTheHigherBallotThatComesFirst) {
  TwoAccepted world;
  world.prepare(0);
  world.expect_chosen_value();
}

}  // namespace
}  // namespace coordbench::testing::multi_paxos::phase_one_test
