#include "kernels/paxos/preparation.hpp"

#include <gtest/gtest.h>

#include "kernels/multi_paxos.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::paxos_preparation_test {
namespace {

using Kind = paxos::Message::Kind;

struct Preparing {
  void value(Rank from, paxos::Index index, paxos::Ballot ballot, std::uint32_t operation) {
    machine.take_value(from, {.first = operation, .kind = Kind::promised_value, .index = index, .value_ballot = ballot}, {},
                       out);
  }
  void promise(Rank from, std::uint32_t values) { machine.take_promise(from, {.kind = Kind::promise, .slots = values}); }

  Shape shape = shape_of<MultiPaxos>(5, 8, {{"election_timeout_us", 1}});
  paxos::Setting setting{shape};
  paxos::Out out{bounds_of<MultiPaxos>(shape, 0)};
  paxos::Preparation machine{setting, 8};
};

TEST(PaxosPreparation, FindsTheValueOfTheHighestBallotInWhateverOrderItIsTold) {
  Preparing preparing;
  preparing.machine.begin(3);
  preparing.value(1, 5, 7, 1);
  preparing.value(2, 5, 9, 2);
  preparing.value(3, 5, 8, 3);
  EXPECT_EQ(preparing.machine.found()[5].operation, 2);
  EXPECT_EQ(preparing.machine.found().ballot_of(4), 0U);
}

TEST(PaxosPreparation, CountsAPromiseOnceAllItsValuesHaveCome) {
  Preparing preparing;
  preparing.machine.begin(0);
  preparing.promise(1, 2);
  preparing.value(1, 1, 5, 1);
  for (int copy = 0; copy < 3; ++copy) preparing.value(1, 1, 5, 1);
  EXPECT_EQ(preparing.machine.complete(), 0);
  preparing.value(1, 2, 5, 2);
  EXPECT_EQ(preparing.machine.complete(), 1);
  for (int copy = 0; copy < 3; ++copy) preparing.promise(1, 2);
  EXPECT_EQ(preparing.machine.complete(), 1);
  preparing.promise(2, 0);
  EXPECT_EQ(preparing.machine.complete(), 2) << "it had accepted nothing";
}

TEST(PaxosPreparation, DoesNotCountAPromiseOfWhichAValueHasNoRoom) {
  Preparing preparing;
  preparing.machine.begin(2);
  preparing.value(1, 11, 5, 1);  // eight slots behind 2
  preparing.promise(1, 1);
  EXPECT_EQ(preparing.machine.complete(), 0);
}

TEST(PaxosPreparation, ForgetsTheLastOne) {
  Preparing preparing;
  preparing.machine.begin(0);
  preparing.value(1, 1, 5, 1);
  preparing.promise(1, 1);
  preparing.machine.begin(0);
  EXPECT_EQ(preparing.machine.complete(), 0);
  EXPECT_EQ(preparing.machine.found().last(), 0U);
  preparing.value(1, 1, 5, 1);
  preparing.promise(1, 1);
  EXPECT_EQ(preparing.machine.complete(), 1);
}

}  // namespace
}  // namespace coordbench::testing::paxos_preparation_test
