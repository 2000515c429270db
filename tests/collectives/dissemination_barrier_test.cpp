#include "collectives/dissemination_barrier.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::dissemination_barrier_test {
namespace {

TEST(DisseminationBarrier, SendsOneMessagePerRankAndRound) {
  EXPECT_EQ(messages_counted<DisseminationBarrier>(1), 0);
  EXPECT_EQ(messages_counted<DisseminationBarrier>(2), 2);
  EXPECT_EQ(messages_counted<DisseminationBarrier>(3), 6);
  EXPECT_EQ(messages_counted<DisseminationBarrier>(5), 15);
  EXPECT_EQ(messages_counted<DisseminationBarrier>(8), 24);
  for (int ranks = 1; ranks <= 33; ++ranks) expect_closed_form<DisseminationBarrier>(shape_of<DisseminationBarrier>(ranks, 0));
}

/// How often a rank left one of `operations` barriers before all ranks had entered it; rank 0 is always late.
int left_early(int ranks, int operations) {
  Mailboxes mailboxes;
  std::atomic<int> entered = 0, early = 0;
  const auto shape = shape_of<DisseminationBarrier>(ranks, 0);
  std::vector<std::jthread> threads;
  for (Rank rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      ThreadEndpoint endpoint(mailboxes, rank, ranks);
      DisseminationBarrier barrier(shape, rank);
      NoData data(shape, rank);
      for (int k = 0; k < operations; ++k) {
        if (rank == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
        ++entered;
        barrier.run(endpoint, data);
        if (entered < ranks * (k + 1)) ++early;
      }
    });
  threads.clear();
  return early;
}

TEST(DisseminationBarrier, NobodyLeavesBeforeEverybodyHasEntered) {
  for (const int ranks : {2, 3, 4, 5, 7, 8, 9, 17}) EXPECT_EQ(left_early(ranks, 10), 0) << "N = " << ranks;
}

TEST(DisseminationBarrier, IsTimedFromTheLastEntry) {
  EXPECT_EQ(DisseminationBarrier::about.latency, Latency::barrier);
  EXPECT_FALSE(DisseminationBarrier::about.has_payload);
  EXPECT_EQ(DisseminationBarrier::delays(shape_of<DisseminationBarrier>(1, 0)), 0);
  EXPECT_EQ(DisseminationBarrier::delays(shape_of<DisseminationBarrier>(9, 0)), 4);
}

}  // namespace
}  // namespace coordbench::testing::dissemination_barrier_test
