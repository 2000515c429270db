#include "harness/launch/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "harness/kernel.hpp"
#include "harness/launch/launch.hpp"
#include "harness/launch/prepare.hpp"
#include "harness/launch/resumption.hpp"
#include "harness/machine/findings.hpp"
#include "harness/machine/host_facts.hpp"
#include "harness/measure/statistics.hpp"
#include "harness/pattern.hpp"

namespace coordbench {
namespace {

constexpr int kPairs = 30;
constexpr std::int64_t kOperations = 1000;

/// Neighbouring cases of the same kernel, named in turn `a b`, `b a`, `a b`, …, so that drift meets both names alike.
Plan two_names_plan(const Kernel& kernel, int ranks, std::uint64_t seed) {
  Plan plan;
  for (int i = 0; i < 2 * kPairs; ++i) {
    const bool second = (i % 4 == 1) || (i % 4 == 2);
    Case planned;
    planned.kernel = &kernel;
    planned.shape = {
        .ranks = ranks, .payload_bytes = 8, .seed = mix(seed + static_cast<std::uint64_t>(i)), .parameters = kernel.parameters};
    planned.name = second ? "b" : "a";
    plan.cases.push_back(planned);
  }
  return plan;
}

const Kernel& ping_pong() {
  const auto kernels = all_kernels();
  return *std::find_if(kernels.begin(), kernels.end(), [](const Kernel& kernel) { return kernel.name == "ping_pong"; });
}

HostState state_of(const World& world, const Seating& seating) {
  HostState state = read_host_state();
  state.ranks = static_cast<int>(
      std::count_if(seating.ranks.begin(), seating.ranks.end(), [](const auto& rank) { return rank.node == 0; }));
  state.boot_ids = world.gather_texts(boot_id());
  state.time_namespaces = world.gather_texts(time_namespace());
  return state;
}

std::string clock_text(const Clocks& clocks) {
  const double widest = *std::max_element(clocks.worst_ns.begin(), clocks.worst_ns.end());
  return fmt::format("{}  Clocks: {}; an offset above {:.0f} ns between two ranks' clocks would have been noticed.\n",
                     clocks.check == "ok" ? "good   " : "warning", clocks.check, widest);
}

std::string names_text(const TwoNames& names, int ranks) {
  return fmt::format(
      "{}  The same ping_pong on {} rank{}, measured twice under two names: ratio of the medians {:.3f}, "
      "95 % interval {:.3f} to {:.3f}. {}\n",
      names.equal() ? "good   " : "warning", ranks, ranks == 1 ? "" : "s", names.ratio, names.low, names.high,
      names.equal() ? "Equal things come out equal here."
                    : "Equal things come out different on this machine; find what else runs on it.");
}

}  // namespace

TwoNames compare_names(std::span<const double> first_ns, std::span<const double> second_ns) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < first_ns.size(); ++i) ratios.push_back(second_ns[i] / first_ns[i]);
  const LatencySummary summary = summarise(ratios);
  return {.ratio = summary.p50, .low = summary.p50_low, .high = summary.p50_high};
}

int doctor(World& world, Options options, const std::function<int(const std::string&)>& print) {
  const int ranks = std::min(2, world.size());
  options.operations = kOperations;
  Plan plan = two_names_plan(ping_pong(), ranks, static_cast<std::uint64_t>(world.from_root(now_ns())));
  std::vector<std::size_t> due = due_cases(plan, {});
  const Prepared prepared{.agenda = {.options = options, .plan = std::move(plan), .due = std::move(due)},
                          .placement = policy_of(options.placement),
                          .nodes = nodes_of(world, {}),
                          .sharing = SharingRanks(world)};
  const Place place = seat(world, prepared);
  Timing timing = synchronise(world, options);
  const HostState state = state_of(world, place.seating);
  const LaunchSetting launch{prepared.agenda, place, timing};
  if (!world.is_root()) return follow(launch);

  std::vector<double> first_ns, second_ns;
  const Directed measured = direct(launch, [&](const CaseResult& result) {
    (result.planned->name == "a" ? first_ns : second_ns).push_back(result.latency.p50);
  });
  const TwoNames names = compare_names(first_ns, second_ns);
  const int printed = print(findings_text(host_findings(state)) + clock_text(timing.clocks) + names_text(names, ranks));
  return std::max({measured.status, printed, names.equal() ? kAllOk : kSomeCaseFailed});
}

}  // namespace coordbench
