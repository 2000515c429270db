#pragma once
// A launch that was interrupted, as its file tells it: what --resume goes on from.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/results/round_trips.hpp"

namespace coordbench {

using Texts = std::vector<std::string>;

struct StoredLaunch {
  Texts arguments{};  ///< of the program, its name first
  Texts options{};    ///< the command and what it was asked for, as Options::asked
  std::uint64_t seed = 0;
  bool complete = false;
  double wall_s = 0;                                 ///< of its lives so far
  std::map<std::string, std::string> environment{};  ///< of /environment what makes numbers differ, as texts
  std::string bound_by{};                            ///< who bound the ranks
  Texts hosts{}, cpusets{};                          ///< [rank]
  Texts planned{};                                   ///< names of its cases, in the order they run
  Texts done{};                                      ///< of these, the ones in /cases, in its order
  /// By transport, rows of /cases behind the last ping_pong over it that watches for drift.
  std::map<std::string, std::vector<std::size_t>> open_block{};
  std::vector<RoundTrip> round_trips{};              ///< all that it has measured so far
  bool calibrated = false;                           ///< has /loggp
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StoredLaunch, arguments, options, seed, complete, wall_s, environment, bound_by, hosts,
                                   cpusets, planned, done, open_block, round_trips, calibrated)

/// The origin of a launch, by attributes of its file. A launch that resumes it must have the same origin.
struct Origin {
  std::string program;  ///< the name of its file, without folders
  std::string source, schema_version, coordbench_version, git_commit;
  int ranks = 1;
};

/// Attributes of /environment that make numbers differ.
std::span<const std::string_view> telling_facts();

/// Throws UsageError, naming --resume, for a file that cannot be read here, that coordbench did not write, that is of another
/// origin than `here`, or that is damaged: whatever a launch that goes on relies on is looked at.
StoredLaunch read_stored_launch(const std::filesystem::path& file, const Origin& here);

}  // namespace coordbench
