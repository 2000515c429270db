#include "tests/safety/soak.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <ostream>
#include <set>
#include <thread>

namespace coordbench::testing {
void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.name; }
}  // namespace coordbench::testing

namespace coordbench::testing::soak_test {
namespace {

class EveryProtocol : public ::testing::TestWithParam<Subject> {};

#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kSchedules = 1'000;  // the sanitisers take ten times as long, and look for other faults
#else
constexpr std::uint64_t kSchedules = 10'000;
#endif

/// How often each kind of fault, in the order of kFaultKinds, really happened.
std::vector<std::int64_t> counts(const Happened& it, std::int64_t drifts, std::int64_t delays) {
  return {it.betrayed(), it.amnesias,   it.crashes, it.pauses,    it.partitions, it.cut_for_ever,
          it.lost,       it.duplicated, drifts,     it.overtaken, delays};
}

TEST_P(EveryProtocol, SurvivesTenThousandSchedulesAndMeetsEveryFaultThatItDraws) {
  const Soaked sum = soak(GetParam(), 1, kSchedules, 2);
  EXPECT_EQ(sum.schedules, static_cast<std::int64_t>(kSchedules));
  EXPECT_FALSE(sum.failing_seed) << report_of(GetParam(), *sum.failing_seed);

  std::vector<std::int64_t> drawn(kFaultKinds.size());
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    const Faults faults = GetParam().draw(seed).faults;
    for (std::size_t i = 0; i < kFaultKinds.size(); ++i) drawn[i] += kFaultKinds[i].is_on(faults) ? 1 : 0;
  }
  const auto happened = counts(sum.happened, drawn[8], drawn[10]);
  ASSERT_EQ(happened.size(), kFaultKinds.size());
  for (std::size_t i = 0; i < happened.size(); ++i)
    EXPECT_EQ(happened[i] > 0, drawn[i] > 0) << kFaultKinds[i].name << ": drawn " << drawn[i] << ", happened " << happened[i];
  EXPECT_EQ(sum.happened.crashes_while_sending > 0, drawn[2] > 0);
}

TEST_P(EveryProtocol, ReplaysASeedToTheSameConversation) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Outcome once = GetParam().run(GetParam().draw(seed), true), again = GetParam().run(GetParam().draw(seed), true);
    const Outcome unrecorded = GetParam().run(GetParam().draw(seed), false);
    const Shape shape = GetParam().draw(seed).shape;
    EXPECT_TRUE(shape.members() > 1 || once.messages == 0) << seed << ": a rank that is alone sends nothing";
    EXPECT_EQ(once.conversation.empty(), once.messages + once.happened.crashes == 0) << seed;
    EXPECT_EQ(once.conversation, again.conversation);
    EXPECT_EQ(once.events, unrecorded.events) << "recording changes nothing";
    EXPECT_NE(once.conversation, GetParam().run(GetParam().draw(seed + 1), true).conversation);
  }
}

INSTANTIATE_TEST_SUITE_P(Soak, EveryProtocol, ::testing::ValuesIn(all_subjects().begin(), all_subjects().end()),
                         [](const auto& protocol) { return std::string(protocol.param.name); });

// ---- a protocol that fails when the test says so -------------------------------------------------------------------

constexpr std::string_view kSentence = "Made up: losing messages of three operations is fatal";
constexpr std::string_view kOther = "Made up, too: two operations are always fatal";

Schedule swarm(std::uint64_t seed) {
  Random random(seed);
  return {.shape = {.ranks = 7, .in_flight = 4, .seed = seed}, .faults = Faults::swarm(random, kHop), .operations = 8};
}
Outcome fails_with_loss(const Schedule& schedule, bool record) {
  Outcome outcome;
  if (schedule.shape.seed >= 400 && schedule.faults.loss > 0 && schedule.operations >= 3 && schedule.shape.ranks >= 5)
    outcome.violated = kSentence;
  if (schedule.operations < 3) outcome.violated = kOther;
  if (record) outcome.conversation = "   0  0 → 1  hello\n";
  return outcome;
}
constexpr Subject kFragile{.name = "fragile",
                           .sentences = {&kSentence, 1},
                           .draw = &swarm,
                           .fits = [](const Shape& shape) { return shape.ranks != 5; },
                           .run = &fails_with_loss};

TEST(Soak, SetsOnlyWhatAUserMaySet) {
  static constexpr std::array kOne{Parameter{.name = "one", .initial = 2, .lowest = 2, .highest = 4, .help = ""}};
  Shape shape{.parameters = kOne};
  for (const std::int64_t value : {2, 3, 4}) {
    set(shape, "one", value);
    EXPECT_EQ(shape["one"], value);
  }
  EXPECT_THROW(set(shape, "one", 1), std::out_of_range);
  EXPECT_THROW(set(shape, "one", 5), std::out_of_range);
  EXPECT_THROW(set(shape, "two", 3), std::out_of_range);
  EXPECT_EQ(shape["one"], 4);
}

