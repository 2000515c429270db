#include "harness/launch/prepare.hpp"

#include <fmt/format.h>

#include <utility>

#include "harness/kernel.hpp"
#include "harness/launch/launch.hpp"
#include "harness/launch/record.hpp"
#include "harness/launch/resumption.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/plan/plan.hpp"

namespace coordbench {
namespace {

Room room_of(const World& world, const Nodes& nodes, const SharingRanks& sharing) {
  return {.world = world.size(),
          .sharing = sharing.most(),
          .memory_bytes = world.from_root(memory_available_bytes() / 2),
          .shared_memory_bytes = world.least(free_shared_memory_bytes()),
          .ranks_per_node = nodes.ranks_per_node()};
}

/// Sizes that cannot be probed are refused even if the file of --resume has its calibration already.
std::vector<std::int64_t> sizes_to_probe(const Options& options, int ranks, bool calibrated) {
  if (options.calibrate && ranks < 2)
    throw UsageError("a message takes two ranks, and there is one to calibrate with; start it with mpirun -n 2 or more");
  std::vector<std::int64_t> bytes = probed_sizes(options);
  if (!options.calibrate || calibrated) bytes.clear();
  return bytes;
}

}  // namespace

Prepared prepare(const World& world, Options options, const std::vector<std::string>& arguments) {
  std::optional<StoredLaunch> begun = take_up(world, options, arguments);
  std::vector<std::int64_t> probed_bytes = sizes_to_probe(options, world.size(), begun && begun->calibrated);
  options.seed = static_cast<std::uint64_t>(world.from_root(static_cast<std::int64_t>(options.seed.value_or(draw_seed()))));
  const PlacementPolicy placement = policy_of(options.placement);
  Nodes nodes = nodes_of(world, options.ranks_per_node);
  SharingRanks sharing(world);
  Plan plan = make_plan(options, all_kernels(), room_of(world, nodes, sharing));
  std::vector<std::size_t> due = due_cases(plan, begun);
  return {.agenda = {.options = std::move(options),
                     .arguments = begun ? begun->arguments : arguments,
                     .begun = std::move(begun),
                     .probed_bytes = std::move(probed_bytes),
                     .plan = std::move(plan),
                     .due = std::move(due)},
          .placement = placement,
          .nodes = std::move(nodes),
          .sharing = std::move(sharing)};
}

std::optional<std::string> answer_without_measuring(const Agenda& agenda) {
  if (agenda.begun && agenda.begun->complete && agenda.due.empty())
    return fmt::format("{} lacks no case of its plan.\n", agenda.options.resume);
  if (agenda.options.list) return case_names(agenda.plan);
  if (agenda.options.dry_run) return describe_plan(agenda.plan, agenda.options);
  return std::nullopt;
}

Place seat(World& world, const Prepared& prepared) {
  const auto& [agenda, placement, nodes, sharing] = prepared;
  Seating seating = take_seats(world, placement);
  world.make_groups(rank_counts(agenda.plan));
  return {.world = world,
          .nodes = nodes,
          .reaches = reaches_of(world, seating, nodes),
          .shared = SharedWindow(world, sharing, shared_bytes_of(agenda.plan, world, sharing)),
          .pairs = CalibrationPairs(world, seating.distance, !agenda.probed_bytes.empty()),
          .seating = std::move(seating)};
}

Timing synchronise(const World& world, const Options& options) {
  Timing timing{.clocks = synchronise_clocks(world), .epoch_ns = world.from_root(now_ns()), .limits = {}};
  if (!world.is_root()) return timing;
  timing.limits = limits_of(world, options);
  timing.timer_overhead_ns = time_of(timing.limits, "clock_read").value_or(timer_overhead_ns());
  return timing;
}

}  // namespace coordbench
