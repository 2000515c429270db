#pragma once
// LogGP's parameters of a launch, measured in the launch itself: one pair of ranks for each distance that two ranks of it have,
// one pair at a time, while everybody else sleeps.

#include <functional>
#include <span>
#include <vector>

#include "harness/loggp/loggp.hpp"
#include "harness/machine/clock_model.hpp"
#include "harness/options/options.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

/// The pairs that stand for the distances of a launch, each with communicators of its own.
class CalibrationPairs {
 public:
  struct Pair {
    std::int64_t distance;
    Rank client, server;
    World::Group group;  ///< MPI_COMM_NULL on the ranks outside
  };

  /// Collective over the world, before the first case. `distance[rank, peer]` is needed on rank 0 only. `wanted` is the same on
  /// all ranks; if it is false, there are no pairs.
  CalibrationPairs(const World& world, std::span<const std::int8_t> distance, bool wanted);
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

/// One pass of a launch's calibration, as a rank of the launch sees it.
struct CalibrationPass {
  const World& world;
  const std::vector<CalibrationPairs::Pair>& pairs;
  const std::vector<std::int64_t>& bytes;  ///< sizes to probe, ascending
  int number = 0;                          ///< counted from 0
  std::uint64_t seed = 0;
  bool alone = false;   ///< the launch has no cases, so this is its only pass
  bool yields = false;  ///< ranks share cores
  ClockModel clock;     ///< this rank's clock against rank 0's
  double timer_ns = 0;  ///< on rank 0: how long one reading of the clock takes
};

/// Rank 0: each pair measures; its samples are added to what `loggp` has of earlier passes, and the parameters fitted to all of
/// them. `call(rank, pair)` has that rank do its part in that pair; it is called for rank 0, too.
void calibrate(const CalibrationPass& pass, LogGp& loggp, const std::function<void(Rank, std::size_t)>& call);
/// What a rank does that was called: its part in pair `index`.
void probe_as_member(const CalibrationPass& pass, std::size_t index);

}  // namespace coordbench
