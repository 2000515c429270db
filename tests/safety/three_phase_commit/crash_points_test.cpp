// The coordinator dies, and so does the rank that should lead in its place: wherever that strikes, the others decide.

#include <gtest/gtest.h>

#include <set>

#include "tests/kernels/watched.hpp"
#include "tests/safety/three_phase_commit/safety.hpp"

namespace coordbench::testing::crash_points_test {
namespace {

using World = Watched<three_phase_commit::Safety>;

/// Each dies in the middle of what it sends once so many messages have been sent: after `sends` of them have left.
struct Crash {
  Rank rank;
  std::size_t messages;
  int sends;
};

void strike(World& world, const Crash& crash) {
  while (world.history().sent.size() < crash.messages && world.step()) continue;
  world.crash_while_sending(crash.rank, crash.sends);
}

void expect_that_the_others_decide(int ranks, const Crash& first, const Crash& second) {
  World world(shape_of<ThreePhaseCommit>(ranks, 8, {{"timeout_us", 1}}), {}, 1);
  world.propose(0);
  strike(world, first);
  strike(world, second);
  world.run_until(100'000);  // a hundred time-outs
  std::set<Rank> decided;
  for (const auto& answer : world.history().answered) decided.insert(answer.rank);
  for (Rank rank = 2; rank < ranks; ++rank) EXPECT_TRUE(decided.contains(rank)) << rank << "\n" << world.conversation();
  world.heal();
  world.run();
  world.expect_end();
}

/// 0 and 1, in both orders.
TEST(ThreePhaseCommitCrashPoints, LiveRanksDecideWhereverTheTwoLowestDie) {
  for (const int ranks : {3, 5})
    for (const Rank first : {0, 1})
      for (std::size_t messages = 1; messages <= 5 * (static_cast<std::size_t>(ranks) - 1); ++messages)
        for (std::size_t later = 0; later <= 30; ++later)
          for (int sends = 0; sends < ranks; ++sends)
            expect_that_the_others_decide(ranks, {first, messages, sends}, {1 - first, messages + later, sends});
}

}  // namespace
}  // namespace coordbench::testing::crash_points_test
