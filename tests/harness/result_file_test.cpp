#include "harness/results/result_file.hpp"

#include <sys/resource.h>
#include <csignal>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "tests/support/small_launch.hpp"
#include "tests/support/topologies.hpp"

namespace coordbench::result_file_test {
namespace {
namespace fs = std::filesystem;
using testing::SmallLaunch;
using testing::StoredFile;
using testing::TemporaryFolder;
using Names = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
const LaunchEnd kEnd{.load_after = "0.5 0.4 0.3", .clock_check = "ok", .clock_error_ns = {0, 70}};

TEST(ResultFileName, IsTheNextFreeNumberInAFolderThatItMakes) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  EXPECT_EQ(ResultFile::next_free(folder.path() / "a" / "b").path.filename(), "launch-001.h5");
  const ResultFile first(ResultFile::next_free(folder.path()).path, launch.record);
  const ResultFile::Name second = ResultFile::next_free(folder.path());
  EXPECT_EQ(second.path.filename(), "launch-002.h5");
  EXPECT_EQ(ResultFile::next_free(folder.path()).path.filename(), "launch-003.h5") << "002 is reserved, though not yet written";
}

TEST(ResultFileName, IsGivenOnceAmongLaunchesThatStartAtOnce) {
  const TemporaryFolder folder;
  std::vector<std::vector<ResultFile::Name>> given(4);
  std::vector<std::thread> launches;
  for (auto& names : given)
    launches.emplace_back([&] {
      for (int i = 0; i < 25; ++i) names.push_back(ResultFile::next_free(folder.path()));
    });
  for (std::thread& launch : launches) launch.join();
  std::set<fs::path> different;
  for (const auto& names : given)
    for (const ResultFile::Name& name : names) different.insert(name.path);
  EXPECT_EQ(different.size(), 100U);
}

TEST(ResultFileName, IsRefusedWithASentenceWhereNoFolderCanBe) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "not a folder";
  const fs::path below = folder.path() / "file" / "out";
  EXPECT_EQ(testing::refusal<ResultError>([&] { ResultFile::next_free(below); }),
            "results cannot be written to the folder '" + below.native() + "' (Not a directory); name another with --out");
}

TEST(ResultFileTest, HoldsTheLaunchAndIsNotCompleteWhenItIsNew) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  const ResultFile results(path, launch.record);
  const StoredFile file(path);
  EXPECT_EQ(file.text("/", "schema_version"), "1.7");
  EXPECT_EQ(file.text("/", "command_line"), launch.record.command_line);
  EXPECT_EQ(file.integer("/", "complete"), 0);
  EXPECT_EQ(file.integer("/", "epoch_ns"), 17);
  EXPECT_EQ(file.text("environment", "host"), "h");
  EXPECT_EQ(file.integer("environment", "cores"), 2);
  EXPECT_EQ(file.text("environment", "load_after"), "");
  EXPECT_EQ(file.read<std::int64_t>("plan/order"), (Integers{0, 1, 2, 3, 4, -1}));
  EXPECT_EQ(file.texts("plan/reason").back(), "more ranks than the world has");
  EXPECT_EQ(file.read<std::int64_t>("ranks/pu"), (Integers{0, 2}));
  EXPECT_EQ(file.texts("ranks/cpuset"), (Names{"0", "2"}));
  EXPECT_EQ(file.read<std::int8_t>("ranks/distance"), launch.record.distance);
  EXPECT_FALSE(file.has("limits")) << "nobody measured them";
  EXPECT_EQ(file.cases(), 0U);
}

TEST(ResultFileTest, KeepsEverySampleOfACaseAndItsRow) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  results.append(launch.result(0));
  results.append(launch.result(1));
  const StoredFile file(path);
  EXPECT_TRUE(holds(file, launch.result(0)));
  EXPECT_TRUE(holds(file, launch.result(1)));
  EXPECT_EQ(file.texts("cases/name"), (Names{launch.plan.cases[0].name, launch.plan.cases[1].name}));
  EXPECT_EQ(file.texts("cases/parameters")[0], R"({"no_votes":0,"variant":"presumed_abort"})");
  EXPECT_EQ(file.texts("cases/latency_definition")[1], "proposer");
  EXPECT_EQ(file.texts("cases/placement")[1], "compact");
  EXPECT_EQ(file.read<std::int64_t>("cases/delays"), (Integers{4, 4}));
  EXPECT_EQ(file.read<std::int64_t>("cases/background_messages"), (Integers{3, 3}));
  EXPECT_EQ(file.read<double>("cases/messages_per_operation")[1], 4.0) << "background messages apart";
  for (const auto& [what, sum] :
       {std::pair{"busiest_rank_messages", 2}, {"bytes", 96}, {"bytes_within_cache", 64}, {"cpu_ns", 10}})
    EXPECT_EQ(file.read<double>(std::string("cases/") + what + "_per_operation")[1], sum) << what;
  EXPECT_TRUE(std::isnan(file.read<double>("cases/latency_p99_ns")[1]));
  EXPECT_EQ(file.text("samples/" + launch.plan.cases[0].name, "marks"), "decided ended");
}

