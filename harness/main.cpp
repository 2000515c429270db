// parse → plan → place → synchronise clocks → for each case measure and append → summarise.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "build_info.hpp"
#include "harness/kernel.hpp"
#include "harness/launch/doctor.hpp"
#include "harness/launch/launch.hpp"
#include "harness/launch/prepare.hpp"
#include "harness/launch/record.hpp"
#include "harness/launch/signals.hpp"
#include "harness/machine/launcher.hpp"
#include "harness/machine/remark.hpp"
#include "harness/options/options.hpp"
#include "harness/plan/list.hpp"
#include "harness/plan/plan.hpp"
#include "harness/results/terminal.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

/// Prints on rank 0 and returns the exit status.
int print(const World& world, const std::string& text) {
  if (!world.is_root()) return kAllOk;
  const bool printed = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!printed) remark("coordbench: standard output is closed or full; redirect it to a file that can be written.\n");
  return printed ? kAllOk : kNotWritten;
}

/// Prints, on a terminal only, how the command line was understood.
void announce(const World& world, const Agenda& agenda) {
  const int terminal = world.is_root() ? open_terminal(STDERR_FILENO) : -1;
  if (terminal < 0) return;
  close(terminal);
  remark("{}", describe_launch(agenda.plan, agenda.due.size(), agenda.options));
}

/// Rank 0: for each case measure and append, then summarise.
int measure(const LaunchSetting& launch) {
  const auto results = open_results(launch);
  const Directed measured = direct(
      launch, [&](const CaseResult& result) { results->keep(result); }, [&](const LogGp& loggp) { results->keep(loggp); });
  results->end(measured);
  const int printed = print(launch.place.world, results->table());
  results->write_gbench();
  return std::max(measured.status, printed);
}

/// Throws UsageError where a launcher started several processes that MPI does not know as one world; the first of them speaks.
void refuse_foreign_launcher(const World& world, const Launcher& launcher) {
  if (kSimulated || world.size() > 1) return;
  const std::string reason = foreign_launcher(launcher, mpi_library());
  if (reason.empty()) return;
  if (launcher.number > 0) throw Exit{kUsage, ""};
  throw UsageError(reason);
}

/// Plan, place, synchronise clocks, measure.
int run(World& world, const Options& options, const std::vector<std::string>& arguments) {
  const Prepared prepared = prepare(world, options, arguments);
  if (const auto answer = answer_without_measuring(prepared.agenda)) {
    if (world.is_root() && prepared.agenda.begun) remove_leftovers_of(prepared.agenda.options.resume);
    return print(world, *answer);
  }
  const std::string skipped = describe_skipped(prepared.agenda.plan);  // on all ranks, for it may end the launch
  announce(world, prepared.agenda);
  const Place place = seat(world, prepared);
  for (const std::string& sentence : place.seating.remarks)
    if (world.is_root()) remark("coordbench: {}.\n", sentence);
  Timing timing = synchronise(world, prepared.agenda.options);
  if (world.is_root()) remark("{}", skipped);  // once nothing is refused any more, or an error would be two sentences
  const LaunchSetting launch{prepared.agenda, place, timing};
  return world.is_root() ? measure(launch) : follow(launch);
}

/// Simulated ranks have no machine. Throws UsageError for options that need one.
[[maybe_unused]] void refuse_what_needs_a_machine(const Options& options) {
  if (options.command == Command::doctor)
    throw UsageError("doctor looks at a machine, and simulated ranks have none; start it with coordbench");
  for (const TransportName transport : options.transports)
    if (transport != TransportName::mpi)
      throw UsageError(
          fmt::format("--transport {}: simulated ranks have no caches to share; use --transport mpi", name_of(transport)));
  if (options.placement != "auto" && options.placement != "none")
    throw UsageError(
        fmt::format("--placement {}: the platform says where simulated ranks sit; leave it out", options.placement));
}

int dispatch(World& world, const Launcher& launcher, int argc, char** argv) {
  const Options options = parse_options(argc, argv, kVersion);
  if constexpr (kSimulated) refuse_what_needs_a_machine(options);
  if (options.command == Command::list) return print(world, listed(options, all_kernels(), output_columns()));
  if (options.command == Command::doctor)
    return doctor(world, options, [&](const std::string& text) { return print(world, text); });
  if (!options.list && !options.dry_run) refuse_foreign_launcher(world, launcher);
  return run(world, options, {argv, argv + argc});
}

/// The status of the launch; what went wrong is said once.
int attempt(World& world, const Launcher& launcher, int argc, char** argv) {
  try {
    return dispatch(world, launcher, argc, argv);
  } catch (const Exit& exit) {
    const int printed = print(world, exit.text);
    return exit.status != kAllOk ? exit.status : printed;
  } catch (const UsageError& error) {
    if (world.is_root()) remark("coordbench: {}\n", error.what());
    return kUsage;
  } catch (const ResultError& error) {
    remark("coordbench: {}\n", error.what());
    return kNotWritten;
  } catch (const std::exception& error) {
    remark("coordbench: rank {}: {}\n", world.rank(), in_words(error));
    world.abandon(kSomeCaseFailed);
  }
}

}  // namespace
}  // namespace coordbench

int main(int argc, char** argv) {
  coordbench::occupy_standard_streams();
  const coordbench::Launcher launcher = coordbench::launcher_in(std::getenv);
  coordbench::World world(argc, argv);
  if (!coordbench::kSimulated || world.is_root()) coordbench::end_on_signals(world.is_root());  // once a process
  const int status = coordbench::attempt(world, launcher, argc, argv);
  coordbench::leave_with(status);
  return status;
}
