// What a failover loses, by how many backups a write waits for; and what is outside the claim: a rank that comes back without
// its memory before it is excluded.

#include <gtest/gtest.h>

#include "tests/kernels/primary_backups.hpp"
#include "tests/kernels/violations.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::primary_backup::primary_backup_losses_test {
namespace {

/// Counts, and violates nothing.
struct Losses {
  static constexpr std::string_view sentence = "Losses: counted";
  explicit Losses(const Schedule& /*schedule*/) {}
  bool holds(const Step<PrimaryBackup>& step, const auto& world) {
    const PrimaryBackup& machine = world.machine(step.rank);
    failovers += step.cause == Cause::configure && machine.primary() == step.rank && step.rank > 0 ? 1 : 0;
    lost += writes_.lost_in(step, world);
    return true;
  }
  static inline std::int64_t failovers = 0, lost = 0;

 private:
  AnsweredWrites writes_{};
};
/// Clients write as fast as they may, some messages are lost, and ranks crash for good.
struct Counted : Safety {
  using Invariants = std::tuple<Losses>;
  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    shape.clients = 2;
    shape.in_flight = 1;
    set(shape, "timeout_us", 4);
    schedule.operations = 200;
    schedule.think_ns = kHop;
    Faults& faults = schedule.faults = {.seed = random.next(), .delay = Faults::Delay::uniform};
    faults.delay_least_ns = 100, faults.delay_most_ns = 300;
    faults.loss = 0.1;
    faults.crash_every_ns = 20 * kHop;
    faults.notices_after_ns = 5 * kHop;
    faults.heals_at_ns = 200 * kHop;
    schedule.ends_at_ns = 2'000 * kHop;
  }
};

/// Answered writes that are lost, for each failover.
double losses(std::int64_t acknowledge) {
  Losses::failovers = Losses::lost = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Schedule schedule = draw<Counted>(seed);
    set(schedule.shape, "acknowledge", acknowledge);
    EXPECT_EQ(run<Counted>(schedule, false).violated, "");
  }
  EXPECT_GT(Losses::failovers, 500);
  const double each = static_cast<double>(Losses::lost) / static_cast<double>(Losses::failovers);
  ::testing::Test::RecordProperty("answered writes lost per failover", std::to_string(each));
  return each;
}

TEST(PrimaryBackupLosses, AFailoverLosesNothingOnlyIfWritesWaitForAllBackups) {
  const double one = losses(setting::one), none = losses(setting::none);
  EXPECT_EQ(losses(setting::all), 0);
  EXPECT_GT(one, 0) << "the new primary may not be the backup that acknowledged";
  EXPECT_GT(none, 0.02) << "what the new primary had not got yet";
  EXPECT_GT(none, one);
}

// ---- outside the claim -------------------------------------------------------------------------------------------------

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

template <class Claim>
int violations_with(std::int64_t acknowledge) {
  return violations<Claim>(3000, [&](Schedule& schedule) { set(schedule.shape, "acknowledge", acknowledge); });
}

TEST(PrimaryBackupLosses, SchedulesFindThatOnlyAllIsLinearizableAcrossAFailover) {
  EXPECT_EQ(violations_with<Overclaimed>(setting::all), 0);
  EXPECT_GT(violations_with<Overclaimed>(setting::one), 0);
  EXPECT_GT(violations_with<Overclaimed>(setting::none), 0);
}

TEST(PrimaryBackupLosses, SchedulesFindARankThatComesBackWithoutItsMemory) {
  EXPECT_GT(violations_with<Forgetful>(setting::all), 0);
}

}  // namespace
}  // namespace coordbench::testing::primary_backup::primary_backup_losses_test
