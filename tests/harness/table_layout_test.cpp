// What stands beside what, in windows of several widths.

#include "harness/results/table_layout.hpp"

#include <gtest/gtest.h>

#include <array>

namespace coordbench::table_layout_test {
namespace {

constexpr std::array<TableColumn, 4> kColumns{{{.header = "kernel", .is_text = true, .gives_way = 2},
                                               {.header = "operations", .brief = "ops", .gives_way = 3},
                                               {.header = "p50"},
                                               {.header = "flags", .is_text = true, .gives_way = 1}}};
const std::vector<TableLine> kLines{
    {"chain", "10", "1.0 µs", "late few"}, {"chain", "20", "2.0 µs", ""}, {"tree", "5", "-", "late"}};

std::string in_window(std::size_t width) { return table_text(kColumns, kLines, width); }

TEST(TableText, StandsSideBySideWhereThereIsRoom) {
  EXPECT_EQ(in_window(36),
            "kernel  operations     p50  flags\n"
            "chain           10  1.0 µs  late few\n"
            "chain           20  2.0 µs\n"
            "tree             5       -  late\n");
}

TEST(TableText, ShortensHeadersFirst) {
  EXPECT_EQ(in_window(30),
            "kernel  ops     p50  flags\n"
            "chain    10  1.0 µs  late few\n"
            "chain    20  2.0 µs\n"
            "tree      5       -  late\n");
}

TEST(TableText, MovesAColumnBelowItsLine) {
  EXPECT_EQ(in_window(20),
            "kernel  ops     p50\n"
            "chain    10  1.0 µs\n"
            "    flags late few\n"
            "chain    20  2.0 µs\n"
            "tree      5       -\n"
            "    flags late\n");
}

TEST(TableText, MakesTheFirstColumnAHeadingOfTheLinesThatShareIt) {
  EXPECT_EQ(in_window(15),
            "  ops     p50\n"
            "chain\n"
            "   10  1.0 µs\n"
            "    flags late\n"
            "    few\n"
            "   20  2.0 µs\n"
            "tree\n"
            "    5       -\n"
            "    flags late\n");
}

TEST(TableText, KeepsWhatMayNotGiveWay) { EXPECT_EQ(in_window(5).substr(0, 8), "     p50"); }

TEST(TableText, LeavesOutAColumnThatIsEmpty) {
  EXPECT_EQ(table_text(kColumns, {{"chain", "", "1", ""}}, 99), "kernel  p50\nchain     1\n");
}

TEST(Wrapped, BreaksBetweenWordsOnly) {
  EXPECT_EQ(wrapped("a bc def", 4, 2), "a bc\n  def");
  EXPECT_EQ(wrapped("a/long/path b", 4, 0), "a/long/path\nb");
  EXPECT_EQ(wrapped("a b", 99, 2), "a b");
  EXPECT_EQ(wrapped("é é é", 5, 0), "é é é") << "characters count, not bytes";
}

}  // namespace
}  // namespace coordbench::table_layout_test