TEST(ResultFileTest, NamesDimensionsAsTheSchemaDoes) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  results.append(launch.result(1));
  const StoredFile file(path);
  const std::string group = "samples/" + launch.plan.cases[1].name + "/";
  EXPECT_EQ(file.dimensions(group + "start_ns"), (Names{"operation", "rank"}));
  EXPECT_EQ(file.dimensions(group + "mark_ns"), (Names{"mark", "operation", "rank"}));
  EXPECT_EQ(file.dimensions(group + "start_slack_ns"), (Names{"operation"}));
  EXPECT_EQ(file.dimensions(group + "delays"), (Names{"every_mark"}));
  EXPECT_EQ(file.dimensions(group + "bytes_sent"), (Names{"rank"}));
  EXPECT_EQ(file.dimensions("ranks/distance"), (Names{"rank", "peer"}));
  EXPECT_EQ(file.dimensions("plan/reason"), (Names{"planned"}));
  EXPECT_EQ(file.dimensions("cases/flags"), (Names{"case"}));
  EXPECT_EQ(file.text("cases/flags", "flag_meanings").substr(0, 27), "oversubscribed late_starts ");
}

TEST(ResultFileTest, KeepsACaseThatTimedOutBeforeItsFirstOperation) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  CaseResult result = launch.result(0, 0);
  result.verdict = Verdict::timed_out;
  result.detail = "rank 1 waited for a vote";
  results.append(result);
  const StoredFile file(path);
  EXPECT_TRUE(holds(file, result));
  EXPECT_EQ(file.texts("cases/detail"), (Names{"rank 1 waited for a vote"}));
  EXPECT_TRUE(std::isnan(file.read<double>("cases/messages_per_operation")[0]));
}

TEST(ResultFileTest, LeavesOutWhatACollectiveWithoutAnAgreedStartDoesNotHave) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  CaseResult result = launch.result(0);
  result.samples.marks = 0;
  result.samples.mark_ns.clear();
  result.samples.start_slack_ns.clear();
  result.delays.clear();
  result.expected_delays.clear();
  results.append(result);
  const StoredFile file(path);
  const std::string group = "samples/" + result.planned->name;
  EXPECT_TRUE(file.has(group + "/end_ns"));
  for (const char* absent : {"/mark_ns", "/mark", "/start_slack_ns", "/delays", "/every_mark"})
    EXPECT_FALSE(file.has(group + absent));
  EXPECT_EQ(file.read<std::int64_t>("cases/delays"), (Integers{-1}));
}

TEST(ResultFileTest, AddsFlagsToCasesAlreadyWritten) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  for (std::size_t i = 0; i < 3; ++i) results.append(launch.result(i));
  results.add_flags(std::vector<std::size_t>{0, 2}, bit(Flag::drift));
  results.append(launch.result(3));
  const std::uint32_t few = bit(Flag::few_samples), both = few | bit(Flag::drift);
  EXPECT_EQ(StoredFile(path).read<std::uint32_t>("cases/flags"), (std::vector<std::uint32_t>{both, few, both, few}));
}

TEST(ResultFileTest, IsCompleteAndAloneInItsFolderWhenItIsFinished) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  for (std::size_t i = 0; i < 3; ++i) results.append(launch.result(i));
  const double before = results.writing_s();
  results.finish(kEnd);
  EXPECT_GT(results.writing_s(), before);
  EXPECT_GT(before, 0);
  const StoredFile file(path);
  EXPECT_EQ(file.integer("/", "complete"), 1);
  EXPECT_EQ(file.text("environment", "load_after"), "0.5 0.4 0.3");
  EXPECT_EQ(file.text("ranks", "clock_check"), "ok");
  EXPECT_EQ(file.read<double>("ranks/clock_error_ns"), kEnd.clock_error_ns);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(holds(file, launch.result(i)));
  EXPECT_EQ(folder.files(), 1U);
}

