#include "harness/results/hidden_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "harness/results/result_file.hpp"
#include "tests/support/small_launch.hpp"

namespace coordbench::hidden_files_test {
namespace {
namespace fs = std::filesystem;
using testing::SmallLaunch;
using testing::TemporaryFolder;
using InDoubt = HeldFile::InDoubt;

/// As a launch on `host` leaves it that is killed.
void leave(const fs::path& path, const std::string& host) { std::ofstream(path) << host; }

std::string this_host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size());
  return name.data();
}

TEST(HeldFile, IsHeldByOneAndGoneWithIt) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "lock";
  {
    const auto held = HeldFile::take(path, InDoubt::take);
    ASSERT_TRUE(held);
    EXPECT_FALSE(HeldFile::take(path, InDoubt::take));
    EXPECT_FALSE(HeldFile::take(path, InDoubt::leave));
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(HeldFile::take(path, InDoubt::leave));
}

TEST(HeldFile, OfAKilledLaunchIsTakenOverIfItWasOfThisHost) {
  const TemporaryFolder folder;
  leave(folder.path() / "ours", this_host());
  leave(folder.path() / "theirs", "another host");
  EXPECT_TRUE(HeldFile::take(folder.path() / "ours", InDoubt::leave));
  EXPECT_FALSE(HeldFile::take(folder.path() / "theirs", InDoubt::leave)) << "their locks may not be known here";
  EXPECT_TRUE(fs::exists(folder.path() / "theirs"));
  EXPECT_TRUE(HeldFile::take(folder.path() / "theirs", InDoubt::take));
}

TEST(HiddenFiles, OfKilledLaunchesAreRemovedAndThoseOfOthersStay) {
  const TemporaryFolder folder;
  const HiddenFiles dead(folder.path() / "launch-001.h5"), alive(folder.path() / "launch-002.h5");
  for (const HiddenFiles* files : {&dead, &alive})
    for (const fs::path& path : files->all()) leave(path, this_host());
  leave(folder.path() / ".launch-003.h5.next", "");
  leave(folder.path() / ".launch-004.h5.mine", "");
  const int descriptor = ::open(alive.lock.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(descriptor, LOCK_EX), 0);
  remove_leftovers_in(folder.path());
  for (const fs::path& path : dead.all()) EXPECT_FALSE(fs::exists(path)) << path;
  EXPECT_TRUE(fs::exists(alive.working) && fs::exists(alive.spare) && fs::exists(alive.lock));
  EXPECT_FALSE(fs::exists(folder.path() / ".launch-003.h5.next"));
  EXPECT_TRUE(fs::exists(folder.path() / ".launch-004.h5.mine"));
  ::close(descriptor);
}

TEST(HiddenFiles, OfARunningLaunchSurviveTheStartOfAnother) {
  const TemporaryFolder folder;
  const SmallLaunch launch;
  ResultFile first(ResultFile::next_free(folder.path()).path, launch.record);
  first.append(launch.result(0));
  const ResultFile second(ResultFile::next_free(folder.path()).path, launch.record);
  EXPECT_TRUE(fs::exists(HiddenFiles(folder.path() / "launch-001.h5").working));
  first.append(launch.result(1));
  EXPECT_EQ(testing::StoredFile(folder.path() / "launch-001.h5").cases(), 2U);
}

}  // namespace
}  // namespace coordbench::hidden_files_test
