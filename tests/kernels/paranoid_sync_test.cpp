#include "kernels/paranoid_sync.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/kernels/watched.hpp"
#include "tests/safety/paranoid_sync/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::paranoid_sync_test {
namespace {

using paranoid_sync::Safety;
using Kind = ParanoidSync::Kind;

constexpr Time kPeriod = 10'000;  // ns, of all that follows
constexpr Faults kDelays{.delay_least_ns = 50};

Shape sync_shape(int ranks, std::int64_t repair, Settings set = {}) {
  set.insert(set.begin(), {{"repair", repair}, {"period_us", kPeriod / 1000}, {"changes", 100}});
  return shape_of<ParanoidSync>(ranks, 8, set);
}

/// The timers never stop, so such a world runs until an operation has ended or for so long.
class Ranks : public Watched<Safety> {
 public:
  explicit Ranks(const Shape& shape, const Faults& faults = kDelays, std::int64_t operations = 64)
      : Watched(shape, faults, operations) {}
  /// Returns how long it takes.
  Time ask(Operation k) {
    const Time asked_at = now();
    propose(k);
    while (!has_ended(k) && step()) continue;
    return now() - asked_at;
  }
  [[nodiscard]] std::int64_t background() const { return traffic().background_messages; }
  [[nodiscard]] int depth(Operation k, int mark) const {
    int deepest = -1;
    for (const auto& it : history().reached)
      if (it.operation == k && it.mark == mark) deepest = std::max(deepest, it.depth);
    return deepest;
  }
};

TEST(ParanoidSync, TellsTheStoryOfEachRepair) {
  Ranks on_change(sync_shape(3, ParanoidSync::on_change, {{"changes", 50}}));
  on_change.ask(0);
  on_change.ask(1);
  EXPECT_EQ(on_change.conversation(),
            "   0  0 → 2  request of operation 0\n"
            "   0  0 → 1  state of version 1\n"
            "   0  0 → 2  state of version 1\n"
            "  50  2 → 0  answer of operation 0\n"
            " 100  0 → 2  request of operation 1\n"
            " 150  2 → 0  answer of operation 1\n")
      << "operation 1 changes nothing";

  Ranks none(sync_shape(2, ParanoidSync::none));
  none.ask(0);
  none.run_until(2 * kPeriod);
  EXPECT_EQ(none.conversation(),
            "   0  0 → 1  request of operation 0\n"
            "  50  1 → 0  answer of operation 0\n"
            "5001  1 → 0  state of version 0\n"
            "9001  0 → 1  state of version 1\n"
            "15001  1 → 0  state of version 1\n"
            "19001  0 → 1  state of version 1\n");

  Ranks gossip(sync_shape(2, ParanoidSync::gossip));
  gossip.ask(0);
  gossip.run_until(2 * kPeriod);
  EXPECT_EQ(gossip.conversation(),
            "   0  0 → 1  request of operation 0\n"
            "  50  1 → 0  answer of operation 0\n"
            "5001  1 → 0  digest of version 0\n"
            "5051  0 → 1  state of version 1\n"
            "9001  0 → 1  digest of version 1\n"
            "15001  1 → 0  digest of version 1\n"
            "19001  0 → 1  digest of version 1\n");
}

TEST(ParanoidSync, AsksForWhatIsNewer) {
  Ranks cluster(sync_shape(2, ParanoidSync::gossip));
  cluster.cut(1, 0);
  cluster.propose(0);
  cluster.run_until(6500);
  cluster.mend();
  cluster.run_until(10'000);
  EXPECT_EQ(cluster.conversation(),
            "   0  0 → 1  request of operation 0\n"
            "  50  1 → 0  answer of operation 0  (cut off)\n"
            "5001  1 → 0  digest of version 0  (cut off)\n"
            "9001  0 → 1  digest of version 1\n"
            "9051  1 → 0  digest of version 0\n"
            "9101  0 → 1  state of version 1\n");
}

TEST(ParanoidSync, CostsWhatItDeclaresForEveryN) {
  for (int ranks = 1; ranks <= 33; ranks += ranks < 9 ? 1 : 8)
    for (std::int64_t repair = ParanoidSync::none; repair <= ParanoidSync::on_change; ++repair)
      for (const std::int64_t changes : {0, 30, 100}) {
        const Shape shape = sync_shape(ranks, repair, {{"changes", changes}, {"resend_us", changes == 30 ? 1000 : 0}});
        Ranks cluster(shape);
        for (Operation k = 0; k < 10; ++k) {
          const std::int64_t before = cluster.counted();
          cluster.ask(k);
          const Cost cost = ParanoidSync::cost(shape, k);
          EXPECT_EQ(Range(cluster.counted() - before), cost.messages) << ranks << ", " << repair << ", operation " << k;
          for (const int mark : {ParanoidSync::acknowledged, ParanoidSync::known})
            EXPECT_EQ(Range(cluster.depth(k, mark)), cost.delays[static_cast<std::size_t>(mark)]) << ranks << ", " << repair;
        }
        for (const auto& it : cluster.history().reached)
          EXPECT_TRUE(reaches<ParanoidSync>(shape, it.mark, it.rank, it.operation)) << ranks << ", " << repair;
      }
}

TEST(ParanoidSync, CostsByHandAtFiveRanks) {
  const auto cost = [](std::int64_t repair, Operation k) {
    return ParanoidSync::cost(sync_shape(5, repair, {{"changes", 25}}), k).messages;
  };
  EXPECT_EQ(cost(ParanoidSync::none, 0), Range(2));
  EXPECT_EQ(cost(ParanoidSync::gossip, 0), Range(2));
  EXPECT_EQ(cost(ParanoidSync::on_change, 0), Range(2 + 4));
  EXPECT_EQ(cost(ParanoidSync::on_change, 1), Range(2));
  EXPECT_EQ(cost(ParanoidSync::on_change, 4), Range(2 + 4));
  EXPECT_EQ(ParanoidSync::cost(sync_shape(1, ParanoidSync::on_change), 0).messages, Range(0));
}

/// Nothing changes, and all goes on.
TEST(ParanoidSync, SendsInTheBackgroundForAsLongAsItLives) {
  constexpr int kPeriods = 100;
  const auto background = [](int ranks, std::int64_t repair) {
    Ranks cluster(sync_shape(ranks, repair));
    cluster.run_until((1 + kPeriods) * kPeriod);  // each begins within the first period
    return static_cast<double>(cluster.background());
  };
  for (const int ranks : {1, 2, 5, 8}) {
    EXPECT_NEAR(background(ranks, ParanoidSync::none), kPeriods * ranks * (ranks - 1), ranks * (ranks - 1));
    EXPECT_NEAR(background(ranks, ParanoidSync::gossip), ranks > 1 ? kPeriods * ranks : 0, ranks);
    EXPECT_EQ(background(ranks, ParanoidSync::on_change), 0);
  }
}

TEST(ParanoidSync, KnowsAChangeSoonerWithoutATimer) {
  const auto mean = [](std::int64_t repair) {
    Ranks cluster(sync_shape(8, repair));
    Time sum = 0;
    for (Operation k = 0; k < 64; ++k) sum += cluster.ask(k);
    return static_cast<double>(sum) / 64;
  };
  EXPECT_EQ(mean(ParanoidSync::on_change), 100) << "the acknowledgement comes last";
  EXPECT_GT(mean(ParanoidSync::none), kPeriod / 16);
  EXPECT_LE(mean(ParanoidSync::none), kPeriod + 50);
  EXPECT_GT(mean(ParanoidSync::gossip), kPeriod);
}

TEST(ParanoidSync, BeginsAtAnInstantOfItsOwnAndAgainAfterAPause) {
  const Shape shape = sync_shape(32, ParanoidSync::none);
  std::set<Time> first, later;
  for (Rank rank = 0; rank < 32; ++rank) {
    Outbox<ParanoidSync::Message> out(bounds_of<ParanoidSync>(shape, rank));
    ParanoidSync machine(shape, rank);
    const auto tick_at = [&](Time now) {
      out.clear();
      out.hand(now);
      machine.tick(out);
      return out.envelopes().size();
    };
    EXPECT_EQ(tick_at(3), 0U);
    first.insert(machine.deadline());
    EXPECT_EQ(tick_at(machine.deadline()), 1U);
    const Time due = machine.deadline();
    EXPECT_EQ(tick_at(due - 1), 0U) << "not yet";
    EXPECT_EQ(tick_at(due + kPeriod - 1), 1U) << "late";
    EXPECT_EQ(machine.deadline(), due + 2 * kPeriod - 1);
    EXPECT_EQ(tick_at(machine.deadline() + kPeriod), 0U) << "too late";
    later.insert(machine.deadline() - due);
  }
  EXPECT_GT(first.size(), 5U);
  EXPECT_GT(later.size(), 5U);
}

TEST(ParanoidSync, SendsAnUnacknowledgedRequestAgain) {
  for (std::int64_t repair = ParanoidSync::none; repair <= ParanoidSync::on_change; ++repair) {
    const Shape shape = sync_shape(3, repair, {{"resend_us", 1}});
    Ranks cluster(shape);
    cluster.cut(2, 0);
    cluster.propose(0);
    cluster.run_until(2500);
    cluster.mend();
    while (!cluster.has_ended(0) && cluster.step()) continue;
    const auto& sent = cluster.history().sent;
    EXPECT_EQ(std::count_if(sent.begin(), sent.end(), [](const auto& it) { return it.message.kind == Kind::request; }), 4);
    EXPECT_LE(Range(cluster.counted()).least, ParanoidSync::cost(shape, 0).messages.least) << "background";
  }
}

/// What paranoia buys: a rank that has forgotten everything is told again, though rank 0 has nothing new to tell.
TEST(ParanoidSync, ARankThatForgotIsToldAgainByTimersAlone) {
  for (std::int64_t repair = ParanoidSync::none; repair <= ParanoidSync::on_change; ++repair) {
    Cluster<ParanoidSync> cluster(sync_shape(4, repair), kDelays);
    cluster.propose(0);
    cluster.run_until(20 * kPeriod);
    ASSERT_EQ(cluster.machine(2).version(), 1U);
    cluster.crash(2, /*forgets=*/true);
    cluster.restart(2);
    EXPECT_EQ(cluster.machine(2).version(), 0U);
    cluster.run_until(60 * kPeriod);
    EXPECT_EQ(cluster.machine(2).version(), repair == ParanoidSync::on_change ? 0U : 1U);
  }
}

// ---- outside of the claim ----------------------------------------------------------------------------------------------

/// The invariant that the first of 2,000 schedules breaks which `change` makes worse.
template <class Change>
std::string broken_by(Change&& change) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Schedule schedule = draw<Safety>(seed);
    if (!change(schedule)) continue;
    const Outcome outcome = run<Safety>(schedule, false);
    if (!outcome.violated.empty()) return std::string(outcome.violated.substr(0, outcome.violated.find(':')));
  }
  return "";
}

