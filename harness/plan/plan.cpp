#include "harness/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/options/units.hpp"
#include "harness/pattern.hpp"
#include "harness/plan/parameters.hpp"
#include "harness/plan/selection.hpp"

namespace coordbench {
namespace {

constexpr std::size_t kBlock = 10;  ///< cases between two looks at the drift of the machine
constexpr int kStreamWindow = 64;

using Values = std::array<std::int64_t, kParametersMax>;

bool overlaps(const Kernel& kernel) { return kernel.family == Family::protocol || kernel.about.streams; }

/// Every combination of the axes' values.
std::vector<Values> points_of(const Axes& axes) {
  std::vector<Values> points{Values{}};
  for (std::size_t i = 0; i < axes.size() && !axes[i].empty(); ++i) {
    std::vector<Values> longer;
    for (const Values& point : points)
      for (const std::int64_t value : axes[i]) (longer.emplace_back(point))[i] = value;
    points = std::move(longer);
  }
  return points;
}

std::vector<int> windows_of(const Kernel& kernel, const Options& options) {
  if (!overlaps(kernel)) return {1};
  if (!options.in_flight.empty()) return options.in_flight;
  return {kernel.about.streams ? kStreamWindow : 1};
}

std::vector<Shape> shapes_of(const Kernel& kernel, const Options& options, const std::vector<int>& rank_counts,
                             const Axes& axes) {
  const std::vector<std::int64_t> payloads = kernel.about.has_payload ? options.payload_bytes : std::vector<std::int64_t>{0};
  std::vector<Shape> shapes;
  for (const int ranks : rank_counts)
    for (const std::int64_t bytes : payloads)
      for (const Values& values : points_of(axes))
        for (const int window : windows_of(kernel, options))
          for (const int clients : kernel.family == Family::protocol ? options.clients : std::vector<int>{0})
            for (const Loss& loss : options.losses)
              for (const Authentication authentication : options.authentications)
                shapes.push_back({.ranks = ranks,
                                  .payload_bytes = bytes,
                                  .in_flight = window,
                                  .parameters = kernel.parameters,
                                  .values = values,
                                  .clients = clients,
                                  .loss = loss,
                                  .authentication = authentication});
  return shapes;
}

std::string name_of_case(const Case& planned) {
  const Shape& shape = planned.shape;
  std::string name = fmt::format("{}/n{}/b{}/{}/{}", planned.kernel->name, shape.ranks, shape.payload_bytes,
                                 name_of(planned.transport), name_of(planned.sync));
  for (std::size_t i = 0; i < shape.parameters.size(); ++i)
    if (const Parameter& parameter = shape.parameters[i]; shape.values[i] != parameter.initial)
      name += fmt::format("/{}={}", parameter.name, value_text(parameter, shape.values[i]));
  if (shape.clients > 0) name += fmt::format("/clients={}", shape.clients);
  for (const std::string& part : loss_texts(shape.loss)) name += "/" + part;
  if (shape.authentication != Authentication::none) name += fmt::format("/authentication={}", name_of(shape.authentication));
  return shape.in_flight == 1 ? name : fmt::format("{}/in_flight={}", name, shape.in_flight);
}

/// FNV-1a: the same on every rank and in every build, which std::hash does not promise.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

void set_name(Case& planned, std::string name, const Options& options) {
  planned.shape.seed = mix(options.seed.value() ^ hash_of(name));
  planned.name = std::move(name);
}

Case make_case(const Kernel& kernel, const Shape& shape, TransportName transport, const Options& options) {
  const bool alone = !kernel.about.streams && shape.in_flight == 1;
  Case planned{.kernel = &kernel,
               .shape = shape,
               .sync = alone ? options.sync.value_or(Sync::round_time) : Sync::none,
               .transport = transport,
               .name = {}};
  set_name(planned, name_of_case(planned), options);
  return planned;
}

bool runs_over(const Kernel& kernel, TransportName transport) {
  return !kernel.about.only_over || *kernel.about.only_over == transport;
}

/// What each rank of the launch must have, because it is the same window in all cases.
std::int64_t shared_bytes_of(const Case& planned, const Room& room) {
  if (planned.transport == TransportName::mpi || !runs_over(*planned.kernel, planned.transport)) return 0;
  const int sharing =
      planned.transport == TransportName::hybrid ? std::min(planned.members(), room.sharing) : planned.members();
  return planned.kernel->shared_bytes(planned.shape, planned.transport, sharing);
}

std::string unfit_for(TransportName transport, const Case& planned, const Room& room) {
  if (!runs_over(*planned.kernel, transport))
    return fmt::format("needs --transport {}", name_of(*planned.kernel->about.only_over));
  const int sharing = std::min(room.world, room.sharing);
  const std::int64_t needed = shared_bytes_of(planned, room);
  if (needed > room.shared_memory_bytes / sharing)
    return fmt::format(
        "needs {} of shared memory for each of {} ranks, and /dev/shm has {}; mount it larger, or use --transport mpi",
        format_bytes(needed), sharing, format_bytes(room.shared_memory_bytes));
  if (needed <= room.memory_bytes / sharing) return "";
  return fmt::format(
      "needs {} of shared memory for each of {} ranks, together more than the limit of {}, half of the memory available",
      format_bytes(needed), sharing, format_bytes(room.memory_bytes));
}

/// Why messages cannot be authenticated as the case asks for; empty if they can.
std::string unfit_for_authentication(const Case& planned) {
  const auto ways = planned.kernel->authentications;
  const Authentication asked = planned.shape.authentication;
  if (ways.empty()) return asked == Authentication::none ? "" : "it trusts every sender; leave --authentication out";
  if (asked != Authentication::none && planned.shape.loss.delay_ns > 0)
    return "a message with a MAC or a signature is not held back; give --loss without a delay, or leave --authentication out";
  if (std::find(ways.begin(), ways.end(), asked) != ways.end()) return "";
  std::string others;
  for (const Authentication way : ways) others += fmt::format("{}{}", others.empty() ? "" : " or ", name_of(way));
  return fmt::format("it cannot do with authentication {}; give --authentication {}", name_of(asked), others);
}

/// Whether operations that end in silence, or whose messages are held back, can end within the budget; empty if so.
std::string unfit_for_budget(const Case& planned, const Options& options) {
  const Time each = planned.kernel->silence == nullptr ? 0 : planned.kernel->silence(planned.shape).first;
  const std::int64_t least = options.operations.value_or(1);
  const Time budget = options.operations ? options.total_budget_ns : options.time_budget_ns;
  const std::string_view option = options.operations ? "--total-budget" : "--time-budget";
  if (const Time delay = planned.shape.loss.delay_ns; 2 * delay > budget)
    return fmt::format("with --loss a message takes up to {}, there and back longer than {}, {}; give more, or a shorter delay",
                       format_duration(delay), option, format_duration(budget));
  if (each <= budget / least) return "";
  const auto& parameters = planned.kernel->parameters;
  const bool has_period =
      std::any_of(parameters.begin(), parameters.end(), [](const Parameter& one) { return one.name == "period_us"; });
  return fmt::format("nobody knows when an operation is over before {} have passed, and {} for {} of them is {}; give more{}",
                     format_duration(each), option, least, format_duration(budget),
                     has_period ? ", or a shorter period_us" : "");
}

/// Why a case cannot run, or empty. The limit is divided, not the need multiplied: a product could overflow.
std::string unfit(const Case& planned, const Room& room, const Options& options) {
  const std::int64_t operations_max = options.operations.value_or(options.max_operations);
  const Shape& shape = planned.shape;
  if (planned.members() > room.world)
    return fmt::format("needs a rank of its own for each client, {} in all; the launch has {}", planned.members(), room.world);
  if (std::string reason = planned.kernel->unfit(shape); !reason.empty()) return reason;
  if (std::string reason = unfit_for_authentication(planned); !reason.empty()) return reason;
  if (std::string reason = unfit_for(planned.transport, planned, room); !reason.empty()) return reason;
  if (std::string reason = unfit_for_budget(planned, options); !reason.empty()) return reason;
  const Kernel& kernel = *planned.kernel;  // start, end, slack, each mark before the end, depths, and whose value was read
  const auto stamps = static_cast<std::int64_t>(3 + kernel.marks.size() + (kernel.kinds.empty() ? 0 : 1));
  const std::int64_t needed =
      planned.kernel->memory_bytes(shape) + 2 * operations_max * stamps * 8;  // twice: rank 0 has a copy
  if (needed <= room.memory_bytes / planned.members()) return "";
  return fmt::format("needs {} on each of {} ranks, together more than the limit of {}, half of the memory available",
                     format_bytes(needed), planned.members(), format_bytes(room.memory_bytes));
}

/// Fisher-Yates, one splitmix64 value for each position: std::shuffle gives another order with another standard library.
void shuffle(std::vector<Case>& cases, std::uint64_t seed) {
  for (std::size_t i = cases.size(); i > 1; --i) std::swap(cases[i - 1], cases[mix(seed ^ mix(i)) % i]);
}

class DriftWatch {
 public:
  DriftWatch(const Options& options, std::span<const Kernel> kernels, const Room& room) : options_(options) {
    const auto found = std::find_if(kernels.begin(), kernels.end(), [](const Kernel& k) { return k.name == "ping_pong"; });
    if (found == kernels.end()) return;
    Shape shape{.ranks = std::min(2, room.world),
                .payload_bytes = 8,
                .parameters = found->parameters,
                .values = {},
                .ranks_per_node = room.ranks_per_node};
    for (std::size_t i = 0; i < shape.parameters.size(); ++i) shape.values[i] = shape.parameters[i].initial;
    case_ = make_case(*found, shape, options.transports.front(), options);
    case_.drift_watch = true;
    available_ = found->unfit(shape).empty();
    if (available_) case_.shared_bytes = shared_bytes_of(case_, room);
  }

