// What a case's median is divided by, as results/README.md defines it.

#include "harness/results/round_trips.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace coordbench::round_trips_test {
namespace {

TableRow row(const std::string& kernel, double p50, int block = 0, std::int64_t bytes = 8) {
  TableRow row{
      .kernel = kernel, .ranks = 2, .payload_bytes = bytes, .parameters = {}, .block = block, .latency = {}, .detail = {}};
  row.latency.p50 = p50;
  return row;
}
TableRow watch(double p50, int block = 0) {
  TableRow ping_pong = row("ping_pong", p50, block);
  ping_pong.drift_watch = true;
  return ping_pong;
}
double over_8_bytes(const std::vector<TableRow>& others, const TableRow& of) {
  return RoundTrips({}, others).of(of).over_8_bytes;
}

TEST(RoundTrips, AreThoseAroundTheCasesOwnBlock) {
  const std::vector<TableRow> others{watch(400), watch(600), watch(5000, 1), watch(7000, 1), row("ping_pong", 90'000)};
  EXPECT_EQ(over_8_bytes(others, row("x", 1000)), 2) << "the mean of 400 and 600";
  EXPECT_EQ(over_8_bytes(others, row("x", 12'000, 1)), 2);
  EXPECT_EQ(over_8_bytes({watch(400)}, row("x", 1000)), 2.5) << "one alone, of a launch that ended in the block";
}

TEST(RoundTrips, WithoutOnesAroundTheBlockAreTheLaunchsOthers) {
  EXPECT_EQ(over_8_bytes({watch(5000, 1), row("ping_pong", 300, 2), row("ping_pong", 500, 3)}, row("x", 1200)), 3);
  EXPECT_TRUE(std::isnan(over_8_bytes({watch(5000, 1)}, row("x", 1200)))) << "those around another block are none of its";
}

TEST(RoundTrips, AreOfTheSameTransportAndStartLine) {
  TableRow shared = watch(100), streamed = watch(50), case_over_shared = row("x", 1000), stream = case_over_shared;
  shared.transport = case_over_shared.transport = TransportName::shared_memory;
  streamed.sync = stream.sync = Sync::none;
  const std::vector<TableRow> others{watch(400), shared, streamed};
  EXPECT_EQ(over_8_bytes(others, row("x", 1000)), 2.5);
  EXPECT_EQ(over_8_bytes(others, case_over_shared), 10);
  EXPECT_EQ(over_8_bytes(others, stream), 20);
  TableRow behind_barrier = row("x", 1000);
  behind_barrier.sync = Sync::barrier;
  EXPECT_TRUE(std::isnan(over_8_bytes(others, behind_barrier)));
}

TEST(RoundTrips, AreOfTwoRanksOneAtATimeAndOk) {
  TableRow far = watch(1), deep = watch(1), failed = watch(1), unknown = watch(std::nan("")), other = watch(1);
  far.ranks = 4;
  deep.in_flight = 8;
  failed.verdict = Verdict::wrong_answer;
  other.kernel = "pong_ping";
  EXPECT_EQ(over_8_bytes({far, deep, failed, unknown, other, watch(400)}, row("x", 1000)), 2.5);
}

TEST(RoundTrips, OfThePayloadsOwnSizeStandBesideThoseOf8Bytes) {
  const std::vector<TableRow> others{watch(400), watch(400), row("ping_pong", 20'000, 3, 1 << 16)};
  const Ratios large = RoundTrips({}, others).of(row("x", 40'000, 0, 1 << 16));
  EXPECT_EQ(large.over_8_bytes, 100);
  EXPECT_EQ(large.over_own_bytes, 2);
  const Ratios small = RoundTrips({}, others).of(row("x", 1000)), empty = RoundTrips({}, others).of(row("x", 1000, 0, 0));
  EXPECT_TRUE(std::isnan(small.over_own_bytes)) << "the same as the other";
  EXPECT_TRUE(std::isnan(empty.over_own_bytes));
  EXPECT_EQ(empty.over_8_bytes, 2.5);
  EXPECT_TRUE(std::isnan(RoundTrips({}, others).of(row("x", 1000, 0, 1024)).over_own_bytes)) << "nobody measured that";
}

TEST(RoundTrips, AreNoMeasureOfWhatIsCrowdedOrFailed) {
  TableRow crowded = row("x", 1000), failed = row("x", 1000);
  crowded.flags = bit(Flag::oversubscribed);
  failed.verdict = Verdict::timed_out;
  for (const TableRow& none : {crowded, failed, watch(400)}) {
    const Ratios ratios = RoundTrips({}, std::vector{watch(400)}).of(none);
    EXPECT_TRUE(std::isnan(ratios.over_8_bytes) && std::isnan(ratios.over_own_bytes));
  }
}

TEST(RoundTrips, KnowTheOneBeforeABlock) {
  RoundTrips trips(
      {{.block = 3, .drift_watch = true, .transport = "mpi", .sync = "round-time", .payload_bytes = 8, .p50_ns = 300}});
  EXPECT_EQ(trips.before(3, "mpi"), 300) << "measured by an earlier life of the launch";
  trips.add(watch(500, 3));
  EXPECT_EQ(trips.before(3, "mpi"), 300);
  EXPECT_TRUE(std::isnan(trips.before(3, "shared-memory")));
  EXPECT_TRUE(std::isnan(trips.before(4, "mpi")));
}

}  // namespace
}  // namespace coordbench::round_trips_test
