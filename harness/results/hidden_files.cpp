#include "harness/results/hidden_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

namespace coordbench {
namespace fs = std::filesystem;
namespace {

fs::path hidden(const fs::path& published, const char* suffix) {
  return published.parent_path() / fmt::format(".{}.{}", published.filename().native(), suffix);
}

std::string this_host() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// The host that made the file.
std::string host_in(int descriptor) {
  std::array<char, HOST_NAME_MAX + 1> name{};
  const ssize_t length = ::pread(descriptor, name.data(), name.size(), 0);
  return length <= 0 ? "" : std::string(name.data(), static_cast<std::size_t>(length));
}

void write_host(int descriptor) {
  const std::string host = this_host();
  const ssize_t ignored = ::pwrite(descriptor, host.data(), host.size(), 0);  // a full disk: others then leave the file alone
  static_cast<void>(ignored);
}

/// False if another process has removed the file since it was opened.
bool still_names(const fs::path& path, int descriptor) {
  struct stat opened {
  }, named{};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

/// launch-001.h5 of .launch-001.h5.lock; empty for a file of another kind.
std::string published_name(std::string_view hidden_name) {
  if (!hidden_name.starts_with(".launch-")) return "";
  for (const std::string_view suffix : {".h5.next", ".h5.previous", ".h5.reserved", ".h5.lock"})
    if (hidden_name.ends_with(suffix)) return std::string(hidden_name.substr(1, hidden_name.rfind('.') - 1));
  return "";
}

constexpr int kAttempts = 100;  ///< each fails only if another launch ends at that instant

[[noreturn]] void throw_errno() { throw std::system_error(errno, std::generic_category(), "cannot make a file in it"); }

}  // namespace

HiddenFiles::HiddenFiles(const fs::path& published)
    : working(hidden(published, "next")),
      spare(hidden(published, "previous")),
      reservation(hidden(published, "reserved")),
      lock(hidden(published, "lock")) {}

std::optional<HeldFile> HeldFile::take(const fs::path& path, InDoubt in_doubt) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
    if (made < 0 && errno != EEXIST) throw_errno();
    const int descriptor = made >= 0 ? made : ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT) continue;  // removed between the two calls
    if (descriptor < 0 && in_doubt == InDoubt::leave) return std::nullopt;
    if (descriptor < 0) throw_errno();
    // The process that makes the file writes its host only once it holds the lock.
    bool in_question = made < 0 && host_in(descriptor) != this_host();
    const bool locked = (in_question && in_doubt == InDoubt::leave) || ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    const bool is_held = !locked && errno == EWOULDBLOCK;
    in_question = in_question || (made < 0 && !locked);
    const bool mine = !is_held && !(in_question && in_doubt == InDoubt::leave);
    if (mine && still_names(path, descriptor)) {
      write_host(descriptor);
      return HeldFile(path, descriptor);
    }
    ::close(descriptor);
    if (!mine) return std::nullopt;
  }
  throw std::system_error(std::make_error_code(std::errc::device_or_resource_busy), "cannot make a file in it");
}

HeldFile::~HeldFile() {
  if (descriptor_ < 0) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
  ::close(descriptor_);
}

void remove_reservation_of(const fs::path& published) try {
  HeldFile::take(HiddenFiles(published).reservation, HeldFile::InDoubt::leave);  // removes it again
} catch (const std::system_error&) {                                             // a file that stays harms nobody
}

void remove_leftovers_of(const fs::path& published) try {
  const HiddenFiles files(published);
  const auto reservation = HeldFile::take(files.reservation, HeldFile::InDoubt::leave);
  const auto lock = HeldFile::take(files.lock, HeldFile::InDoubt::leave);
  if (!reservation || !lock) return;
  std::error_code ignored;
  fs::remove(files.working, ignored);
  fs::remove(files.spare, ignored);
} catch (const std::system_error&) {  // they harm nobody
}

void remove_leftovers_in(const fs::path& directory) {
  std::set<std::string> launches;
  std::error_code ignored;
  for (fs::directory_iterator entry(directory, ignored), end; entry != end; entry.increment(ignored))
    if (std::string name = published_name(entry->path().filename().native()); !name.empty()) launches.insert(std::move(name));
  for (const std::string& name : launches) remove_leftovers_of(directory / name);
}

}  // namespace coordbench