  void append(std::vector<Case>& cases, int block, std::string_view when) const {
    if (!available_) return;
    Case& added = cases.emplace_back(case_);
    added.block = block;
    set_name(added, fmt::format("{}/drift={}.{}", case_.name, block, when), options_);
  }

 private:
  const Options& options_;
  Case case_;
  bool available_ = false;
};

/// Blocks as equal as they can be, none longer than kBlock.
std::vector<Case> cut_into_blocks(std::vector<Case> cases, const DriftWatch& watch) {
  const std::size_t blocks = (cases.size() + kBlock - 1) / kBlock;
  std::vector<Case> ordered;
  for (std::size_t block = 0, next = 0; block < blocks; ++block) {
    const int number = static_cast<int>(block);
    watch.append(ordered, number, "before");
    for (const std::size_t end = cases.size() * (block + 1) / blocks; next < end; ++next)
      ordered.emplace_back(std::move(cases[next])).block = number;
    watch.append(ordered, number, "after");
  }
  return ordered;
}

using Selected = std::vector<const Kernel*>;

void refuse_useless_window(const Options& options, const Selected& selected) {
  if (options.in_flight.empty() ||
      std::any_of(selected.begin(), selected.end(), [](auto* kernel) { return overlaps(*kernel); }))
    return;
  throw UsageError(
      "--in-flight was given, but the operations of no selected kernel overlap; select a protocol or a kernel that "
      "streams, or leave it out");
}

void refuse_useless_clients(const Options& options, const Selected& selected) {
  if (std::all_of(options.clients.begin(), options.clients.end(), [](int clients) { return clients == 0; }) ||
      std::any_of(selected.begin(), selected.end(), [](auto* kernel) { return kernel->family == Family::protocol; }))
    return;
  throw UsageError(
      "--clients was given, but every selected kernel is a collective, which has none; select a protocol, or leave it out");
}

void refuse_useless_loss(const Options& options, const Selected& selected) {
  if (std::none_of(options.losses.begin(), options.losses.end(), [](const Loss& loss) { return loss.any(); }) ||
      std::any_of(selected.begin(), selected.end(), [](auto* kernel) { return kernel->under_loss != nullptr; }))
    return;
  throw UsageError(
      "--loss was given, but no selected kernel goes on once a message is lost; select one that sends again, or "
      "leave it out");
}

void refuse_useless_authentication(const Options& options, const Selected& selected) {
  const auto& asked = options.authentications;
  if (std::all_of(asked.begin(), asked.end(), [](Authentication way) { return way == Authentication::none; }) ||
      std::any_of(selected.begin(), selected.end(), [](auto* kernel) { return !kernel->authentications.empty(); }))
    return;
  throw UsageError(
      "--authentication was given, but no selected kernel can bear it; select one that can, such as those of @byzantine, or "
      "leave it out");
}

}  // namespace

Plan make_plan(const Options& options, std::span<const Kernel> kernels, const Room& room) {
  if (options.command == Command::calibrate) return {};
  const auto selected = select_kernels("--kernels", options.kernels, kernels);
  const auto ranks = rank_counts(options.ranks, room.world);
  auto axes = parameter_axes(options.settings, kernels, selected);
  refuse_useless_window(options, selected);
  refuse_useless_clients(options, selected);
  refuse_useless_loss(options, selected);
  refuse_useless_authentication(options, selected);
  Plan plan;
  const auto consider = [&](Case planned) {
    std::string reason = unfit(planned, room, options);
    if (reason.empty()) planned.shared_bytes = shared_bytes_of(planned, room);
    if (reason.empty())
      plan.cases.push_back(std::move(planned));
    else
      plan.skipped.push_back({planned.name, std::move(reason), !runs_over(*planned.kernel, planned.transport)});
  };
  for (const Kernel* kernel : selected)
    for (Shape shape : shapes_of(*kernel, options, ranks, axes[kernel])) {
      shape.ranks_per_node = room.ranks_per_node;
      for (const TransportName transport : options.transports) consider(make_case(*kernel, shape, transport, options));
    }
  shuffle(plan.cases, options.seed.value());
  plan.cases = cut_into_blocks(std::move(plan.cases), DriftWatch(options, kernels, room));
  return plan;
}

}  // namespace coordbench
