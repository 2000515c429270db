#include "kernels/locked_counter.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "tests/kernels/watched.hpp"
#include "tests/safety/locked_counter/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::locked_counter_test {
namespace {

using locked_counter::Safety;
using Mode = coordbench::locked_counter::Mode;

constexpr std::array kModes{Mode::lock, Mode::acknowledged_lock, Mode::compare_and_swap};

Shape counter_shape(int ranks, Mode mode, std::int64_t proposers = 0, int clients = 0) {
  Shape shape = shape_of<LockedCounter>(ranks, 0, {{"mode", mode}, {"proposers", proposers}});
  shape.clients = clients;
  return shape;
}

class Counter : public Watched<Safety> {
 public:
  explicit Counter(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 256)
      : Watched(shape, faults, operations) {}
  [[nodiscard]] std::int64_t refused() const {
    return std::count_if(history().sent.begin(), history().sent.end(),
                         [](const auto& sent) { return sent.message.kind == locked_counter::Kind::refused; });
  }
  /// [operation]: when it reached a mark.
  [[nodiscard]] std::map<Operation, Time> times_of(int mark) const {
    std::map<Operation, Time> times;
    for (const auto& reached : history().reached)
      if (reached.mark == mark) times[reached.operation] = reached.at;
    return times;
  }
};

/// Each proposer counts twice, one operation at a time.
std::unique_ptr<Counter> count_up(const Shape& shape) {
  const std::int64_t operations = 2 * proposers_of<LockedCounter>(shape);
  auto cluster = std::make_unique<Counter>(shape, Faults{}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster->propose(k);
    cluster->run();
  }
  cluster->expect_end();
  return cluster;
}

/// All proposers count at once.
std::unique_ptr<Counter> rush(const Shape& shape) {
  const std::int64_t operations = proposers_of<LockedCounter>(shape);
  auto cluster = std::make_unique<Counter>(shape, Faults{}, operations);
  for (Operation k = 0; k < operations; ++k) cluster->propose(k);
  cluster->run();
  cluster->expect_end();
  return cluster;
}

/// One operation at a time takes the least that is declared, and each of its marks comes at the depth that is declared.
void expect_declared_costs(const Shape& shape) {
  const auto cluster = count_up(shape);
  double messages = 0;
  std::size_t marks = 0;
  for (Operation k = 0; k < cluster->proposed(); ++k) {
    const Cost cost = LockedCounter::cost(shape, k);
    messages += cost.messages.least;
    for (const auto& [at, rank, operation, mark, depth] : cluster->history().reached) {
      if (operation != k) continue;
      EXPECT_TRUE(reaches<LockedCounter>(shape, mark, rank, k)) << "rank " << rank << ", mark " << mark;
      EXPECT_EQ(depth, cost.delays[static_cast<std::size_t>(mark)].least) << "N = " << shape.ranks << ", mark " << mark;
      ++marks;
    }
    for (Rank rank = 0; rank < shape.members(); ++rank)
      for (int mark = 0; mark < 2; ++mark) marks -= reaches<LockedCounter>(shape, mark, rank, k) ? 1 : 0;
  }
  EXPECT_EQ(marks, 0U) << "N = " << shape.ranks;
  EXPECT_EQ(static_cast<double>(cluster->traffic().messages_sent), messages) << "N = " << shape.ranks;
  EXPECT_EQ(cluster->machine(0).value(), cluster->proposed());
}

TEST(LockedCounter, CostsWhatItDeclaresForEveryNProposersAndMode) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const Mode mode : kModes) {
      for (const std::int64_t proposers : {1, 2, 0})
        if (proposers <= ranks) expect_declared_costs(counter_shape(ranks, mode, proposers));
      if (ranks < 6) expect_declared_costs(counter_shape(ranks, mode, 0, 1));
      if (ranks < 6) expect_declared_costs(counter_shape(ranks, mode, 0, 3));
    }
}

