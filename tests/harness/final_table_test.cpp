// The final table, cell by cell.

#include "harness/results/final_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/results/table_layout.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::final_table_test {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(ShortDuration, HasThreeDigitsAndAFittingUnit) {
  const std::vector<std::pair<double, const char*>> expected = {
      {0, "0.00 ns"},      {7.654, "7.65 ns"},   {99.96, "100 ns"},    {999.4, "999 ns"},    {999.6, "1.00 µs"},
      {12'345, "12.3 µs"}, {999'600, "1.00 ms"}, {45.67e6, "45.7 ms"}, {1.2345e9, "1.23 s"}, {5e12, "5000 s"}};
  for (const auto& [duration_ns, text] : expected) EXPECT_EQ(short_duration(duration_ns), text);
  EXPECT_EQ(short_duration(kNone), "-");
}

TableRow row(const std::string& kernel, int ranks, std::int64_t bytes, double p50) {
  return {.kernel = kernel,
          .ranks = ranks,
          .payload_bytes = bytes,
          .parameters = {},
          .operations = 5000,
          .latency = {p50, p50 * 0.98, p50 * 1.02, p50 * 1.5, p50 * 3, p50 * 9},
          .messages_per_operation = 2,
          .expected_messages_per_operation = 2,
          .detail = {}};
}

TableRow drift_watch(double p50) {
  TableRow ping_pong = row("ping_pong", 2, 8, p50);
  ping_pong.drift_watch = true;
  return ping_pong;
}

const TableSummary kSummary{
    .cases_planned = 3, .file = "results/x/launch-001.h5", .wall_s = 83.2, .writing_s = 1.664, .timer_overhead_ns = 23};

