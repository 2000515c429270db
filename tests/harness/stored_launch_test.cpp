// What --resume reads: a file that can be gone on with, files of another origin, files that cannot be read here, and damaged
// ones.
#include "harness/results/stored_launch.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>

#include "harness/options/usage_error.hpp"
#include "harness/results/launch_tables.hpp"
#include "tests/support/mutations.hpp"
#include "tests/support/small_launch.hpp"
#include "tests/support/topologies.hpp"

#ifdef __SANITIZE_ADDRESS__
/// HDF5 asks for as much memory as a damaged file says, and goes on if it does not get it.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
#endif

namespace coordbench::stored_launch_test {
namespace {
namespace fs = std::filesystem;
using testing::SmallLaunch;
using testing::StoredFile;
using testing::TemporaryFolder;

const Origin kHere{.program = "coordbench",
                   .source = kSource,
                   .schema_version = kSchemaVersion,
                   .coordbench_version = "1.0.0",
                   .git_commit = "0123456",
                   .ranks = 2};

/// A launch of four cases that was killed when two were finished.
struct Interrupted {
  Interrupted() {
    launch.record.arguments = {"build/coordbench", "run"};
    launch.record.options = {"run", "--bytes=8"};
    launch.record.environment.emplace_back("mpi_library", "a library");
    ResultFile results(path, launch.record);
    for (const std::size_t each : {0U, 1U}) results.append(launch.result(each, 20));
  }
  [[nodiscard]] StoredLaunch read(const Origin& here = kHere) const { return read_stored_launch(path, here); }
  [[nodiscard]] std::string refusal(const Origin& here = kHere) const {
    return testing::refusal<UsageError>([&] { static_cast<void>(read(here)); });
  }

