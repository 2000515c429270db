#include "collectives/reduce_scatter_allgather_aggregation.hpp"

#include <gtest/gtest.h>

#include "tests/support/collective_checks.hpp"

namespace coordbench::testing::reduce_scatter_allgather_aggregation_test {
namespace {

TEST(ReduceScatterAllgatherAggregation, HalvesAndDoublesAndFoldsInTheRest) {
  EXPECT_EQ(messages_counted<ReduceScatterAllgatherAggregation>(1), 0);
  EXPECT_EQ(messages_counted<ReduceScatterAllgatherAggregation>(2), 4);
  EXPECT_EQ(messages_counted<ReduceScatterAllgatherAggregation>(3), 4 + 2);
  EXPECT_EQ(messages_counted<ReduceScatterAllgatherAggregation>(4), 16);
  EXPECT_EQ(messages_counted<ReduceScatterAllgatherAggregation>(7), 16 + 6);
  EXPECT_EQ(messages_counted<ReduceScatterAllgatherAggregation>(8), 48);
  expect_closed_form_up_to<ReduceScatterAllgatherAggregation>(17);
}

TEST(ReduceScatterAllgatherAggregation, SendsLessThanTwoPayloadsPerRank) {
  // Four ranks, 64 bytes: each sends 32 + 16 halving and 16 + 32 doubling. Recursive doubling would send 128 each.
  const auto shape = shape_of<ReduceScatterAllgatherAggregation>(4, 64);
  EXPECT_EQ(run_collective<ReduceScatterAllgatherAggregation>(shape, 1).bytes, 4 * 96);
}

TEST(ReduceScatterAllgatherAggregation, IsRightWhereElementsDoNotDivideByRanks) {
  for (const std::int64_t bytes : {7, 24, 56, 1001, 4104})
    for (const int ranks : {5, 8, 16})
      expect_closed_form<ReduceScatterAllgatherAggregation>(shape_of<ReduceScatterAllgatherAggregation>(ranks, bytes));
}

TEST(ReduceScatterAllgatherAggregation, DeclaresBothWaysAndTheFolding) {
  EXPECT_EQ(ReduceScatterAllgatherAggregation::delays(shape_of<ReduceScatterAllgatherAggregation>(1)), 0);
  EXPECT_EQ(ReduceScatterAllgatherAggregation::delays(shape_of<ReduceScatterAllgatherAggregation>(8)), 6);
  EXPECT_EQ(ReduceScatterAllgatherAggregation::delays(shape_of<ReduceScatterAllgatherAggregation>(9)), 8);
}

}  // namespace
}  // namespace coordbench::testing::reduce_scatter_allgather_aggregation_test
