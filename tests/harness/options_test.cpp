#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/harness/parsed_options.hpp"

namespace coordbench::testing::options_test {
namespace {

using Kind = RankChoice::Kind;

TEST(Options, DefaultsAreThoseOfTheDesign) {
  const Options options = parse({"run"});
  EXPECT_EQ(options.command, Command::run);
  EXPECT_EQ(options.kernels, Words{"*"});
  ASSERT_EQ(options.ranks.size(), 1U);
  EXPECT_EQ(options.ranks[0].kind, Kind::pow2);
  EXPECT_EQ(options.payload_bytes, (std::vector<std::int64_t>{8, 1024, 65536, 1048576}));
  EXPECT_TRUE(options.in_flight.empty());
  EXPECT_EQ(options.clients, std::vector<int>{0});
  EXPECT_DOUBLE_EQ(options.precision, 0.05);
  EXPECT_EQ(options.time_budget_ns, 2'000'000'000);
  EXPECT_EQ(options.total_budget_ns, 600'000'000'000);
  EXPECT_EQ(options.max_operations, 10'000);
  EXPECT_FALSE(options.operations || options.sync || options.seed || options.list || options.dry_run);
  EXPECT_EQ(options.out, "results/local");
  EXPECT_EQ(options.placement, "auto");
}

TEST(Options, ListsAreSplitMergedAndKeptOnce) {
  EXPECT_EQ(parse_run({"--kernels", "a*,b", "--kernels", "c,b"}).kernels, (Words{"a*", "b", "c"}));
  EXPECT_EQ(parse_run({"--bytes", "8,1KiB,8B"}).payload_bytes, (std::vector<std::int64_t>{8, 1024}));
  EXPECT_EQ(parse_run({"--in-flight=1,8,64"}).in_flight, (std::vector<int>{1, 8, 64}));
  EXPECT_EQ(parse_run({"--clients", "0,2", "--clients", "8,2"}).clients, (std::vector<int>{0, 2, 8}));
}

TEST(Options, SizeRangesArePowersOfTwo) {
  EXPECT_EQ(parse_run({"--bytes", "0,8:64"}).payload_bytes, (std::vector<std::int64_t>{0, 8, 16, 32, 64}));
  EXPECT_EQ(parse_run({"--bytes", "3:20"}).payload_bytes, (std::vector<std::int64_t>{4, 8, 16}));
  EXPECT_EQ(parse_run({"--bytes", "512MiB:1GiB"}).payload_bytes.back(), 1 << 30);
}

TEST(Options, RanksMixNumbersAndWords) {
  const auto ranks = parse_run({"--ranks", "3,pow2,all"}).ranks;
  ASSERT_EQ(ranks.size(), 3U);
  EXPECT_EQ(ranks[0].kind, Kind::count);
  EXPECT_EQ(ranks[0].count, 3);
  EXPECT_EQ(ranks[1].kind, Kind::pow2);
  EXPECT_EQ(ranks[2].kind, Kind::all);
}

TEST(Options, SettingsKeepKernelParameterAndValues) {
  const auto settings = parse_run({"--set", "two_phase_commit.variant=abort,nothing", "--set", "*.root=1"}).settings;
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings[0].kernel, "two_phase_commit");
  EXPECT_EQ(settings[0].parameter, "variant");
  EXPECT_EQ(settings[0].values, (Words{"abort", "nothing"}));
  EXPECT_EQ(settings[1].kernel, "*");
}

TEST(Options, BudgetsAndTheRestAreRead) {
  const Options options = parse_run({"--precision", "2%", "--time-budget", "500ms", "--total-budget", "3min",
                                     "--max-operations", "77", "--sync", "barrier", "--seed", "18446744073709551615",
                                     "--ranks-per-node", "4", "--placement", "list:0,1", "--out", "here", "--dry-run"});
  EXPECT_DOUBLE_EQ(options.precision, 0.02);
  EXPECT_EQ(options.time_budget_ns, 500'000'000);
  EXPECT_EQ(options.total_budget_ns, 180'000'000'000);
  EXPECT_EQ(options.max_operations, 77);
  EXPECT_EQ(options.sync, Sync::barrier);
  EXPECT_EQ(options.seed, UINT64_MAX);
  EXPECT_EQ(options.ranks_per_node, 4);
  EXPECT_EQ(options.placement, "list:0,1");
  EXPECT_EQ(options.out, "here");
  EXPECT_TRUE(options.dry_run);
  EXPECT_EQ(parse_run({"--operations", "5"}).operations, 5);
  EXPECT_FALSE(parse_run({}).ranks_per_node);
}

TEST(Options, AuthenticationsAreAList) {
  EXPECT_EQ(parse_run({}).authentications, std::vector{Authentication::none});
  EXPECT_EQ(parse_run({"--authentication", "signature,none", "--authentication", "mac,none"}).authentications,
            (std::vector{Authentication::signature, Authentication::none, Authentication::mac}));
  for (const std::string way : {"hmac", "", "mac,", "MAC"})
    expect_names(refusal_of_run({"--authentication", way.c_str()}), {"--authentication", "'"});
  expect_names(refusal_of_run({"--authentication", "hmac"}), {"--authentication", "'hmac'", "none, mac or signature"});
}

TEST(Options, TransportsAreAList) {
  EXPECT_EQ(parse_run({}).transports, std::vector{TransportName::mpi});
  EXPECT_EQ(parse_run({"--transport", "shared-memory,mpi,mpi"}).transports,
            (std::vector{TransportName::shared_memory, TransportName::mpi}));
  EXPECT_EQ(parse_run({"--transport", "hybrid"}).transports, std::vector{TransportName::hybrid});
  EXPECT_THROW(parse_run({"--transport", "tcp"}), UsageError);
}

TEST(Options, OtherCommandsHaveTheirOwn) {
  EXPECT_TRUE(parse({"list", "--json"}).json);
  EXPECT_EQ(parse({"list"}).command, Command::list);
  EXPECT_EQ(parse({"list"}).kernels, Words{});
  EXPECT_EQ(parse({"list", "raft,@register", "--json", "empty"}).kernels, (Words{"raft", "@register", "empty"}));
  EXPECT_TRUE(parse({"calibrate"}).calibrate && parse_run({"--calibrate"}).calibrate && !parse_run({}).calibrate);
  EXPECT_EQ(parse({"calibrate", "--bytes", "8:64", "--out", "a"}).payload_bytes, (std::vector<std::int64_t>{8, 16, 32, 64}));
  expect_names(refusal({"calibrate", "--kernels", "a"}), {"--kernels", "coordbench calibrate"});
  EXPECT_EQ(parse({"doctor", "--seed", "3", "--placement", "none"}).command, Command::doctor);
  EXPECT_EQ(parse({"doctor", "--seed", "3"}).seed, 3U);
  expect_names(refusal({"list", "--bytes", "8"}), {"--bytes", "coordbench list"});
  expect_names(refusal({"doctor", "--kernels", "a"}), {"--kernels", "coordbench doctor"});
}

TEST(Options, HelpAndVersionEndWell) {
  EXPECT_EQ(exit_text({"--version"}), "coordbench 1.2.3\n");
  for (const char* command : {"run", "calibrate", "list", "doctor"})
    EXPECT_NE(exit_text({"--help"}).find(command), std::string::npos);
  for (const char* option :
       {"--kernels",        "--ranks",        "--bytes",          "--set",        "--in-flight", "--clients",   "--precision",
        "--time-budget",    "--total-budget", "--max-operations", "--operations", "--sync",      "--placement", "--transport",
        "--ranks-per-node", "--seed",         "--config",         "--out",        "--list",      "--dry-run"})
    EXPECT_NE(exit_text({"run", "--help"}).find(option), std::string::npos) << option;
}

TEST(Options, UnknownWordsAreNamedWithTheNearest) {
  expect_names(refusal({}), {"run, calibrate, list, doctor"});
  expect_names(refusal({"rn"}), {"'rn'", "run, calibrate, list, doctor"});
  expect_names(refusal_of_run({"--byts", "8"}), {"'--byts'", "nearest: --bytes", "coordbench run --help"});
  expect_names(refusal_of_run({"surplus"}), {"'surplus'"});
  expect_names(refusal_of_run({"--client", "3"}), {"'--client'", "nearest: --clients"});
}

TEST(Options, BadValuesNameOptionValueAndWhatIsAccepted) {
  expect_names(refusal_of_run({"--bytes", "12Q"}), {"--bytes", "'12Q'", "1GiB", "64KiB"});
  expect_names(refusal_of_run({"--bytes", "99999999999999999999"}), {"--bytes", "'99999999999999999999'"});
  expect_names(refusal_of_run({"--bytes", "17179869184GiB"}), {"--bytes", "'17179869184GiB'"});
  expect_names(refusal_of_run({"--bytes", "2GiB"}), {"--bytes", "'2GiB'", "0 to 1GiB"});
  expect_names(refusal_of_run({"--bytes", "-8"}), {"--bytes", "'-8'"});
  expect_names(refusal_of_run({"--bytes", "64:8"}), {"--bytes", "'64:8'", "A:B"});
  expect_names(refusal_of_run({"--bytes", "8,"}), {"--bytes", "'8,'", "empty"});
  expect_names(refusal_of_run({"--kernels", ""}), {"--kernels", "empty"});
  expect_names(refusal_of_run({"--ranks", "0"}), {"--ranks", "'0'", "pow2"});
  expect_names(refusal_of_run({"--ranks", "2:8"}), {"--ranks", "'2:8'"});
  expect_names(refusal_of_run({"--in-flight", "0"}), {"--in-flight", "'0'"});
  for (const char* clients : {"-1", "two", "1.5", "1048577", "2147483647"})
    expect_names(refusal_of_run({"--clients", clients}), {"--clients", fmt::format("'{}'", clients), "from 0 to 1048576"});
  expect_names(refusal_of_run({"--set", "root=1"}), {"--set", "'root=1'", "kernel.parameter"});
  expect_names(refusal_of_run({"--set", "a.b"}), {"--set", "'a.b'"});
  expect_names(refusal_of_run({"--set", "a.b="}), {"--set"});
  expect_names(refusal_of_run({"--precision", "5"}), {"--precision", "'5'", "5%"});
  expect_names(refusal_of_run({"--precision", "0%"}), {"--precision", "'0%'"});
  expect_names(refusal_of_run({"--precision", "101%"}), {"--precision", "'101%'"});
  expect_names(refusal_of_run({"--time-budget", "2"}), {"--time-budget", "'2'", "2s"});
  expect_names(refusal_of_run({"--total-budget", "0s"}), {"--total-budget", "'0s'"});
  expect_names(refusal_of_run({"--max-operations", "0"}), {"--max-operations", "'0'"});
  expect_names(refusal_of_run({"--sync", "sometimes"}), {"--sync", "'sometimes'", "round-time, barrier or none"});
  expect_names(refusal_of_run({"--transport", "tcp"}), {"--transport", "'tcp'", "accepted: mpi, shared-memory and hybrid"});
  expect_names(refusal_of_run({"--seed", "-1"}), {"--seed", "'-1'"});
  expect_names(refusal_of_run({"--ranks-per-node", "0"}), {"--ranks-per-node", "'0'", "from 1 up"});
  expect_names(refusal_of_run({"--out", ""}), {"--out"});
}

TEST(Options, LossIsAShareAndMayDoubleAndDelay) {
  EXPECT_EQ(parse_run({"--loss", "0", "--loss", "10%,duplicate=0.01,delay=50us"}).losses,
            (std::vector<Loss>{{}, {.lost = 0.1, .doubled = 0.01, .delay_ns = 50'000}}));
  for (const std::string loss : {"1", "100%", "-0.1", "nan", "", "0.1,", "0.1,0.2", "0.1,duplicate", "0.1,duplicate=1",
                                 "0.1,delay=5", "0.1,delay=11s", "0.1,twice=0.1", "0.1,delay=1us,delay=2us"})
    expect_names(refusal_of_run({"--loss", loss.c_str()}), {"--loss", "'" + loss + "'", "below 1", "50us"});
}

TEST(Options, AMissingOrSecondValueIsOneSentence) {
  expect_names(refusal_of_run({"--bytes"}), {"--bytes", "no value"});
  expect_names(refusal_of_run({"--seed", "1", "--seed", "2"}), {"--seed", "more than one"});
}

TEST(Options, ContradictionsAreExplained) {
  expect_names(refusal_of_run({"--operations", "5", "--max-operations", "9"}),
               {"--operations", "--max-operations", "contradict"});
  expect_names(refusal_of_run({"--operations", "5", "--precision", "5%"}), {"--operations", "--precision", "contradict"});
  expect_names(refusal_of_run({"--list", "--dry-run"}), {"--list", "--dry-run", "contradict"});
  expect_names(refusal_of_run({"--in-flight", "1,8", "--sync", "barrier"}), {"--in-flight 8", "--sync barrier"});
  expect_names(refusal_of_run({"--in-flight", "8", "--sync", "round-time"}), {"--in-flight 8", "--sync round-time"});
  EXPECT_EQ(refusal_of_run({"--in-flight", "1,8", "--sync", "none"}), "");
  EXPECT_EQ(refusal_of_run({"--in-flight", "1", "--sync", "barrier"}), "");
  expect_names(refusal_of_run({"--resume", "x.h5", "--seed", "3"}), {"--resume and --seed", "leave --seed out"});
  EXPECT_EQ(refusal_of_run({"--resume", "x.h5"}), "");
}

TEST(Options, SeedsAreDrawnAfresh) { EXPECT_NE(draw_seed(), draw_seed()); }

}  // namespace
}  // namespace coordbench::testing::options_test
