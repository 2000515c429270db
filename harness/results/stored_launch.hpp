#pragma once
// A launch that was interrupted, as its file tells it: what --resume goes on from.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace coordbench {

struct StoredLaunch {
  std::vector<std::string> arguments;  ///< of the program, its name first
  std::uint64_t seed = 0;
  std::string git_commit;
  int ranks = 0;
  double wall_s = 0;                    ///< of its lives so far
  std::vector<std::string> planned;     ///< names of its cases, in the order they run
  std::vector<std::string> done;        ///< of these, the ones in /cases, in its order
  std::vector<std::size_t> open_block;  ///< rows of /cases behind the last calibrating ping_pong
  double ping_before_ns = 0;            ///< the median of that one; 0 if there is none
  bool calibrated = false;              ///< has /loggp
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StoredLaunch, arguments, seed, git_commit, ranks, wall_s, planned, done, open_block,
                                   ping_before_ns, calibrated)

/// Throws UsageError, naming --resume, for a file that coordbench did not write or that does not say how it was asked to.
StoredLaunch read_stored_launch(const std::filesystem::path& file);

}  // namespace coordbench