TEST(ParanoidSync, FindsWhatIsLostWhereChangesAreToldOnce) {
  const auto lose = [](std::int64_t repair) {
    return [repair](Schedule& schedule) {
      set(schedule.shape, "resend_us", 4);
      schedule.faults.loss = 0.2;
      return schedule.shape["repair"] == repair;
    };
  };
  EXPECT_EQ(broken_by(lose(ParanoidSync::on_change)), "Termination");
  EXPECT_EQ(broken_by(lose(ParanoidSync::none)), "");
  EXPECT_EQ(broken_by(lose(ParanoidSync::gossip)), "");
}
TEST(ParanoidSync, FindsALostRequestWithoutResends) {
  EXPECT_EQ(broken_by([](Schedule& schedule) {
              schedule.faults.loss = 0.2;
              return schedule.shape["repair"] == ParanoidSync::none && schedule.shape["resend_us"] == 0;
            }),
            "Termination");
}
TEST(ParanoidSync, FindsLostMemory) {
  EXPECT_EQ(broken_by([](Schedule& schedule) {
              schedule.faults.amnesia = 1;
              return schedule.faults.crash_every_ns > 0;
            }),
            "Monotone");
}

// ---- declarations --------------------------------------------------------------------------------------------------------

TEST(ParanoidSync, ChangesAsManyOperationsAsItIsTold) {
  for (std::int64_t percent = 0; percent <= 100; ++percent) {
    const Shape shape = sync_shape(3, ParanoidSync::none, {{"changes", percent}});
    std::int64_t changes = 0;
    for (Operation k = 0; k < 300; ++k) changes += ParanoidSync::kind(shape, k);
    EXPECT_EQ(changes, 3 * percent);
    EXPECT_EQ(ParanoidSync::kind(shape, 0), percent > 0 ? 1 : 0);
  }
}

