#include "collectives/parts/blocks.hpp"

#include <gtest/gtest.h>

namespace coordbench::testing::blocks_test {
namespace {

TEST(Blocks, CoverAPayloadWithoutGapsAndDifferByOneGrain) {
  for (const std::size_t bytes : {0U, 8U, 24U, 4096U, 4104U})
    for (const int count : {1, 3, 8, 64}) {
      const Blocks blocks(bytes, count, 8);
      std::size_t end = 0;
      for (int i = 0; i < count; ++i) {
        const Extent block = blocks.extent(i);
        EXPECT_EQ(block.offset, end);
        EXPECT_EQ(block.size % 8, 0U);
        EXPECT_LE(block.size, (bytes / 8 / static_cast<std::size_t>(count) + 1) * 8);
        end += block.size;
      }
      EXPECT_EQ(end, bytes);
    }
}

TEST(Blocks, GiveRunsOfNeighbours) {
  const Blocks blocks(100, 10);
  EXPECT_EQ(blocks.extent(3, 4).offset, 30U);
  EXPECT_EQ(blocks.extent(3, 4).size, 40U);
}

}  // namespace
}  // namespace coordbench::testing::blocks_test
