#pragma once
// The steps before the first case: what is to be done, where the ranks sit, whose clock is whose.

#include <optional>
#include <string>
#include <vector>

#include "harness/launch/setting.hpp"

namespace coordbench {

/// What is known before any rank is bound anew.
struct Prepared {
  Agenda agenda;
  PlacementPolicy placement;
  Nodes nodes;
  SharingRanks sharing;
};

/// Collective over the world. Throws UsageError, on every rank, for what this world or the file of --resume cannot do.
Prepared prepare(const World& world, Options options, const std::vector<std::string>& arguments);

/// The text of --list or --dry-run, or that a resumed launch has nothing left to do; empty if there is something to measure.
std::optional<std::string> answer_without_measuring(const Agenda& agenda);

/// Collective over the world: every rank takes its seat, then come the communicators and the shared memory of all cases.
/// Throws UsageError, on every rank, for a placement or a transport that the nodes do not allow.
Place seat(World& world, const Prepared& prepared);

/// Collective over the world. Rank 0 reads the file of --micro last: if it throws UsageError for that file, it has told the
/// other ranks, which then wait for its first word, to leave.
Timing synchronise(const World& world, const Options& options);

}  // namespace coordbench
