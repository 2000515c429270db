#pragma once
// LogGP's parameters of a launch, measured in the launch itself: one pair of ranks for each distance that two ranks of it have,
// one pair at a time, while everybody else sleeps.

#include <vector>

#include "harness/calibrate/loggp.hpp"
#include "harness/launch/seating.hpp"
#include "harness/launch/world.hpp"
#include "harness/options/options.hpp"

namespace coordbench {

struct LaunchSetting;

/// The pairs that stand for the distances of a launch, each with communicators of its own.
class CalibrationPairs {
 public:
  struct Pair {
    std::int64_t distance;
    Rank client, server;
    World::Group group;  ///< MPI_COMM_NULL on the ranks outside
  };

  /// Collective over the world, before the first case. `wanted` is the same on all ranks; if false, there are none.
  CalibrationPairs(const World& world, const Seating& seating, bool wanted);
  CalibrationPairs(const CalibrationPairs&) = delete;
  CalibrationPairs& operator=(const CalibrationPairs&) = delete;
  ~CalibrationPairs();

  [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  std::vector<Pair> pairs_;
};

/// The sizes that a calibration probes: that of an answer, powers of two and what lies half-way between two of them, from the
/// smallest to the largest of --bytes; where cases are run, from 1 byte to 1 MiB or their largest payload, 16 MiB at most.
/// Throws UsageError for more.
std::vector<std::int64_t> probed_sizes(const Options& options);

/// Rank 0: each pair measures; its samples are added to what `loggp` has of earlier passes, and the parameters fitted to all of
/// them.
void calibrate(const LaunchSetting& launch, int pass, LogGp& loggp);
/// A rank that has been told so: its part in pair `index`.
void probe_as_member(const LaunchSetting& launch, std::size_t index, int pass);

}  // namespace coordbench
