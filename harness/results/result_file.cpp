#include "harness/results/result_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
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

[[noreturn]] void throw_errno(const char* doing) { throw std::system_error(errno, std::generic_category(), doing); }

/// Empty if the number is taken. Makes the reservation first and looks for the file afterwards, so that only one of two
/// launches that start at once gets the number.
std::optional<HeldFile> reserve(const fs::path& published) {
  if (fs::exists(published)) return std::nullopt;
  auto held = HeldFile::take(HiddenFiles(published).reservation, HeldFile::InDoubt::leave);
  if (fs::exists(published)) return std::nullopt;
  return held;
}

/// Every change replaces the published file, so the lock is on a file beside it.
HeldFile lock(const fs::path& published) {
  try {
    if (auto held = HeldFile::take(HiddenFiles(published).lock, HeldFile::InDoubt::take)) return std::move(*held);
  } catch (const std::system_error& error) {
    throw ResultError(fmt::format(
        "results cannot be written to '{}', because no file can be made beside it ({}); make its folder writable for "
        "you, or use another",
        published.native(), error.code().message()));
  }
  throw ResultError(fmt::format("a launch is writing to '{}' just now; wait until it is over", published.native()));
}

bool bring_to_disk(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  return done;
}
}  // namespace

/// Adds its lifetime to a total.
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

ResultFile::Name ResultFile::next_free(const fs::path& directory) try {
  fs::create_directories(directory);
  remove_leftovers_in(directory);
  for (int number = 1;; ++number) {
    fs::path path = directory / fmt::format("launch-{:03}.h5", number);
    if (auto held = reserve(path)) return {std::move(path), std::move(*held)};
  }
} catch (const std::system_error& error) {
  throw ResultError(fmt::format("results cannot be written to the folder '{}' ({}); name another with --out",
                                directory.native(), error.code().message()));
}

/// What the user may do about a failure with this errno; 0: the failure is not the system's.
std::string ResultFile::advice(int system_code) const {
  if (system_code == ENOLCK || system_code == EOPNOTSUPP)
    return "its file system takes no locks: set HDF5_USE_FILE_LOCKING=FALSE in the environment";
  if (system_code != 0) return resumed_ ? "make room there" : "make room there or name another folder with --out";
  return "HDF5 failed: the file keeps all earlier cases, run what it lacks in a new launch";
}

/// Turns a failure into a sentence for the user. HDF5 is not used again after a failure.
template <class Work>
void ResultFile::guarded(Work work) {
  if (!failure_.empty()) throw ResultError(failure_);
  const Stopwatch stopwatch(writing_ns_);
  began_writing_ns_ = now_ns();
  const auto fail = [&](const char* what, int system_code) {
    failure_ = fmt::format("results cannot be written to '{}' ({}); {}", published_.native(), what, advice(system_code));
    remove_copies();
    lock_.reset();
    throw ResultError(failure_);
  };
  try {
    work();
  } catch (const hdf5::Failure& error) {
    fail(error.what(), error.system_code);
  } catch (const std::system_error& error) {
    fail(error.what(), error.code().value());
  } catch (const std::exception& error) {
    fail(error.what(), 0);
  }
}

ResultFile::ResultFile(fs::path path, const LaunchRecord& launch)
    : published_(std::move(path)), hidden_(published_), placement_(launch.placement), epoch_ns_(launch.epoch_ns) {
  if (fs::exists(published_)) throw ResultError(fmt::format("'{}' exists already and is not overwritten", published_.native()));
  lock_ = lock(published_);
  guarded([&] { create(launch); });
}

ResultFile::ResultFile(fs::path path, const LaunchRecord& launch, const StoredLaunch& begun)
    : published_(std::move(path)),
      hidden_(published_),
      resumed_(true),
      placement_(launch.placement),
      epoch_ns_(launch.epoch_ns),
      wall_before_s_(begun.wall_s) {
  lock_ = lock(published_);  // the hidden files belong to another launch until this one holds the lock
  remove_reservation_of(published_);
  commit(Resumption{launch, begun.done.size()});
}

ResultFile::~ResultFile() { remove_copies(); }

void ResultFile::append(const CaseResult& result) { commit(result); }

void ResultFile::add_flags(std::span<const std::size_t> case_rows, std::uint32_t flags) {
  commit(FlagChange{{case_rows.begin(), case_rows.end()}, flags});
}

void ResultFile::write(const LogGp& loggp) { commit(loggp); }

void ResultFile::finish(const LaunchEnd& end) {
  commit(end);
  remove_copies();
  lock_.reset();
}

void ResultFile::leave(const std::string& why) {
  commit(Leave{why});
  remove_copies();
  lock_.reset();
}

void ResultFile::create(const LaunchRecord& launch) {
  fs::remove(hidden_.working);  // of a launch that was killed and whose file was deleted since
  fs::remove(hidden_.spare);
  hdf5::Handle file = hdf5::create_file(hidden_.working);
  create_launch_tables(file, launch);
  create_case_tables(file);
  file.close("write and close the file");
  fs::rename(hidden_.working, published_);
}

void ResultFile::commit(Change change) {
  guarded([&] {
    const bool last = std::holds_alternative<LaunchEnd>(change);
    write_changes(change);
    if (last && !bring_to_disk(hidden_.working)) throw_errno("cannot bring the file to the disk");
    publish();
    if (last) bring_to_disk(fs::absolute(published_).parent_path());  // some file systems cannot; the file itself is safe
    behind_ = std::move(change);
  });
}

/// The working copy, which a whole copy of the published file replaces where there is none or a reader still has it open
/// under the name that it had.
hdf5::Handle ResultFile::open_working_copy() {
  if (has_working_copy_) try {
      return hdf5::open_file(hidden_.working);
    } catch (const std::runtime_error&) {
    }
  remove_copies();
  fs::copy_file(published_, hidden_.working);
  behind_.reset();
  return hdf5::open_file(hidden_.working);
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
    if (const auto* leave = std::get_if<Leave>(each)) leave_launch_tables(file, leave->why);
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
  fs::create_hard_link(published_, hidden_.spare, error);
  fs::rename(hidden_.working, published_);
  if (!error) fs::rename(hidden_.spare, hidden_.working, error);
  has_working_copy_ = !error;
}

void ResultFile::remove_copies() const {
  std::error_code ignored;
  for (const fs::path& path : {hidden_.working, hidden_.spare}) fs::remove(path, ignored);
}

}  // namespace coordbench
