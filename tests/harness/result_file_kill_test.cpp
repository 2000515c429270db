// A launch that writes its file, killed at every call by which it does so. The calls are this executable's own definitions,
// which HDF5 and the C++ library find before the C library's.
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "harness/results/result_file.hpp"
#include "tests/support/small_launch.hpp"

namespace coordbench::result_file_kill_test {
namespace {

enum class Fate {
  passes,
  killed_before,   ///< SIGKILL in place of the call
  killed_halfway,  ///< SIGKILL once half of the bytes are written
  fails,           ///< ENOSPC in place of the call
};

/// The one call, counted from 1, that does not pass. Atomic because every thread of the executable comes through here.
struct Trap {
  std::atomic<Fate> fate = Fate::passes;
  std::atomic<bool> links_refused = false;
  std::atomic<long> number = 0, calls = 0;
  std::atomic<long long> bytes = 0;

  void arm(long at, Fate to) {
    number = at;
    fate = to;
    calls = 0;
    bytes = 0;
  }
  /// What happens to the call being made.
  Fate next() { return ++calls == number ? fate.load() : Fate::passes; }
};
Trap trap;

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

/// A call that changes a file and writes no bytes.
template <class Call>
int change(Call call) {
  const Fate fate = trap.next();
  if (fate == Fate::killed_before || fate == Fate::killed_halfway) die();
  if (fate == Fate::fails) return errno = ENOSPC, -1;
  return call();
}

/// A call that writes `count` bytes; `call` takes how many it shall write.
template <class Call>
ssize_t transfer(std::size_t count, Call call) {
  const Fate fate = trap.next();
  if (fate == Fate::killed_halfway) call(count / 2);
  if (fate == Fate::killed_before || fate == Fate::killed_halfway) die();
  if (fate == Fate::fails) return errno = ENOSPC, -1;
  trap.bytes += static_cast<long long>(count);
  return call(count);
}
}  // namespace
}  // namespace coordbench::result_file_kill_test

namespace here = coordbench::result_file_kill_test;

// Local statics find the C library's function once; `write` may be called before any other initialiser has run.
extern "C" {
ssize_t write(int file, const void* bytes, std::size_t count) {
  static auto* const call = here::real<ssize_t(int, const void*, std::size_t)>("write");
  return here::transfer(count, [&](std::size_t some) { return call(file, bytes, some); });
}
ssize_t pwrite(int file, const void* bytes, std::size_t count, off_t at) {
  static auto* const call = here::real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  return here::transfer(count, [&](std::size_t some) { return call(file, bytes, some, at); });
}
ssize_t pwrite64(int file, const void* bytes, std::size_t count, off64_t at) {
  static auto* const call = here::real<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  return here::transfer(count, [&](std::size_t some) { return call(file, bytes, some, at); });
}
ssize_t sendfile(int to, int from, off_t* at, std::size_t count) noexcept {
  static auto* const call = here::real<ssize_t(int, int, off_t*, std::size_t)>("sendfile");
  return here::transfer(count, [&](std::size_t some) { return call(to, from, at, some); });
}
int ftruncate(int file, off_t length) noexcept {
  static auto* const call = here::real<int(int, off_t)>("ftruncate");
  return here::change([&] { return call(file, length); });
}
int ftruncate64(int file, off64_t length) noexcept {
  static auto* const call = here::real<int(int, off64_t)>("ftruncate64");
  return here::change([&] { return call(file, length); });
}
int fsync(int file) {
  static auto* const call = here::real<int(int)>("fsync");
  return here::change([&] { return call(file); });
}
int rename(const char* from, const char* to) noexcept {
  static auto* const call = here::real<int(const char*, const char*)>("rename");
  return here::change([&] { return call(from, to); });
}
int link(const char* from, const char* to) noexcept {
  static auto* const call = here::real<int(const char*, const char*)>("link");
  if (here::trap.links_refused) return errno = EPERM, -1;
  return here::change([&] { return call(from, to); });
}
int unlink(const char* path) noexcept {
  static auto* const call = here::real<int(const char*)>("unlink");
  return here::change([&] { return call(path); });
}
int remove(const char* path) noexcept {
  static auto* const call = here::real<int(const char*)>("remove");
  return here::change([&] { return call(path); });
}
}