TEST(ParanoidSync, RefusesOperationsThatOverlap) {
  Shape shape = sync_shape(3, ParanoidSync::none);
  EXPECT_EQ(ParanoidSync::unfit(shape), "");
  shape.in_flight = 4;
  EXPECT_EQ(ParanoidSync::unfit(shape),
            "--in-flight 4 was given, but a change has to be known before the next operation: give --in-flight 1");
}

TEST(ParanoidSync, AcceptsTheOperationsOwnPayloadOnly) {
  const Shape shape = sync_shape(3, ParanoidSync::none);
  EXPECT_TRUE(accepts<ParanoidSync>(shape, 4, {.outcome = 1}));
  EXPECT_TRUE(accepts<ParanoidSync>(shape, 4, {.outcome = 1, .of = 4}));
  EXPECT_FALSE(accepts<ParanoidSync>(shape, 4, {.outcome = 1, .of = 3}));
  EXPECT_FALSE(accepts<ParanoidSync>(shape, 4, {.outcome = 0}));
}

TEST(ParanoidSync, ReadsTheClockWhateverTheRepair) {
  for (std::int64_t repair = ParanoidSync::none; repair <= ParanoidSync::on_change; ++repair)
    EXPECT_TRUE(ParanoidSync::times_out(sync_shape(3, repair)));
}

}  // namespace
}  // namespace coordbench::testing::paranoid_sync_test