TEST(ResultFileTest, LeavesAReaderInPeaceThatHasItOpen) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  results.append(launch.result(0));
  const StoredFile reader(path);
  for (std::size_t i = 1; i < 5; ++i) results.append(launch.result(i));
  EXPECT_EQ(reader.cases(), 1U);
  EXPECT_TRUE(holds(reader, launch.result(0)));
  const StoredFile late(path);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(holds(late, launch.result(i)));
}

TEST(ResultFileTest, OverwritesHiddenFilesOfAKilledLaunchOfItsName) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  for (const char* suffix : {"next", "previous"})
    std::ofstream(folder.path() / (std::string(".launch-001.h5.") + suffix)) << "rubbish";
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ASSERT_EQ(path.filename(), "launch-001.h5");
  ResultFile results(path, launch.record);
  for (std::size_t i = 0; i < 3; ++i) results.append(launch.result(i));
  results.finish(kEnd);
  EXPECT_EQ(StoredFile(path).cases(), 3U);
  EXPECT_EQ(folder.files(), 1U);
}

TEST(ResultFileTest, RefusesAFileThatExists) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  results.append(launch.result(0));
  EXPECT_EQ(testing::refusal<ResultError>([&] { const ResultFile second(path, launch.record); }),
            "'" + path.native() + "' exists already and is not overwritten");
  results.append(launch.result(1));
  EXPECT_EQ(StoredFile(path).cases(), 2U);
}

TEST(ResultFileTest, KeepsChunksSmall) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  results.append(launch.result(0, 50'000));
  const StoredFile file(path);
  EXPECT_TRUE(holds(file, launch.result(0, 50'000)));
  const hdf5::Handle variable(H5Dopen2(file.id(), ("samples/" + launch.plan.cases[0].name + "/mark_ns").c_str(), H5P_DEFAULT),
                              H5Dclose, "open");
  const hdf5::Handle creation(H5Dget_create_plist(variable.get()), H5Pclose, "read");
  std::array<hsize_t, 3> chunk{};
  ASSERT_EQ(H5Pget_chunk(creation.get(), 3, chunk.data()), 3);
  EXPECT_EQ(chunk, (std::array<hsize_t, 3>{1, 16'384, 2}));
}

/// What a launch does whose disk is full, in a process of its own: no file can grow past `bytes`.
template <class Write>
[[noreturn]] void on_a_full_disk(std::uintmax_t bytes, Write write) {
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0 || std::signal(SIGXFSZ, SIG_IGN) == SIG_ERR) std::exit(1);
  try {
    write();
  } catch (const ResultError& error) {
    std::fputs(error.what(), stderr);
    std::exit(3);
  }
  std::exit(0);
}

TEST(ResultFileTest, SaysSoWhenTheDiskIsFullAndKeepsWhatItHas) {
  const SmallLaunch launch;
  for (const std::uintmax_t room : {100U, 2'000U, 5'000U, 20'000U, 100'000U}) {
    const TemporaryFolder folder;
    const fs::path path = ResultFile::next_free(folder.path()).path;
    ResultFile results(path, launch.record);
    for (std::size_t i = 0; i < 3; ++i) results.append(launch.result(i));
    EXPECT_EXIT(on_a_full_disk(fs::file_size(path) + room, [&] { results.append(launch.result(3, 20'000)); }),
                ::testing::ExitedWithCode(3), "^results cannot be written to '.*launch-001.h5' .*File too large.*--out$");
    const StoredFile file(path);
    EXPECT_EQ(file.cases(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(holds(file, launch.result(i)));
  }
}

TEST(ResultFileTest, AsksNothingMoreOfADiskThatFailed) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  ResultFile results(path, launch.record);
  const auto failing = [&] { results.append(launch.result(0, 20'000)); };
  const auto write = [&] {
    const std::string sentence = testing::refusal<ResultError>(failing);
    if (testing::refusal<ResultError>([&] { results.finish(kEnd); }) == sentence) results.append(launch.result(1));
  };
  EXPECT_EXIT(on_a_full_disk(fs::file_size(path), write), ::testing::ExitedWithCode(3), "File too large");
  EXPECT_EQ(StoredFile(path).integer("/", "complete"), 0);
}

TEST(ResultFileTest, LeavesNothingBehindWhereThereIsNoRoomForIt) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  const fs::path path = ResultFile::next_free(folder.path()).path;
  EXPECT_EXIT(
      on_a_full_disk(4'096, [&] { const ResultFile results(path, launch.record); }), ::testing::ExitedWithCode(3),
      "^results cannot be written to '.*' \\(cannot write and close the file: File too large\\); make room there or name "
      "another folder with --out$");
  EXPECT_EQ(folder.files(), 0U);
}

}  // namespace
}  // namespace coordbench::result_file_test