namespace coordbench::result_file_kill_test {
namespace {
namespace fs = std::filesystem;
using testing::SmallLaunch;
using testing::StoredFile;
using testing::TemporaryFolder;

// The working copy is one case behind, so that the third case is written as every later one. Time grows with the square.
constexpr std::size_t kCases = 3;
const std::vector<std::size_t> kFlagged = {0, 1};

/// What the writer had been told was safe, in memory that outlives it.
struct Acknowledged {
  bool created, flagged, finished;
  std::size_t cases;
  long calls;
};

class SharedMemory {
 public:
  SharedMemory() : memory_(::mmap(nullptr, sizeof(Acknowledged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { ::munmap(memory_, sizeof(Acknowledged)); }
  [[nodiscard]] volatile Acknowledged& operator*() const { return *static_cast<volatile Acknowledged*>(memory_); }

 private:
  void* memory_;
};

void write_launch(const fs::path& path, const SmallLaunch& launch, volatile Acknowledged& told) {
  ResultFile results(path, launch.record);
  told.created = true;
  for (std::size_t i = 0; i < kCases; ++i) {
    results.append(launch.result(i));
    told.cases = i + 1;
    if (i != 1) continue;
    results.add_flags(kFlagged, bit(Flag::drift));
    told.flagged = true;
  }
  results.finish({.load_after = "", .clock_check = "ok", .clock_error_ns = {0, 1}});
  told.finished = true;
}

/// A launch in a process of its own whose write call `number` meets `fate`.
Acknowledged write_until(long number, Fate fate, const fs::path& path, const SmallLaunch& launch) {
  const SharedMemory shared;
  volatile Acknowledged& told = *shared;
  const pid_t child = ::fork();
  if (child == 0) {
    trap.arm(number, fate);
    try {
      write_launch(path, launch, told);
    } catch (const ResultError&) {
    }
    told.calls = trap.calls;
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WIFSIGNALED(status) ? WTERMSIG(status) : 0, told.calls > 0 ? 0 : SIGKILL);
  return {told.created, told.flagged, told.finished, told.cases, told.calls};
}

/// Everything of which the writer had been told that it was safe is in the file.
void expect_kept(const fs::path& path, const Acknowledged& told, const SmallLaunch& launch) {
  if (!fs::exists(path)) {
    EXPECT_FALSE(told.created);
    return;
  }
  const StoredFile file(path);
  EXPECT_GE(file.cases(), told.cases);
  for (std::size_t i = 0; i < file.cases(); ++i) EXPECT_TRUE(holds(file, launch.result(i)));
  const auto flags = file.read<std::uint32_t>("cases/flags");
  for (const std::size_t row : kFlagged) EXPECT_TRUE(!told.flagged || (flags.at(row) & bit(Flag::drift)));
  EXPECT_TRUE(!told.finished || file.integer("/", "complete") == 1);
}

/// Memory, where files may lie in it: a process is killed here and no machine, so nothing has to reach a disk.
fs::path quick_folder() { return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : fs::temp_directory_path(); }

/// Lets every write call of a launch meet `fate` in turn; returns how many there were.
long survive(Fate fate) {
  const SmallLaunch launch(kCases);
  const TemporaryFolder folder(quick_folder());
  const auto fresh = [&](long number) {
    fs::create_directory(folder.path() / std::to_string(number));
    return folder.path() / std::to_string(number) / "launch-001.h5";
  };
  const Acknowledged whole = write_until(0, Fate::passes, fresh(0), launch);
  EXPECT_TRUE(whole.finished);
  for (long number = 1; number <= whole.calls; ++number) {
    const fs::path path = fresh(number);
    const Acknowledged told = write_until(number, fate, path, launch);
    EXPECT_NO_THROW(expect_kept(path, told, launch));
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "at write call " << number << " of " << whole.calls << ", after " << told.cases << " cases";
      break;
    }
    fs::remove_all(path.parent_path());
  }
  return whole.calls;
}

TEST(ResultFileKillTest, LosesNothingWhenItIsKilledBeforeAnyWriteCall) { EXPECT_GT(survive(Fate::killed_before), 50); }

TEST(ResultFileKillTest, LosesNothingWhenItIsKilledInTheMiddleOfAnyWriteCall) { EXPECT_GT(survive(Fate::killed_halfway), 50); }

TEST(ResultFileKillTest, LosesNothingThatItSaidWasSafeWhenAnyWriteCallFails) { EXPECT_GT(survive(Fate::fails), 50); }

/// Bytes written by each of `count` appends of equal size.
std::vector<long long> bytes_of_appends(std::size_t count) {
  const TemporaryFolder folder;
  const SmallLaunch launch(static_cast<int>(count));
  ResultFile results(ResultFile::next_free(folder.path()).path, launch.record);
  std::vector<long long> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    trap.arm(0, Fate::passes);
    results.append(launch.result(i));
    bytes.push_back(trap.bytes);
  }
  return bytes;
}

TEST(ResultFileKillTest, WritesNoMoreForALateCaseThanForAnEarlyOne) {
  const std::vector<long long> bytes = bytes_of_appends(40);
  EXPECT_GT(bytes[2], 2 * 2 * 2 * 150 * 4) << "the stamps of two cases, for the working copy is one behind";
  for (const long long late : {bytes[37], bytes[38], bytes[39]}) EXPECT_LT(late, 2 * bytes[2]);
}

TEST(ResultFileKillTest, WorksWhereTheFileSystemHasNoHardLinks) {
  const TemporaryFolder folder;
  const SmallLaunch launch(kCases);
  const fs::path path = ResultFile::next_free(folder.path()).path;
  trap.links_refused = true;
  Acknowledged told{};
  EXPECT_NO_THROW(write_launch(path, launch, told));
  trap.links_refused = false;
  expect_kept(path, told, launch);
  EXPECT_TRUE(told.finished);
  EXPECT_EQ(folder.files(), 1U);
}

}  // namespace
}  // namespace coordbench::result_file_kill_test
