#include "kernels/crdt/stability.hpp"

#include <gtest/gtest.h>

namespace coordbench::crdt::stability_test {
namespace {

TEST(Stability, AloneEverythingIsSeenEverywhere) {
  Stability alone(1, 1, 0, 4);
  for (std::uint32_t clock = 1; clock < 20; ++clock) {
    EXPECT_TRUE(alone.may_update());
    EXPECT_EQ(alone.update(), clock);
    EXPECT_EQ(alone.everywhere(), clock);
  }
}

TEST(Stability, AnUpdateIsNewerThanAllThatWasHeard) {
  Stability one(2, 2, 0, 8);
  one.hear(1, 5, 0);
  EXPECT_EQ(one.update(), 6U);
  one.hear(1, 3, 0);
  EXPECT_EQ(one.clock(), 6U);
}

TEST(Stability, SeesAsFarAsTheEditorThatIsFurthestBehind) {
  Stability reader(3, 2, 2, 100);  // rank 2 edits nothing
  reader.hear(0, 7, 0);
  EXPECT_EQ(reader.seen(), 0U) << "rank 1 may still make an update of clock 1";
  reader.hear(1, 4, 0);
  EXPECT_EQ(reader.seen(), 4U);
  EXPECT_EQ(reader.everywhere(), 0U) << "nobody has told a level";
  reader.hear(0, 7, 6);
  reader.hear(1, 4, 3);
  EXPECT_EQ(reader.everywhere(), 3U);
  reader.hear(1, 4, 1);
  EXPECT_EQ(reader.everywhere(), 3U) << "an older message takes nothing back";
}

TEST(Stability, AnEditorGoesNoFurtherThanKeepAheadOfTheSlowest) {
  Stability editor(2, 1, 0, 4);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(editor.may_update());
    editor.update();
  }
  EXPECT_FALSE(editor.may_update());
  editor.hear(1, 0, 1);
  EXPECT_TRUE(editor.may_update());
}

TEST(Stability, TellsNoLevelFurtherThanKeepAheadOfTheLowest) {
  Stability reader(3, 1, 1, 4);
  reader.hear(0, 50, 50);
  EXPECT_EQ(reader.seen(), 50U);
  EXPECT_EQ(reader.level(), 4U) << "rank 2 has told none";
  reader.hear(2, 0, 3);
  EXPECT_EQ(reader.level(), 7U);
}

TEST(Stability, SpeaksUpEveryQuarterOfKeep) {
  Stability reader(2, 1, 1, 16);
  reader.hear(0, 3, 0);
  EXPECT_FALSE(reader.has_news());
  reader.hear(0, 4, 0);
  EXPECT_TRUE(reader.has_news());
  reader.told();
  EXPECT_FALSE(reader.has_news());
  reader.hear(0, 8, 0);
  EXPECT_TRUE(reader.has_news());
}

TEST(Stability, AnEditorThatIsIdleTellsItsClock) {
  Stability idle(3, 2, 1, 16);
  idle.hear(0, 4, 0);
  EXPECT_EQ(idle.seen(), 4U) << "whatever it makes now is newer";
  EXPECT_TRUE(idle.has_news());
}

}  // namespace
}  // namespace coordbench::crdt::stability_test