TEST(LockedCounter, CostsByHandAtFiveRanks) {
  const auto sent = [](Mode mode, int clients = 0) {
    return count_up(counter_shape(5, mode, 0, clients))->traffic().messages_sent;
  };
  EXPECT_EQ(sent(Mode::lock), 2 * 4 * 7) << "the server's own are free";
  EXPECT_EQ(sent(Mode::acknowledged_lock), 2 * 4 * 8);
  EXPECT_EQ(sent(Mode::compare_and_swap), 2 * 4 * 4);
  EXPECT_EQ(sent(Mode::lock, 2), 2 * 2 * 7) << "no client is the server";
  const auto cost = [](Mode mode, Operation k, int in_flight = 1) {
    Shape shape = counter_shape(5, mode);
    shape.in_flight = in_flight;
    return LockedCounter::cost(shape, k);
  };
  EXPECT_EQ(cost(Mode::lock, 1).delays[LockedCounter::granted], Range(2));
  EXPECT_EQ(cost(Mode::lock, 1).delays[LockedCounter::released], Range(6));
  EXPECT_EQ(cost(Mode::acknowledged_lock, 1).delays[LockedCounter::released], Range(8));
  EXPECT_EQ(cost(Mode::compare_and_swap, 1, 2).messages, Range(4, 4 + 2 * 9)) << "nine others are open";
  EXPECT_EQ(cost(Mode::compare_and_swap, 5, 2).messages, Range(0, 2 * 9)) << "and the server's own refuse them, too";
  EXPECT_EQ(LockedCounter::cost(counter_shape(5, Mode::compare_and_swap, 0, 1), 3).messages, Range(4)) << "exact, alone";
}

TEST(LockedCounter, RefusesMoreProposersThanRanks) {
  EXPECT_EQ(LockedCounter::unfit(counter_shape(3, Mode::lock, 3)), "");
  EXPECT_NE(LockedCounter::unfit(counter_shape(3, Mode::lock, 4)), "");
  EXPECT_EQ(LockedCounter::unfit(counter_shape(3, Mode::lock, 0, 2)), "");
  EXPECT_NE(LockedCounter::unfit(counter_shape(3, Mode::lock, 1, 2)), "");
}

TEST(LockedCounter, AcceptsOnlyAValueAboveThoseOfOwnOperationsThatHaveEnded) {
  const auto accepts = [](int proposers, int in_flight, std::int64_t value, Operation of = Answer::nothing) {
    Shape shape = counter_shape(4, Mode::lock, proposers);
    shape.in_flight = in_flight;
    return LockedCounter::accepts(shape, 12, {.outcome = value, .of = of});
  };
  EXPECT_TRUE(accepts(1, 1, 13));
  EXPECT_FALSE(accepts(1, 1, 12)) << "who counts alone knows the value";
  EXPECT_FALSE(accepts(1, 1, 14));
  EXPECT_TRUE(accepts(4, 1, 4)) << "operation 12 is the fourth of rank 0";
  EXPECT_FALSE(accepts(4, 1, 3));
  EXPECT_TRUE(accepts(4, 1, 99)) << "others may have counted any number of times";
  EXPECT_TRUE(accepts(4, 3, 2)) << "two own ones may be open";
  EXPECT_FALSE(accepts(4, 3, 1));
  EXPECT_TRUE(accepts(4, 16, 1));
  EXPECT_FALSE(accepts(4, 16, 0));
  EXPECT_FALSE(accepts(1, 1, 13, Answer::itself)) << "there is no payload";
}

// ---- stories ------------------------------------------------------------------------------------------------------------

TEST(LockedCounter, TellsTheStoryOfTwoThatWantTheLock) {
  Counter cluster(counter_shape(3, Mode::lock), {}, 3);
  for (const Operation k : {1, 2, 0}) cluster.propose(k);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  1 → 0  lock 1\n"
            "   0  2 → 0  lock 2\n"  // operation 0 is the server's own, and is done
            "   1  0 → 1  grant 1\n"
            "   2  1 → 0  read 1\n"
            "   3  0 → 1  value 1: 1\n"
            "   4  1 → 0  write 1: 2\n"
            "   5  0 → 1  written 1\n"
            "   6  1 → 0  unlock 1\n"
            "   7  0 → 2  grant 2\n"
            "   8  2 → 0  read 2\n"
            "   9  0 → 2  value 2: 2\n"
            "  10  2 → 0  write 2: 3\n"
            "  11  0 → 2  written 2\n"
            "  12  2 → 0  unlock 2\n");
}

TEST(LockedCounter, TellsTheStoryOfAServerThatWaitsForItsOwnLock) {
  Counter cluster(counter_shape(2, Mode::acknowledged_lock), {}, 2);
  cluster.propose(1);
  cluster.run_until(2);
  cluster.propose(0);
  cluster.run();
  cluster.expect_end();
  EXPECT_EQ(cluster.conversation(),
            "   0  1 → 0  lock 1\n"
            "   1  0 → 1  grant 1\n"
            "   2  1 → 0  read 1\n"
            "   3  0 → 1  value 1: 0\n"
            "   4  1 → 0  write 1: 1\n"
            "   5  0 → 1  written 1\n"
            "   6  1 → 0  unlock 1\n"
            "   7  0 → 1  unlocked 1\n");
  EXPECT_EQ(cluster.times_of(LockedCounter::granted), (std::map<Operation, Time>{{0, 7}, {1, 2}}));
  EXPECT_EQ(cluster.times_of(LockedCounter::released), (std::map<Operation, Time>{{0, 7}, {1, 8}}));
  EXPECT_EQ(cluster.machine(0).value(), 2U);
}

