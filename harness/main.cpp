// parse → plan → place → synchronise clocks → for each case measure and append → summarise.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "build_info.hpp"
#include "harness/kernel.hpp"
#include "harness/launch/doctor.hpp"
#include "harness/launch/launch.hpp"
#include "harness/launch/nodes.hpp"
#include "harness/launch/record.hpp"
#include "harness/launch/resumption.hpp"
#include "harness/launch/shared_window.hpp"
#include "harness/launch/signals.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/options/options.hpp"
#include "harness/plan/list.hpp"
#include "harness/plan/plan.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

/// Rank 0 prints `text`; the status that its fate gives.
int print(const World& world, const std::string& text) {
  if (!world.is_root()) return kAllOk;
  const bool printed = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!printed)
    fmt::print(stderr, "coordbench: standard output is closed or full; redirect it to a file that can be written.\n");
  return printed ? kAllOk : kNotWritten;
}

int run(World& world, Options options, const std::vector<std::string>& arguments) {
  const std::optional<StoredLaunch> begun = take_up(world, options);
  if (options.calibrate && world.size() < 2)
    throw UsageError("a message takes two ranks, and there is one to calibrate with; start it with mpirun -n 2 or more");
  const std::vector<std::int64_t> probed_bytes = probed_sizes(options);
  options.seed = static_cast<std::uint64_t>(world.from_root(static_cast<std::int64_t>(options.seed.value_or(draw_seed()))));
  const PlacementPolicy placement = policy_of(options.placement);
  const Nodes nodes = nodes_of(world, options.ranks_per_node);
  const SharingRanks sharing(world);
  const Plan plan = make_plan(options, all_kernels(),
                              {.world = world.size(),
                               .sharing = sharing.most(),
                               .memory_bytes = world.from_root(memory_available_bytes() / 2),
                               .shared_memory_bytes = world.least(free_shared_memory_bytes()),
                               .ranks_per_node = nodes.ranks_per_node()});
  const std::vector<std::size_t> due = due_cases(plan, begun);
  if (begun && due.empty()) return print(world, fmt::format("{} lacks no case of its plan.\n", options.resume));
  if (options.list) return print(world, case_names(plan));
  if (options.dry_run) return print(world, describe_plan(plan, options));

  if (const std::string skipped = describe_skipped(plan); world.is_root()) fmt::print(stderr, "{}", skipped);
  const Seating seating = take_seats(world, placement);
  Clocks clocks = synchronise_clocks(world);
  world.make_groups(rank_counts(plan));
  const SharedWindow shared(world, sharing, shared_bytes_of(plan, world, sharing));
  const CalibrationPairs pairs(world, seating, options.calibrate && !(begun && begun->calibrated));
  const Time epoch_ns = world.from_root(now_ns());
  const Limits limits = world.is_root() ? limits_of(world, options) : Limits{};
  const double clock_reading_ns = world.is_root() ? time_of(limits, "clock_read").value_or(timer_overhead_ns()) : 0;
  const LaunchSetting launch{.world = world,
                             .options = options,
                             .plan = plan,
                             .due = due,
                             .seating = seating,
                             .nodes = nodes,
                             .clocks = clocks,
                             .shared = shared,
                             .epoch_ns = epoch_ns,
                             .limits = limits,
                             .timer_overhead_ns = clock_reading_ns,
                             .pairs = pairs.pairs().empty() ? nullptr : &pairs,
                             .probed_bytes = probed_bytes};
  if (!world.is_root()) return follow(launch);

  const auto results = open_results(launch, arguments, begun);
  const Measured measured = direct(
      launch, [&](const CaseResult& result) { results->keep(result); }, [&](const LogGp& loggp) { results->keep(loggp); });
  results->end(measured);
  const int printed = print(world, results->table());
  results->write_gbench();
  return std::max(measured.status, printed);
}

/// What a simulator has not got.
void refuse_what_needs_a_machine(const Options& options) {
  if (options.command == Command::doctor)
    throw UsageError("doctor looks at a machine, and simulated ranks have none; start it with coordbench");
  for (const Transport transport : options.transports)
    if (transport != Transport::mpi)
      throw UsageError(
          fmt::format("--transport {}: simulated ranks have no caches to share; use --transport mpi", name_of(transport)));
  if (options.placement != "auto" && options.placement != "none")
    throw UsageError(
        fmt::format("--placement {}: the platform says where simulated ranks sit; leave it out", options.placement));
}

int dispatch(World& world, int argc, char** argv) {
  const Options options = parse_options(argc, argv, kVersion);
  if constexpr (kSimulated) refuse_what_needs_a_machine(options);
  if (options.command == Command::list) return print(world, options.json ? list_json(all_kernels()) : list_text(all_kernels()));
  if (options.command == Command::doctor)
    return doctor(world, options, [&](const std::string& text) { return print(world, text); });
  return run(world, options, {argv, argv + argc});
}

/// The status of the launch; what went wrong is said once.
int attempt(World& world, int argc, char** argv) {
  try {
    return dispatch(world, argc, argv);
  } catch (const Exit& exit) {
    const int printed = print(world, exit.text);
    return exit.status != kAllOk ? exit.status : printed;
  } catch (const UsageError& error) {
    if (world.is_root()) fmt::print(stderr, "coordbench: {}\n", error.what());
    return kUsage;
  } catch (const ResultError& error) {
    fmt::print(stderr, "coordbench: {}\n", error.what());
    return kNotWritten;
  } catch (const std::exception& error) {
    fmt::print(stderr, "coordbench: rank {}: {}\n", world.rank(), error.what());
    world.abandon(kSomeCaseFailed);
  }
}

}  // namespace
}  // namespace coordbench

int main(int argc, char** argv) {
  coordbench::World world(argc, argv);
  if (!coordbench::kSimulated || world.is_root()) coordbench::end_on_signals(world.is_root());  // once a process
  const int status = coordbench::attempt(world, argc, argv);
  coordbench::leave_with(status);
  return status;
}