/// Numbers of servers that the protocol accepts, and values of every parameter with names for them.
TEST_P(EveryProtocol, IsDrawnWithEveryNumberOfServersAndEveryChoice) {
  std::set<std::pair<std::string_view, std::int64_t>> drawn;
  std::span<const Parameter> parameters;
  int fewest_clients = 100;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const Shape shape = GetParam().draw(seed).shape;
    EXPECT_TRUE(GetParam().fits(shape)) << seed;
    drawn.insert({"ranks", shape.ranks});
    fewest_clients = std::min(fewest_clients, shape.clients);
    parameters = shape.parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) drawn.insert({parameters[i].name, shape.values[i]});
  }
  Shape shape = GetParam().draw(1).shape;
  for (shape.ranks = 1; shape.ranks <= kRanksMost; ++shape.ranks)
    EXPECT_TRUE(drawn.contains({"ranks", shape.ranks}) || !GetParam().fits(shape)) << shape.ranks;
  EXPECT_EQ(fewest_clients, 0);
  for (const Parameter& parameter : parameters)
    for (std::size_t i = 0; i < parameter.choices.size() && !parameter.choices[i].empty(); ++i)
      EXPECT_TRUE(drawn.contains({parameter.name, static_cast<std::int64_t>(i)})) << parameter.name << " " << i;
}

/// A server cut off in one way or both, for ever, does not hold up the majority: judged, and so drawn, where that is claimed.
TEST(Soak, CutsAMinorityForEver) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    Schedule schedule{.shape = {.ranks = 1 + static_cast<int>(seed % kRanksMost)}, .faults = {.heals_at_ns = 1000}};
    const int spared = static_cast<int>(seed % 3);
    cut_a_minority_for_ever(schedule, random, std::min(spared, schedule.shape.ranks));
    int whole = 0;  // servers that can be a majority: a cut has a victim, of which there are few, at one end
    for (Rank rank = 0; rank < schedule.shape.ranks; ++rank) {
      int hurt = 0;
      for (Rank other = 0; other < schedule.shape.ranks; ++other)
        hurt += schedule.faults.is_cut_for_ever(rank, other) || schedule.faults.is_cut_for_ever(other, rank) ? 1 : 0;
      whole += 2 * hurt < schedule.shape.ranks ? 1 : 0;
      for (Rank client = schedule.shape.ranks; client < 16; ++client)
        EXPECT_FALSE(schedule.faults.is_cut_for_ever(rank, client) || schedule.faults.is_cut_for_ever(client, rank));
    }
    EXPECT_GT(2 * whole, schedule.shape.ranks) << seed;
    EXPECT_FALSE(schedule.shape.ranks < 3 && schedule.faults.is_any_cut_for_ever()) << seed;
  }
}

TEST(Soak, FindsTheLowestFailingSeedHoweverManyJobs) {
  std::uint64_t lowest = 400;
  while (swarm(lowest).faults.loss == 0) ++lowest;
  for (const int jobs : {1, 2, 5}) EXPECT_EQ(soak(kFragile, 1, 2000, jobs).failing_seed, lowest) << jobs << " jobs";
  EXPECT_FALSE(soak(kFragile, 1, 399, 2).failing_seed);
}

std::uint64_t later_seed;  ///< goes on only once another has failed, and that one only once this has begun
std::atomic<bool> has_begun, has_failed;

/// Seeds 10 and 100, which two jobs run at a time, in the order that the test wants.
Outcome fails_twice(const Schedule& schedule, bool /*record*/) {
  const std::uint64_t seed = schedule.shape.seed;
  if (seed == later_seed) {
    has_begun = true;
    while (!has_failed) std::this_thread::yield();
    for (int turn = 0; turn < 1000; ++turn) std::this_thread::yield();  // the other is to be noted first
  }
  if (seed != 10 && seed != 100) return {};
  while (!has_begun) std::this_thread::yield();
  has_failed = true;
  return {.violated = kSentence};
}

TEST(Soak, FindsTheLowestFailingSeedWhicheverFailsFirst) {
  for (const std::uint64_t later : {9U, 100U}) {
    later_seed = later;
    has_begun = has_failed = false;
    Subject subject = kFragile;
    subject.run = &fails_twice;
    EXPECT_EQ(soak(subject, 1, 128, 2).failing_seed, 10U);
  }
}

TEST(Soak, ShrinksToWhatTheViolationNeeds) {
  std::uint64_t seed = 400;
  while (swarm(seed).faults.loss == 0 || swarm(seed).faults.crash_every_ns == 0) ++seed;
  const Schedule simplest = shrunken(kFragile, swarm(seed), kSentence);
  EXPECT_EQ(simplest.operations, 3);
  EXPECT_EQ(simplest.shape.ranks, 6) << "five ranks do not fit";
  EXPECT_EQ(simplest.shape.in_flight, 1);
  EXPECT_LE(simplest.faults.heals_at_ns, kHop);
  for (const FaultKind& kind : kFaultKinds) EXPECT_EQ(kind.is_on(simplest.faults), kind.name == "loss") << kind.name;
}

TEST(Soak, ReportsInWordsHowToReplay) {
  std::uint64_t seed = 400;
  while (swarm(seed).faults.loss == 0) ++seed;
  const std::string report = report_of(kFragile, seed);
  EXPECT_NE(report.find(kSentence), std::string::npos) << report;
  EXPECT_NE(report.find("coordbench-soak fragile --schedules 1 --seed " + std::to_string(seed) + "\n"), std::string::npos);
  EXPECT_NE(report.find("6 ranks, 0 clients, 3 operations"), std::string::npos) << report;
  EXPECT_NE(report.find("0 → 1  hello"), std::string::npos) << report;
}

}  // namespace
}  // namespace coordbench::testing::soak_test
