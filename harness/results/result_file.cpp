#include "harness/results/result_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "harness/machine/clock.hpp"
#include "harness/results/case_tables.hpp"
#include "harness/results/hdf5.hpp"
#include "harness/results/launch_tables.hpp"
#include "harness/results/loggp_tables.hpp"

namespace coordbench {
namespace fs = std::filesystem;
namespace {

fs::path hidden(const fs::path& published, const char* suffix) {
  return published.parent_path() / fmt::format(".{}.{}", published.filename().native(), suffix);
}
fs::path reservation_of(const fs::path& published) { return hidden(published, "reserved"); }
fs::path lock_of(const fs::path& published) { return hidden(published, "lock"); }

[[noreturn]] void throw_errno(const char* doing) { throw std::system_error(errno, std::generic_category(), doing); }

/// False if the number is taken. The file that reserves it is made first and looked past afterwards, so that of two launches
/// that start at once only one can succeed.
bool reserve(const fs::path& published) {
  if (fs::exists(published)) return false;
  const int descriptor = ::open(reservation_of(published).c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0 && errno == EEXIST) return false;
  if (descriptor < 0) throw_errno("cannot make a file in it");
  ::close(descriptor);
  if (!fs::exists(published)) return true;
  fs::remove(reservation_of(published));
  return false;
}

/// The published file is another one after every change, so the lock is on one beside it. The system takes it away with the
/// process.
int lock(const fs::path& published) {
  const int descriptor = ::open(lock_of(published).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (descriptor < 0)
    throw ResultError(fmt::format("results cannot be written to '{}' ({}); name another folder with --out", published.native(),
                                  std::generic_category().message(errno)));
  // Some parallel file systems have no locks; there nobody can be refused.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return descriptor;
  ::close(descriptor);
  throw ResultError(fmt::format("a launch is writing to '{}' just now; wait until it is over", published.native()));
}

bool bring_to_disk(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  return done;
}
}  // namespace

/// Adds the time that it lives to a total.
class ResultFile::Stopwatch {
 public:
  explicit Stopwatch(Time& total_ns) : total_ns_(total_ns), begin_ns_(now_ns()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { total_ns_ += now_ns() - begin_ns_; }

 private:
  Time& total_ns_;
  Time begin_ns_;
};

fs::path ResultFile::next_free(const fs::path& directory) try {
  fs::create_directories(directory);
  for (int number = 1;; ++number)
    if (fs::path path = directory / fmt::format("launch-{:03}.h5", number); reserve(path)) return path;
} catch (const std::system_error& error) {
  throw ResultError(fmt::format("results cannot be written to the folder '{}' ({}); name another with --out",
                                directory.native(), error.code().message()));
}

/// Turns what went wrong into the user's sentence. HDF5 cannot be trusted after a failure, so it is the last thing asked of it.
template <class Work>
void ResultFile::guarded(Work work) {
  if (!failure_.empty()) throw ResultError(failure_);
  const Stopwatch stopwatch(writing_ns_);
  began_writing_ns_ = now_ns();
  try {
    work();
  } catch (const std::exception& error) {
    failure_ = fmt::format("results cannot be written to '{}' ({}); make room there or name another folder with --out",
                           published_.native(), error.what());
    remove_hidden_files();
    release();
    throw ResultError(failure_);
  }
}

ResultFile::ResultFile(fs::path path, const LaunchRecord& launch)
    : published_(std::move(path)),
      working_(hidden(published_, "next")),
      spare_(hidden(published_, "previous")),
      placement_(launch.placement),
      epoch_ns_(launch.epoch_ns) {
  if (fs::exists(published_)) throw ResultError(fmt::format("'{}' exists already and is not overwritten", published_.native()));
  lock_ = lock(published_);
  guarded([&] { create(launch); });
}

ResultFile::ResultFile(fs::path path, const LaunchRecord& launch, const StoredLaunch& begun)
    : published_(std::move(path)),
      working_(hidden(published_, "next")),
      spare_(hidden(published_, "previous")),
      placement_(launch.placement),
      epoch_ns_(launch.epoch_ns),
      wall_before_s_(begun.wall_s) {
  lock_ = lock(published_);  // what another launch keeps beside it is not ours to take away
  commit(Resumption{launch, begun.done.size()});
}

ResultFile::~ResultFile() {
  remove_hidden_files();
  release();
}

void ResultFile::release() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove(lock_of(published_), ignored);
  ::close(std::exchange(lock_, -1));
}

void ResultFile::append(const CaseResult& result) { commit(result); }

void ResultFile::add_flags(std::span<const std::size_t> case_rows, std::uint32_t flags) {
  commit(FlagChange{{case_rows.begin(), case_rows.end()}, flags});
}

void ResultFile::write(const LogGp& loggp) { commit(loggp); }

void ResultFile::finish(const LaunchEnd& end) {
  commit(end);
  remove_hidden_files();
  release();
}

void ResultFile::leave() {
  remove_hidden_files();
  release();
}

void ResultFile::create(const LaunchRecord& launch) {
  fs::remove(working_);  // of a launch that was killed and whose file was deleted since
  fs::remove(spare_);
  hdf5::Handle file = hdf5::create_file(working_);
  create_launch_tables(file, launch);
  create_case_tables(file);
  file.close("write and close the file");
  fs::rename(working_, published_);
  fs::remove(reservation_of(published_));
}

void ResultFile::commit(Change change) {
  guarded([&] {
    const bool last = std::holds_alternative<LaunchEnd>(change);
    write_changes(change);
    if (last && !bring_to_disk(working_)) throw_errno("cannot bring the file to the disk");
    publish();
    if (last) bring_to_disk(fs::absolute(published_).parent_path());  // some file systems cannot; the file itself is safe
    behind_ = std::move(change);
  });
}

std::vector<fs::path> ResultFile::hidden_files(const fs::path& published) {
  return {hidden(published, "next"), hidden(published, "previous"), reservation_of(published), lock_of(published)};
}

/// The working copy, which a whole copy of the published file replaces where there is none or a reader still has it open
/// under the name that it had.
hdf5::Handle ResultFile::open_working_copy() {
  if (has_working_copy_) try {
      return hdf5::open_file(working_);
    } catch (const std::runtime_error&) {
    }
  remove_hidden_files();
  fs::copy_file(published_, working_);
  behind_.reset();
  return hdf5::open_file(working_);
}

void ResultFile::write_changes(const Change& change) {
  hdf5::Handle file = open_working_copy();
  std::vector<const Change*> changes{&change};
  if (behind_) changes.insert(changes.begin(), &*behind_);
  std::vector<const CaseResult*> cases;
  for (const Change* each : changes)
    if (const auto* result = std::get_if<CaseResult>(each)) cases.push_back(result);
  if (!cases.empty()) append_cases(file, cases, placement_);
  for (const Change* each : changes) {
    if (const auto* flags = std::get_if<FlagChange>(each)) add_case_flags(file, flags->rows, flags->flags);
    if (const auto* resumption = std::get_if<Resumption>(each))
      add_resumption(file, resumption->launch, resumption->first_case);
    if (const auto* loggp = std::get_if<LogGp>(each)) write_loggp(file, *loggp);
    if (const auto* end = std::get_if<LaunchEnd>(each)) finish_launch_tables(file, *end);
  }
  const Time now = now_ns();
  write_wall_times(file, wall_before_s_ + static_cast<double>(now - epoch_ns_) * 1e-9,
                   static_cast<double>(writing_ns_ + now - began_writing_ns_) * 1e-9);
  file.close("write and close the file");
}

/// The spare name keeps the file that is replaced; where the file system has no hard links it is lost, and copied next time.
void ResultFile::publish() {
  std::error_code error;
  fs::create_hard_link(published_, spare_, error);
  fs::rename(working_, published_);
  if (!error) fs::rename(spare_, working_, error);
  has_working_copy_ = !error;
}

void ResultFile::remove_hidden_files() const {
  std::error_code ignored;
  for (const fs::path& path : {working_, spare_, reservation_of(published_)}) fs::remove(path, ignored);
}

}  // namespace coordbench