  TemporaryFolder folder;
  fs::path path = folder.path() / "launch-001.h5";
  SmallLaunch launch{4};
};

/// Reads the file and goes on with it to the end.
void go_on(const fs::path& path, const SmallLaunch& launch) {
  const StoredLaunch begun = read_stored_launch(path, kHere);
  ResultFile results(path, launch.record, begun);
  for (std::size_t each = 0; each < launch.plan.cases.size(); ++each)
    if (std::find(begun.done.begin(), begun.done.end(), launch.plan.cases[each].name) == begun.done.end())
      results.append(launch.result(each, 20));
  results.finish({.load_after = "", .clock_check = "ok", .clock_error_ns = {0, 1}});
}

TEST(StoredLaunch, TellsWhatWasAskedAndWhatIsDone) {
  const Interrupted interrupted;
  const StoredLaunch begun = interrupted.read();
  EXPECT_EQ(begun.options, (Texts{"run", "--bytes=8"}));
  EXPECT_EQ(begun.seed, UINT64_MAX);
  EXPECT_FALSE(begun.complete);
  EXPECT_EQ(begun.environment.at("mpi_library"), "a library");
  EXPECT_EQ(begun.environment.at("cores"), "2");
  EXPECT_EQ(begun.hosts, (Texts{"h", "h"}));
  EXPECT_EQ(begun.planned.size(), 4U) << "the skipped combination apart";
  EXPECT_EQ(begun.done, (Texts{begun.planned[0], begun.planned[1]}));
  EXPECT_EQ(begun.open_block.at("mpi"), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(begun.round_trips.empty()) << "no ping_pong among them";
}

TEST(StoredLaunch, IsOfOneOriginWithWhoGoesOn) {
  const Interrupted interrupted;
  const auto expect_refused = [&](std::string Origin::*member, const std::string& what) {
    Origin here = kHere;
    here.*member = "another";
    const std::string sentence = interrupted.refusal(here);
    EXPECT_NE(sentence.find(" has the " + what + " '"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("this launch 'another'"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find(interrupted.path.native()), std::string::npos) << sentence;
  };
  expect_refused(&Origin::program, "program");
  expect_refused(&Origin::source, "source");
  expect_refused(&Origin::schema_version, "schema_version");
  expect_refused(&Origin::coordbench_version, "coordbench_version");
  expect_refused(&Origin::git_commit, "git_commit");
  Origin here = kHere;
  here.ranks = 3;
  EXPECT_NE(interrupted.refusal(here).find("begun on 2 ranks, and this launch has 3"), std::string::npos);
}

TEST(StoredLaunch, AnUnknownCommitMatchesNothing) {
  const Interrupted interrupted;
  hdf5::write_attribute(hdf5::open_file(interrupted.path), "git_commit", "unknown");
  Origin here = kHere;
  here.git_commit = "unknown";
  EXPECT_NE(interrupted.refusal(here).find("nobody knows"), std::string::npos);
}

TEST(StoredLaunch, AGoodFileThatCannotBeReadHereIsNotCalledDamaged) {
  const Interrupted interrupted;
  const auto expect_words = [&](const std::string& words) {
    const std::string sentence = interrupted.refusal();
    EXPECT_NE(sentence.find(words), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find("damaged"), std::string::npos) << sentence;
  };
  {
    const int writer = ::open(interrupted.path.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::flock(writer, LOCK_EX), 0);
    expect_words("is open for writing in another process, which holds its lock; close it there");
    ::close(writer);
  }
  fs::rename(interrupted.path, interrupted.folder.path() / "elsewhere");
  expect_words("is not there; accepted: a launch-*.h5");
  fs::create_directory(interrupted.path);
  expect_words("is a folder; accepted");
  fs::remove(interrupted.path);
  ASSERT_EQ(::mkfifo(interrupted.path.c_str(), 0600), 0);
  expect_words("is no regular file; accepted");
  fs::remove(interrupted.path);
  std::ofstream(interrupted.path).flush();
  expect_words("is empty; accepted");
  std::ofstream(interrupted.path) << "something else";
  expect_words("is no HDF5 file; accepted");
}

// ---- damaged files ------------------------------------------------------------------------------------------------------

enum Outcome : int { kWentOn = 40, kRefused, kBadSentence, kOurCrash, kOurHang, kCrashOfHdf5, kHangOfHdf5, kUnlike };

/// Whose code a signal has interrupted: of its callers the first that is HDF5's or this program's. Says all of them.
/// `returns_to` is where the handler returns to; in front of it are frames of the handler, and of a sanitiser.
bool is_in_hdf5(const void* returns_to) {
  std::array<void*, 64> frames{};
  const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  ::backtrace_symbols_fd(frames.data(), depth, STDERR_FILENO);
  Dl_info ours{};
  dladdr(reinterpret_cast<void*>(&is_in_hdf5), &ours);
  const auto end = frames.begin() + depth;
  for (auto each = std::find(frames.begin(), end, returns_to); each != end; ++each) {
    Dl_info frame{};
    if (dladdr(*each, &frame) == 0 || frame.dli_fname == nullptr) continue;
    if (std::strstr(frame.dli_fname, "libhdf5") != nullptr) return true;
    if (std::strcmp(frame.dli_fname, ours.dli_fname) == 0) return false;
  }
  return false;
}

extern "C" void on_crash(int signal) {
  const bool in_hdf5 = is_in_hdf5(__builtin_return_address(0));
  if (signal == SIGPROF) ::_exit(in_hdf5 ? kHangOfHdf5 : kOurHang);
  ::_exit(in_hdf5 ? kCrashOfHdf5 : kOurCrash);
}

/// In a process of its own, with five seconds of its core.
void watch_this_process() {
  static std::array<char, 1 << 17> stack;
  const stack_t other{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  ::sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPROF}) ::sigaction(signal, &action, nullptr);
  const itimerval limit{.it_interval = {}, .it_value = {.tv_sec = 5, .tv_usec = 0}};
  ::setitimer(ITIMER_PROF, &limit, nullptr);
}

bool is_one_sentence(const std::string& text, const fs::path& path) {
  const std::string begin = "--resume: '" + path.native() + "' ";
  return text.starts_with(begin) && text.find('\n') == text.npos && text.find("std::") == text.npos &&
         text.find("json.exception") == text.npos && text.find("vector") == text.npos;
}

/// What becomes of a launch that goes on with the file. What the process says, a sanitiser's report for example, is in `said`.
int outcome_of(const fs::path& path, const SmallLaunch& launch, const fs::path& said) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(said.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    ::dup2(file, STDERR_FILENO);
    watch_this_process();
    try {
      go_on(path, launch);
      ::_exit(StoredFile(path).integer("/", "complete") == 1 ? kWentOn : kUnlike);
    } catch (const UsageError& error) {
      ::dprintf(STDERR_FILENO, "%s\n", error.what());
      ::_exit(is_one_sentence(error.what(), path) ? kRefused : kBadSentence);
    } catch (const std::exception& error) {  // it was believed sound, and then could not be written
      ::dprintf(STDERR_FILENO, "%s\n", error.what());
      ::_exit(kUnlike);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : kOurCrash;
}

std::string text_in(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A sanitiser ends the process with another status; its first frames say whose code it was.
bool is_report_of_hdf5(const std::string& said) {
  const std::size_t frame = said.find("#1 "), end = said.find('\n', frame);
  return said.find("Sanitizer") != said.npos && frame != said.npos &&
         said.substr(frame, end - frame).find("libhdf5") != said.npos;
}

/// How many damaged files are tried: more of them outside the suite.
std::size_t mutations_wanted() {
  const char* wanted = std::getenv("COORDBENCH_MUTATIONS");
  return wanted == nullptr ? 40 : static_cast<std::size_t>(std::atol(wanted));
}

/// Each of `count` damaged copies of a sound file is gone on with or refused in one sentence.
template <class Damage>
void expect_no_crash(const char* what, std::size_t count, Damage damage) {
  const TemporaryFolder folder(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : fs::temp_directory_path());
  const Interrupted sound;
  const fs::path copy = folder.path() / "launch-002.h5", said = folder.path() / "said";
  std::map<int, std::size_t> outcomes;
  for (std::size_t i = 0; i < count; ++i) {
    fs::copy_file(sound.path, copy, fs::copy_options::overwrite_existing);
    const std::string which = damage(copy, i);
    int outcome = outcome_of(copy, sound.launch, said);
    const std::string text = text_in(said);
    if (outcome < kWentOn || outcome > kUnlike) outcome = is_report_of_hdf5(text) ? kCrashOfHdf5 : kOurCrash;
    ++outcomes[outcome];
    EXPECT_TRUE(outcome == kWentOn || outcome == kRefused || outcome == kCrashOfHdf5 || outcome == kHangOfHdf5)
        << which << ": outcome " << outcome << "\n"
        << text.substr(0, 4000);
  }
  const std::size_t ours = outcomes[kOurCrash], hangs = outcomes[kOurHang],
                    of_hdf5 = outcomes[kCrashOfHdf5] + outcomes[kHangOfHdf5];
  std::printf(
      "%zu %s: %zu gone on with, %zu refused; crashes %zu, hangs %zu, bad sentences %zu, believed and not written %zu; "
      "crashes and hangs of HDF5's own %zu\n",
      count, what, outcomes[kWentOn], outcomes[kRefused], ours, hangs, outcomes[kBadSentence], outcomes[kUnlike], of_hdf5);
  EXPECT_GT(outcomes[kRefused], count / 4) << "most of a file matters";
}

TEST(StoredLaunch, SurvivesDamageToEveryVariableAndAttribute) {
  const std::size_t wanted = mutations_wanted();
  const Interrupted sound;
  const auto all = testing::mutations_of(sound.path);
  const std::size_t count = std::min(wanted, all.size());
  expect_no_crash("places damaged", count, [&](const fs::path& copy, std::size_t i) {
    const testing::Mutation& mutation = all[i * all.size() / count];
    try {
      mutation.apply(hdf5::open_file(copy).get());
    } catch (const hdf5::Failure&) {  // HDF5 makes no attribute of more than 64 KiB: then it is missing
    }
    return mutation.what;
  });
}

TEST(StoredLaunch, SurvivesDamageToAnyByte) {
  expect_no_crash("files with damaged bytes", mutations_wanted(), [&](const fs::path& copy, std::size_t i) {
    testing::damage_bytes(copy, i);
    return "bytes, seed " + std::to_string(i);
  });
}

}  // namespace
}  // namespace coordbench::stored_launch_test
