// What readers of a case's samples are told besides: values that are absent, first operations of blocks, marks that the start
// line delays, payloads that are not copied.

#include <gtest/gtest.h>

#include "harness/results/result_file.hpp"
#include "tests/support/small_launch.hpp"

namespace coordbench::case_tables_test {
namespace {
namespace fs = std::filesystem;
using testing::SmallLaunch;
using testing::StoredFile;
using testing::TemporaryFolder;
using Integers = std::vector<std::int64_t>;

/// Three operations on two ranks; rank 1 reaches the mark of the first two after the next one has begun.
CaseResult with_a_late_mark(const SmallLaunch& launch) {
  CaseResult result = launch.result(0, 3);
  result.samples.start_ns = {100, -1, 200, -1, 300, -1};
  result.samples.end_ns = {150, 160, 250, 260, 350, 360};
  result.samples.mark_ns = {140, 201, 240, 301, 340, 345};
  result.block_ends = {1, 3};
  return result;
}

TEST(CaseTables, TellsWhatTheStartLineDelaysAndWhereBlocksBegin) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  results.append(with_a_late_mark(launch));
  CaseResult punctual = with_a_late_mark(launch);
  punctual.planned = &launch.plan.cases[1];
  punctual.samples.mark_ns = {140, 200, 240, 301, 340, 345};  // at 200 the second operation begins
  results.append(punctual);
  const StoredFile file(path);
  const std::string first = "samples/" + launch.plan.cases[0].name + "/", second = "samples/" + launch.plan.cases[1].name + "/";
  EXPECT_EQ(file.read<double>(first + "after_next_start"), (std::vector<double>{1}));
  EXPECT_EQ(file.read<double>(second + "after_next_start"), (std::vector<double>{0.5}));
  EXPECT_EQ(file.integers(first, "block_ends"), (Integers{1, 3}));
  for (const char* stamps : {"start_ns", "end_ns", "mark_ns"})
    EXPECT_EQ(file.integers(first + stamps, "_FillValue"), Integers{-1}) << stamps;
}

TEST(CaseTables, TellsWhetherPayloadsReachOtherRanks) {
  Kernel kernel{.name = "x", .family = Family::protocol, .about = {}};
  kernel.stays_in_place = [](const Shape& shape) { return shape.payload_bytes > 32; };
  Case planned{.kernel = &kernel, .shape = {.ranks = 2, .payload_bytes = 64}, .name = {}};
  EXPECT_TRUE(is_payload_copied(planned)) << "over MPI";
  planned.transport = TransportName::shared_memory;
  EXPECT_FALSE(is_payload_copied(planned));
  planned.transport = TransportName::hybrid;
  planned.shape.ranks_per_node = 2;
  EXPECT_FALSE(is_payload_copied(planned)) << "both on one node";
  planned.shape.ranks_per_node = 1;
  EXPECT_TRUE(is_payload_copied(planned)) << "from node to node";
  planned.transport = TransportName::shared_memory;
  planned.shape.payload_bytes = 32;
  EXPECT_TRUE(is_payload_copied(planned)) << "inside the message";
  planned.shape.payload_bytes = 0;
  EXPECT_FALSE(is_payload_copied(planned));
  planned.shape = {.ranks = 1, .payload_bytes = 8};
  EXPECT_FALSE(is_payload_copied(planned)) << "to whom?";
  planned.shape.clients = 1;
  EXPECT_TRUE(is_payload_copied(planned));
}

}  // namespace
}  // namespace coordbench::case_tables_test