std::vector<std::string> lines_of(const std::vector<TableRow>& rows) {
  std::istringstream text(final_table(rows, kSummary));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// The words of the only case's line.
std::string only_line(const TableRow& only) { return lines_of({drift_watch(400), only}).at(1); }

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

TEST(FinalTable, ReadsLikeThis) {
  TableRow commit = row("two_phase_commit", 2, 1024, 1234);
  commit.parameters = "variant=presumed_abort";
  commit.latency.p99 = kNone;
  commit.flags = bit(Flag::late_starts) | bit(Flag::few_samples);
  TableRow broken = row("binomial_broadcast", 2, 8, 217);
  broken.messages_per_operation = 3;
  broken.verdict = Verdict::count_mismatch;
  broken.detail = "3 messages, 2 expected";
  EXPECT_EQ(
      final_table(std::vector{drift_watch(400), commit, broken}, kSummary),
      "kernel              ranks  bytes  parameters              operations   p50 [within launch]     p99  ÷ RTT at 8 B  "
      "messages/op  flags     verdict\n"
      "binomial_broadcast      2    8 B                                5000     217 ns [213, 221]  651 ns             -  "
      "     3 != 2            count_mismatch: 3 messages, 2 expected\n"
      "two_phase_commit        2  1 KiB  variant=presumed_abort        5000  1.23 µs [1.21, 1.26]       -          3.08  "
      "      2 = 2  late few\n"
      "3 cases: 2 ok, 1 count_mismatch; 1 of them, ping_pong around each block, have no row above; results/x/launch-001.h5; "
      "83.2 s, 2.0 % of it writing\n"
      "one reading of the clock takes 23.0 ns, 6 % of the shortest median (ping_pong); above 20 % in 0 cases\n"
      "[ ]: 95 % interval of the median within this launch, from 20 batches of its operations; medians of other launches often "
      "lie outside\n");
}

TEST(FinalTable, FitsAWindowAndLosesNothing) {
  TableRow reduced = row("reduce_scatter_allgather_aggregation", 2, 1 << 20, 1234567);
  reduced.parameters = "operator=sum in_flight=64";
  reduced.flags = bit(Flag::late_starts) | bit(Flag::few_samples);
  reduced.verdict = Verdict::count_mismatch;
  reduced.detail = "14 messages where the closed form of the kernel says 12, at rank 1 of 2, in the first of all blocks";
  TableRow shared = reduced;
  shared.transport = TransportName::shared_memory;
  TableSummary summary = kSummary;
  summary.columns = 80;
  const std::string text = final_table(std::vector{drift_watch(400), reduced, shared}, summary);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(characters(line), 80U) << line;
  for (const char* word :
       {"\nreduce_scatter_allgather_aggregation\n", "shared-memory", "operator=sum in_flight=64", "late few",
        "count_mismatch: 14 messages where", "2 = 2", "1.23 ms [1.21, 1.26]", "3.70 ms", "5000", "results/x/launch-001.h5;"})
    EXPECT_NE(text.find(word), std::string::npos) << word << " is not in:\n" << text;
}

TEST(FinalTable, SortsByKernelRanksAndBytes) {
  TableRow deep = row("b", 2, 8, 1), shallow = deep;
  deep.parameters = "in_flight=64";
  shallow.parameters = "in_flight=8";
  const auto lines = lines_of({row("b", 10, 8, 1), deep, row("b", 2, 64, 1), shallow, row("a", 16, 8, 1)});
  const std::vector<std::string> expected = {"a 16 8 B", "b 2 8 B in_flight=8", "b 2 8 B in_flight=64", "b 2 64 B", "b 10 8 B"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::vector<std::string> wanted = words_of(expected[i]), words = words_of(lines.at(i + 1));
    EXPECT_TRUE(std::equal(wanted.begin(), wanted.end(), words.begin())) << lines[i + 1];
  }
}

/// The word before those of "2 = 2".
std::string ratio_in(const std::string& line) {
  const std::vector<std::string> words = words_of(line);
  return words.at(words.size() - 4);
}

TEST(FinalTable, HasARatioToTheRoundTripBesideTheCase) {
  EXPECT_EQ(ratio_in(lines_of({drift_watch(400), drift_watch(600), row("x", 2, 8, 1000)}).at(1)), "2.00");
  TableRow other_start_line = row("x", 2, 8, 1000);
  other_start_line.sync = Sync::barrier;
  EXPECT_EQ(ratio_in(lines_of({drift_watch(400), other_start_line, row("y", 2, 8, 1000)}).at(1)), "-");
}

TEST(FinalTable, HasAnotherRatioToPingPongOfTheSamePayload) {
  const auto lines =
      lines_of({drift_watch(400), row("ping_pong", 2, 1024, 800), row("x", 2, 1024, 1200), row("y", 2, 8, 1200)});
  EXPECT_NE(lines.at(0).find("÷ RTT at 8 B  ÷ ping_pong at its bytes"), std::string::npos) << lines.at(0);
  EXPECT_EQ(ratio_in(lines.at(2)), "1.50") << lines.at(2);
  EXPECT_EQ(ratio_in(lines.at(3)), "3.00") << "8 B: the only one";
  EXPECT_EQ(lines_of({drift_watch(400), row("x", 2, 1024, 1200)}).at(0).find("at its bytes"), std::string::npos);
}

TEST(FinalTable, HasNoRatioWhereRanksShareCores) {
  TableRow crowded = row("x", 2, 8, 1000);
  crowded.flags = bit(Flag::oversubscribed);
  const std::string text = final_table(std::vector{drift_watch(400), crowded}, kSummary);
  EXPECT_EQ(text.find("RTT"), std::string::npos) << text;
  EXPECT_NE(text.find("more ranks than cores"), std::string::npos) << text;
}

TEST(FinalTable, KnowsWhatAnEarlierLifeOfTheLaunchMeasured) {
  TableSummary resumed = kSummary;
  resumed.round_trips_before = {
      {.block = 0, .drift_watch = true, .transport = "mpi", .sync = "round-time", .payload_bytes = 8, .p50_ns = 600}};
  const std::string text = final_table(std::vector{drift_watch(400), row("x", 2, 8, 1000)}, resumed);
  EXPECT_NE(text.find(" 2.00 "), std::string::npos) << text;
}

TEST(FinalTable, SaysOfWhatAnIntervalIs) {
  EXPECT_NE(
      final_table(std::vector{row("x", 2, 8, 1000)}, kSummary).find("[ ]: 95 % interval of the median within this launch"),
      std::string::npos);
  TableRow few = row("x", 2, 8, 1000);
  few.latency.p50_low = few.latency.p50_high = kNone;
  EXPECT_EQ(final_table(std::vector{few}, kSummary).find("[ ]"), std::string::npos);
}

TEST(FinalTable, ShowsMessagesByTheRuleOfTheirCount) {
  TableRow measured = row("x", 2, 8, 1000);
  measured.messages_per_operation = 2.5;
  EXPECT_NE(only_line(measured).find("2.5 != 2"), std::string::npos);
  measured.count_rule = CountRule::expected;
  EXPECT_NE(only_line(measured).find("2.5 ~ 2"), std::string::npos);
  measured.count_rule = CountRule::range;
  for (const auto& [most, text] :
       {std::pair{4.0, "2.5 in 2-4"}, std::pair{2.25, "2.5 != 2-2.25"}, std::pair{2.0, "2.5 != 2"}}) {
    measured.expected_messages_most_per_operation = most;
    EXPECT_NE(only_line(measured).find(text), std::string::npos) << only_line(measured);
  }
  measured.count_rule = CountRule::none;
  measured.expected_messages_per_operation = kNone;
  EXPECT_EQ(only_line(measured).back(), '-');
}

TEST(FinalTable, SaysHowOftenOperationsTookEffectUnlessOnceEach) {
  TableRow erring = row("x", 2, 8, 1000);
  for (const double right : {1.0, kNone}) {
    erring.applied_share = right;
    EXPECT_EQ(only_line(erring).find("applied"), std::string::npos);
  }
  erring.applied_share = 1.1138;
  EXPECT_NE(only_line(erring).find("applied 111 %"), std::string::npos) << only_line(erring);
  erring.applied_share = 0.9;
  erring.coverage = 0.9;
  EXPECT_NE(only_line(erring).find("reached 90 % applied 90 %"), std::string::npos) << only_line(erring);
}

TEST(FinalTable, OfCasesWithoutASampleHasDashes) {
  TableRow hung = row("x", 2, 8, kNone);
  hung.operations = 0;
  hung.messages_per_operation = kNone;
  hung.verdict = Verdict::timed_out;
  EXPECT_EQ(words_of(only_line(hung)), (std::vector<std::string>{"x", "2", "8", "B", "0", "-", "-", "-", "timed_out"}));
}

TEST(FinalTable, ClosesWithEveryVerdictAndWhatDidNotRun) {
  std::vector<TableRow> rows{drift_watch(400), drift_watch(400), row("x", 2, 8, 1), row("x", 4, 8, 1)};
  rows[1].verdict = Verdict::wrong_answer;
  rows[2].verdict = Verdict::timed_out;
  rows[3].verdict = Verdict::count_mismatch;
  const std::string text = final_table(rows, {.cases_planned = 9, .file = "a.h5", .wall_s = 2, .writing_s = 0});
  const std::string closing =
      "9 cases: 1 ok, 1 wrong_answer, 1 count_mismatch, 1 timed_out, 5 not run; 2 of them, ping_pong around each "
      "block, have no row above; a.h5; 2.0 s, 0.0 % of it writing\n";
  EXPECT_NE(text.find(closing), std::string::npos) << text;
}

TEST(FinalTable, OfALaunchWithoutCasesIsItsClosingLine) {
  EXPECT_EQ(final_table({}, {.cases_planned = 2, .file = "a.h5", .wall_s = 0, .writing_s = 0}),
            "2 cases: 0 ok, 2 not run; a.h5; 0.0 s, 0.0 % of it writing\n");
}

}  // namespace
}  // namespace coordbench::final_table_test
