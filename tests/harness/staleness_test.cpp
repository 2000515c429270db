// How old what reads return is, of histories made by hand.

#include <gtest/gtest.h>

#include <cmath>

#include "harness/kernel.hpp"
#include "harness/measure/staleness.hpp"
#include "harness/outbox.hpp"

namespace coordbench::testing::staleness_test {
namespace {

constexpr std::array<std::string_view, 2> kKinds{"write", "read"};
constexpr std::int64_t kNone = Samples::kNoAnswer;

/// One rank; what is asked for is a read where `of` is given.
struct Asked {
  Time start, end;
  std::optional<Operation> of{};
};

struct History {
  explicit History(const std::vector<Asked>& asked) {
    kernel.kinds = kKinds;
    kernel.proposers = [](const Shape&) { return 1; };
    planned.kernel = &kernel;
    samples.operations = static_cast<std::int64_t>(asked.size());
    samples.ranks = 1;
    for (const Asked& it : asked) {
      samples.start_ns.push_back(it.start);
      samples.end_ns.push_back(it.end);
      samples.of.push_back(it.of.value_or(Answer::nothing));
    }
    for (std::size_t k = 0; k < asked.size(); ++k)
      if (asked[k].of) planned.shape.seed |= std::uint64_t{1} << k;  // read by kind()
    kernel.kind = [](const Shape& shape, Operation k) { return static_cast<int>(shape.seed >> static_cast<unsigned>(k) & 1U); };
  }
  [[nodiscard]] Staleness staleness(double clock_error_ns = 0) const { return staleness_of(planned, samples, clock_error_ns); }

  Kernel kernel{};
  Case planned{};
  Samples samples{};
};
using Values = std::vector<std::int64_t>;

TEST(Staleness, IsNoneWhereTheNewestWriteIsRead) {
  const History history({{0, 10}, {20, 30}, {40, 50, 1}});
  EXPECT_EQ(history.staleness().versions_behind, (Values{-1, -1, 0}));
  EXPECT_EQ(history.staleness().behind_ns, (Values{-1, -1, 0}));
  EXPECT_EQ(stale_share_of(history.staleness()), 0);
}

TEST(Staleness, CountsWritesThatHadEndedAndTellsSinceWhen) {
  const History history({{0, 10}, {20, 30}, {40, 50}, {60, 70, 0}, {80, 90, 2}});
  EXPECT_EQ(history.staleness().versions_behind, (Values{-1, -1, -1, 2, 0}));
  EXPECT_EQ(history.staleness().behind_ns, (Values{-1, -1, -1, 60 - 30, 0}));
  EXPECT_EQ(stale_share_of(history.staleness()), 0.5);
}

TEST(Staleness, KnowsThatTheInitialValueIsOlderThanEveryWrite) {
  const History history({{0, 10}, {20, 30}, {40, 50, Answer::initial}});
  EXPECT_EQ(history.staleness().versions_behind, (Values{-1, -1, 2}));
  EXPECT_EQ(history.staleness().behind_ns[2], 30);
}

TEST(Staleness, LeavesOutWritesThatOverlapTheReadOrTheWriteThatItReturns) {
  const History overlaps_read({{0, 10}, {20, 45}, {40, 50, 0}});
  EXPECT_EQ(overlaps_read.staleness().versions_behind[2], 0) << "it had not ended when the read began";
  const History overlaps_write({{0, 25}, {20, 30}, {40, 50, 0}});
  EXPECT_EQ(overlaps_write.staleness().versions_behind[2], 0) << "either may be the newer one";
}

TEST(Staleness, AllowsForTheClocksError) {
  const History history({{0, 10}, {20, 38}, {40, 50, 0}});
  EXPECT_EQ(history.staleness(0.5).versions_behind[2], 1);
  EXPECT_EQ(history.staleness(1).versions_behind[2], 0) << "two clocks of this error could have swapped both instants";
}

TEST(Staleness, LeavesOutReadsWithoutAnAnswerAndCasesWithoutReads) {
  const History history({{0, 10}, {20, -1, 0}, {30, 40, kNone}});
  EXPECT_EQ(history.staleness().versions_behind, (Values{-1, -1, -1}));
  EXPECT_TRUE(std::isnan(stale_share_of(history.staleness())));
  History writes({{0, 10}});
  writes.samples.of.clear();
  EXPECT_TRUE(writes.staleness().versions_behind.empty());
}

TEST(Staleness, AgreesWithCountingOneByOne) {
  std::uint64_t state = 1;
  const auto draw = [&state](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>((state >> 33U) % below);
  };
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Asked> asked;
    Time now = 0;
    for (Operation k = 0; k < 40; ++k) {
      now += 1 + draw(20);
      Asked it{now, now + 1 + draw(60)};
      if (k > 0 && draw(2) == 0) {
        Operation of = draw(static_cast<std::uint64_t>(k) + 1) - 1;
        while (of >= 0 && asked[static_cast<std::size_t>(of)].of) --of;
        it.of = of;
      }
      asked.push_back(it);
    }
    const Staleness found = History(asked).staleness();
    for (std::size_t k = 0; k < asked.size(); ++k) {
      if (!asked[k].of) continue;
      const Time since = *asked[k].of < 0 ? -1 : asked[static_cast<std::size_t>(*asked[k].of)].end;
      std::int64_t newer = 0;
      Time first_end = kNever;
      for (const Asked& write : asked)
        if (!write.of && write.start > since && write.end < asked[k].start) ++newer, first_end = std::min(first_end, write.end);
      ASSERT_EQ(found.versions_behind[k], newer);
      ASSERT_EQ(found.behind_ns[k], newer > 0 ? asked[k].start - first_end : 0);
    }
  }
}

}  // namespace
}  // namespace coordbench::testing::staleness_test