TEST(LockedCounter, TellsTheStoryOfASwapThatIsRefused) {
  Counter cluster(counter_shape(3, Mode::compare_and_swap), {}, 3);
  cluster.propose(1);
  cluster.propose(2);
  cluster.run();
  EXPECT_EQ(cluster.conversation(),
            "   0  1 → 0  read 1\n"
            "   0  2 → 0  read 2\n"
            "   1  0 → 1  value 1: 0\n"
            "   1  0 → 2  value 2: 0\n"
            "   2  1 → 0  swap 1: 0\n"
            "   2  2 → 0  swap 2: 0\n"
            "   3  0 → 1  swapped 1: 1\n"
            "   3  0 → 2  refused 2: 1\n"
            "   4  2 → 0  swap 2: 1\n"
            "   5  0 → 2  swapped 2: 2\n");
  EXPECT_EQ(cluster.history().deepest(LockedCounter::released), 6);
}

TEST(LockedCounter, WaitingAndHoldingAreToldApart) {
  const auto cluster = rush(counter_shape(1, Mode::lock, 0, 20));
  const auto granted = cluster->times_of(LockedCounter::granted), released = cluster->times_of(LockedCounter::released);
  for (Operation k = 0; k < 20; ++k) {
    EXPECT_EQ(granted.at(k), 2 + 6 * k) << "each of those before holds for four delays, and two go by to the next grant";
    EXPECT_EQ(released.at(k) - granted.at(k), 4) << "whoever waits";
  }
  EXPECT_EQ(cluster->history().deepest(LockedCounter::released), 6) << "waiting for another operation is no delay";
}

/// All read 0; of those that swap at once one is done, and all others are refused.
TEST(LockedCounter, SwapsThatMeetAreRefusedNoMoreOftenThanDeclared) {
  for (const int clients : {2, 5, 20}) {
    const Shape shape = counter_shape(1, Mode::compare_and_swap, 0, clients);
    const auto cluster = rush(shape);
    EXPECT_EQ(cluster->refused(), clients * (clients - 1) / 2);
    const std::int64_t messages = 4 * clients + 2 * cluster->refused();
    EXPECT_EQ(cluster->traffic().messages_sent, messages);
    const Cost cost = cost_of<LockedCounter>(shape, {.first = 0, .count = clients});
    EXPECT_LE(static_cast<double>(messages), cost.messages.most);
    EXPECT_EQ(cost.messages, Range(4 * clients, 4 * clients + 2 * clients * (clients - 1)));
  }
}

/// In any order of arrival, the counts stay within the range, and locks cost what they cost alone.
TEST(LockedCounter, CostsStayInTheirRangeUnderContention) {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Mode mode = kModes[seed % 3];
    Shape shape = counter_shape(4, mode);
    shape.in_flight = 5;
    Counter cluster(shape, {.seed = seed, .delay = Faults::Delay::exponential, .delay_most_ns = 300}, 100);
    const Schedule schedule{.shape = shape, .operations = 100, .think_ns = 20, .ends_at_ns = kNever};
    play<Safety>(cluster, schedule);
    cluster.expect_end();
    const Cost cost = cost_of<LockedCounter>(shape, {.first = 0, .count = 100});
    EXPECT_GE(static_cast<double>(cluster.traffic().messages_sent), cost.messages.least);
    EXPECT_LE(static_cast<double>(cluster.traffic().messages_sent), cost.messages.most);
    EXPECT_EQ(static_cast<double>(cluster.traffic().messages_sent),
              cost.messages.least + 2 * static_cast<double>(cluster.refused()));
    refused += static_cast<int>(cluster.refused());
    std::set<std::int64_t> values;
    for (const auto& answered : cluster.history().answered) values.insert(answered.outcome);
    EXPECT_EQ(values.size(), 100U) << "each value once";
    EXPECT_EQ(*values.rbegin(), 100);
  }
  EXPECT_GT(refused, 1000);
}

TEST(LockedCounter, AHolderThatIsLostStopsEverybody) {
  Counter cluster(counter_shape(3, Mode::lock), {}, 3);
  cluster.propose(1);
  cluster.run_until(3);
  cluster.crash(1);
  cluster.propose(2);
  cluster.run();
  EXPECT_FALSE(cluster.has_ended(1) || cluster.has_ended(2)) << "outside the claim: nobody takes the lock from it";
  EXPECT_EQ(cluster.machine(0).value(), 0U);
}

}  // namespace
}  // namespace coordbench::testing::locked_counter_test
