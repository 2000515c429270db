// How far messages travel: by levels of the machine, by zones of a platform, by the nodes that the user declares.

#include "harness/world/reaches.hpp"

#include <gtest/gtest.h>

#include "tests/support/mpi_world.hpp"

namespace coordbench::testing::reaches_mpi_test {
namespace {

TEST(Reaches, FollowTheClosestLevelThatTwoRanksShare) {
  for (const Distance shared : {Distance::self, Distance::pu, Distance::core, Distance::l2, Distance::l3})
    EXPECT_EQ(reach_of(shared), Reach::cache) << name_of(shared);
  for (const Distance shared : {Distance::numa, Distance::package, Distance::machine, Distance::unknown})
    EXPECT_EQ(reach_of(shared), Reach::node) << name_of(shared);
  EXPECT_EQ(reach_of(Distance::network), Reach::zone);
}

TEST(Reaches, FollowTheZonesOfAPlatform) {
  EXPECT_EQ(reach_between({}, {}), Reach::zone) << "a platform that says nothing";
  EXPECT_EQ(reach_between({"north", "a"}, {"north", "a"}), Reach::zone);
  EXPECT_EQ(reach_between({"north", "a"}, {"north", "b"}), Reach::region);
  EXPECT_EQ(reach_between({"north", "a"}, {"south", "a"}), Reach::world);
}

TEST(Reaches, CallAnotherNodeWhatWasDeclaredOne) {
  Seating seating;
  seating.ranks.resize(static_cast<std::size_t>(world().size()));
  if (world().is_root())
    seating.distance.assign(seating.ranks.size() * seating.ranks.size(), static_cast<std::int8_t>(Distance::l3));
  const std::vector<Reach> near = reaches_of(world(), seating, nodes_of(world(), world().size()));
  EXPECT_EQ(near, std::vector<Reach>(seating.ranks.size(), Reach::cache));
  const std::vector<Reach> apart = reaches_of(world(), seating, nodes_of(world(), 1));
  for (Rank rank = 0; rank < world().size(); ++rank)
    EXPECT_EQ(apart[static_cast<std::size_t>(rank)], rank == world().rank() ? Reach::cache : Reach::zone);
}

}  // namespace
}  // namespace coordbench::testing::reaches_mpi_test
