// Four replicas answer tentatively, one of them a traitor. Two of them have prepared an operation and say so, then the primary
// is cut off and the traitor conceals what it prepared: the next view gives the number to another operation. Two tentative
// answers are no quorum, so the client must not have believed them.

#include "tests/safety/pbft/pbft_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::pbft::tentative_test {
namespace {

constexpr Time kTimeout = 100'000;  ///< ns; a message of the perfect network takes one
constexpr Rank kPrimary = 0, kHonest = 1, kTraitor = 2, kAbsent = 3, kSlowClient = 4, kOtherClient = 5;

struct Concealing : Safety {
  static bool lie(auto& lie) { return lie.message.kind == Kind::view_change && Liar(lie).conceals(); }
};
using World = Cluster<Pbft, Watch<Concealing>>;

World made() {
  Shape shape = shape_of<Pbft>(4, 8, {{"timeout_us", kTimeout / 1000}, {"tentative", 1}});
  shape.clients = 2;
  Faults faults;
  faults.traitors.add({.rank = kTraitor, .treasons = bit_of(Treason::lying)});
  const Schedule schedule{.shape = shape, .faults = faults, .operations = 2};
  return World(shape, faults, 2, Watch<Concealing>(schedule, true));
}
void isolate(World& world, Rank rank) {
  for (Rank other = 0; other < world.size(); ++other)
    if (other != rank) world.cut(rank, other), world.cut(other, rank);
}

TEST(PbftTentative, AnswersOfFewerThanAQuorumMayBeTakenBack) {
  World world = made();
  isolate(world, kAbsent);
  world.cut(kTraitor, kHonest);
  world.propose(0);
  world.run_until(10);
  ASSERT_TRUE(world.machine(kPrimary).replica().log.find(1)->is_prepared);
  isolate(world, kPrimary);
  isolate(world, kSlowClient);  // it does not ask again
  world.run_until(2 * kTimeout);
  ASSERT_EQ(world.machine(kHonest).replica().view, 1U);
  ASSERT_EQ(world.machine(kHonest).replica().log.find_earlier(1)->was_prepared, false);

  world.mend();
  isolate(world, kPrimary);
  isolate(world, kSlowClient);
  world.propose(1);
  world.run_until(20 * kTimeout);
  EXPECT_TRUE(world.has_ended(1));
  EXPECT_EQ(world.machine(kOtherClient).client().value_of(1), 0U) << "the number was free again";
}

}  // namespace
}  // namespace coordbench::testing::pbft::tentative_test
