#pragma once
// What every case of a launch shares: what is to be done, where the ranks are, and how time is told.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/calibrate/calibration.hpp"
#include "harness/case.hpp"
#include "harness/clocks/clocks.hpp"
#include "harness/machine/limits.hpp"
#include "harness/options/options.hpp"
#include "harness/results/stored_launch.hpp"
#include "harness/world/nodes.hpp"
#include "harness/world/reaches.hpp"
#include "harness/world/seating.hpp"
#include "harness/world/shared_window.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

/// The same on all ranks.
struct Agenda {
  Options options;
  std::vector<std::string> arguments{};      ///< of the program, its name first
  std::optional<StoredLaunch> begun{};       ///< what the file of --resume tells
  std::vector<std::int64_t> probed_bytes{};  ///< message sizes of the calibration; empty: the launch does not calibrate
  Plan plan;
  std::vector<std::size_t> due;  ///< indices of the cases to run, in order
};

struct Place {
  const World& world;
  Nodes nodes;
  std::vector<Reach> reaches;  ///< [rank], from this one
  SharedWindow shared;
  CalibrationPairs pairs;  ///< empty: the launch does not calibrate
  Seating seating;
};

struct Timing {
  Clocks clocks;
  Time epoch_ns = 0;             ///< when the launch began, by rank 0's clock
  Limits limits;                 ///< on rank 0, of the file of --micro
  double timer_overhead_ns = 0;  ///< on rank 0: how long one reading of the clock takes
};

struct LaunchSetting {
  const Agenda& agenda;
  const Place& place;
  Timing& timing;  ///< the clocks are compared again between cases
};

}  // namespace coordbench
