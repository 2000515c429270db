#include "harness/results/readable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include "harness/options/usage_error.hpp"

namespace coordbench {
namespace {

constexpr std::string_view kAccepted = "accepted: a launch-*.h5 of this version";

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view why) {
  throw UsageError(fmt::format("--resume: '{}' {}", file.native(), why));
}

std::string words_of(int code) { return std::generic_category().message(code); }

std::string name_of(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry == nullptr ? fmt::format("user {}", user) : fmt::format("user {}", entry->pw_name);
}

/// Closes itself.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  int number;
};

/// HDF5 asks for no lock then.
bool locking_is_off() {
  const char* setting = std::getenv("HDF5_USE_FILE_LOCKING");
  return setting != nullptr && (std::string_view(setting) == "FALSE" || std::string_view(setting) == "0");
}

void expect_lockable(const std::filesystem::path& file, int descriptor) {
  if (locking_is_off() || ::flock(descriptor, LOCK_SH | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK)
    refuse(file, "is open for writing in another process, which holds its lock; close it there, or wait until that has ended");
  if (errno == ENOSYS) return;  // HDF5 goes on without
  refuse(file,
         fmt::format("cannot be locked, because its file system has no locks ({}); set HDF5_USE_FILE_LOCKING=FALSE in the "
                     "environment, and let no other program write to it",
                     words_of(errno)));
}

void expect_signature(const std::filesystem::path& file, int descriptor, off_t bytes) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  std::array<char, kSignature.size()> begin{};
  const ssize_t length = ::pread(descriptor, begin.data(), begin.size(), 0);
  if (length < 0) refuse(file, fmt::format("cannot be read here ({}); read it where its disk is", words_of(errno)));
  if (std::string_view(begin.data(), static_cast<std::size_t>(length)) == kSignature) return;
  refuse(file, fmt::format("{}; {}", bytes == 0 ? "is empty" : "is no HDF5 file", kAccepted));
}

}  // namespace

void expect_readable(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0)
    refuse(file, errno == ENOENT ? fmt::format("is not there; {}", kAccepted)
                                 : fmt::format("cannot be found ({}); {}", words_of(errno), kAccepted));
  if (!S_ISREG(status.st_mode))
    refuse(file, fmt::format("is {}; {}", S_ISDIR(status.st_mode) ? "a folder" : "no regular file", kAccepted));
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0 && (errno == EACCES || errno == EPERM))
    refuse(file,
           fmt::format("may not be read by {} (it belongs to {}, and its mode is {:04o}); let its owner permit it: chmod a+r",
                       name_of(::geteuid()), name_of(status.st_uid), status.st_mode & 07777U));
  if (opened.number < 0) refuse(file, fmt::format("cannot be opened here ({}); read it where its disk is", words_of(errno)));
  expect_signature(file, opened.number, status.st_size);
  expect_lockable(file, opened.number);
}

}  // namespace coordbench
