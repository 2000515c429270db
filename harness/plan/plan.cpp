#include "harness/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/options/units.hpp"
#include "harness/pattern.hpp"
#include "harness/plan/fit.hpp"
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

/// Fisher-Yates, one splitmix64 value for each position: std::shuffle gives another order with another standard library.
void shuffle(std::vector<Case>& cases, std::uint64_t seed) {
  for (std::size_t i = cases.size(); i > 1; --i) std::swap(cases[i - 1], cases[mix(seed ^ mix(i)) % i]);
}

/// The ping_pongs before and after each block, over every transport that its cases use.
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
    if (!found->unfit(shape).empty()) return;
    for (const TransportName transport : options.transports) add(make_case(*found, shape, transport, options), room);
  }

  void append(std::vector<Case>& cases, int block, std::string_view when, const std::set<TransportName>& used) const {
    for (const Case& watch : cases_) {
      if (!used.contains(watch.transport)) continue;
      Case& added = cases.emplace_back(watch);
      added.block = block;
      set_name(added, fmt::format("{}/drift={}.{}", watch.name, block, when), options_);
    }
  }

 private:
  void add(Case watch, const Room& room) {
    if (!unfit_for_transport(watch, room).empty()) return;
    watch.drift_watch = true;
    watch.shared_bytes = shared_bytes_of(watch, room);
    cases_.push_back(std::move(watch));
  }

  const Options& options_;
  std::vector<Case> cases_;
};

/// Blocks as equal as they can be, none longer than kBlock.
std::vector<Case> cut_into_blocks(std::vector<Case> cases, const DriftWatch& watch) {
  const std::size_t blocks = (cases.size() + kBlock - 1) / kBlock;
  std::vector<Case> ordered;
  for (std::size_t block = 0, next = 0; block < blocks; ++block) {
    const int number = static_cast<int>(block);
    const std::size_t end = cases.size() * (block + 1) / blocks;
    std::set<TransportName> used;
    for (std::size_t i = next; i < end; ++i) used.insert(cases[i].transport);
    watch.append(ordered, number, "before", used);
    for (; next < end; ++next) ordered.emplace_back(std::move(cases[next])).block = number;
    watch.append(ordered, number, "after", used);
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
