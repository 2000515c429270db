#pragma once
// The one file of a launch, written by rank 0 outside every clock. Under the published name there is at every instant a
// complete, closed file with every case whose append has returned: changes are made to a hidden working copy, which then
// takes the published name. The file that had this name becomes the next working copy, one change behind.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "harness/case_result.hpp"
#include "harness/loggp/loggp.hpp"
#include "harness/results/hdf5.hpp"
#include "harness/results/hidden_files.hpp"
#include "harness/results/launch_record.hpp"
#include "harness/results/stored_launch.hpp"

namespace coordbench {

/// Results cannot be written; `what()` is one sentence for the user. The published file keeps all earlier cases. This launch
/// writes no more to it.
class ResultError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ResultFile {
 public:
  /// A name that no other launch gets while `held` lives or the file exists.
  struct Name {
    std::filesystem::path path;
    HeldFile held;
  };
  /// directory/launch-001.h5, the first number that no launch has, finished or not; makes the directory, and removes what
  /// killed launches left behind in it. Throws ResultError if it cannot.
  static Name next_free(const std::filesystem::path& directory);

  /// When it returns the file exists and opens, `complete` is 0. Throws ResultError, also if there is such a file already.
  ResultFile(std::filesystem::path path, const LaunchRecord& launch);
  /// Goes on in a file that a launch has begun; `complete` is 0 again. Throws ResultError, also if another launch is writing to
  /// it.
  ResultFile(std::filesystem::path path, const LaunchRecord& launch, const StoredLaunch& begun);
  ~ResultFile();
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;

  /// When it returns the case survives a SIGKILL at any instant. Throws ResultError; the case is then not in the file.
  void append(const CaseResult& result);
  /// Sets more flags of cases, which are counted from 0 in the order of their appends. Throws ResultError.
  void add_flags(std::span<const std::size_t> case_rows, std::uint32_t flags);
  /// The group /loggp, in place of one that is there already. Throws ResultError.
  void write(const LogGp& loggp);
  /// Sets `complete` to 1 and brings the file to the disk. Throws ResultError.
  void finish(const LaunchEnd& end);
  /// Ends this launch before its plan is finished: the file stays incomplete and says why. Throws ResultError.
  void leave(const std::string& why);

  /// Wall time spent in this class so far, s.
  [[nodiscard]] double writing_s() const { return static_cast<double>(writing_ns_) * 1e-9; }

 private:
  struct FlagChange {
    std::vector<std::size_t> rows;
    std::uint32_t flags;
  };
  struct Resumption {
    LaunchRecord launch;
    std::size_t first_case;
  };
  struct Leave {
    std::string why;
  };
  using Change = std::variant<CaseResult, FlagChange, LaunchEnd, Resumption, Leave, LogGp>;
  class Stopwatch;

  template <class Work>
  void guarded(Work work);
  void create(const LaunchRecord& launch);
  void commit(Change change);
  hdf5::Handle open_working_copy();
  void write_changes(const Change& change);
  void publish();
  void remove_copies() const;
  [[nodiscard]] std::string advice(int system_code) const;

  std::filesystem::path published_;
  HiddenFiles hidden_;
  bool resumed_ = false;
  std::string placement_;
  Time epoch_ns_;
  double wall_before_s_ = 0;  ///< of the launch's earlier lives
  Time writing_ns_ = 0, began_writing_ns_ = 0;
  bool has_working_copy_ = false;
  std::optional<HeldFile> lock_;  ///< of the launch that writes, so that no other goes on in the same file
  std::optional<Change> behind_;  ///< what the working copy lacks
  std::string failure_;           ///< the sentence of the first ResultError, if any
};

}  // namespace coordbench
