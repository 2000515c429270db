#include "harness/plan/fit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/options/units.hpp"

namespace coordbench {
namespace {

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

}  // namespace

bool runs_over(const Kernel& kernel, TransportName transport) {
  return !kernel.about.only_over || *kernel.about.only_over == transport;
}

std::int64_t shared_bytes_of(const Case& planned, const Room& room) {
  if (planned.transport == TransportName::mpi || !runs_over(*planned.kernel, planned.transport)) return 0;
  const int sharing =
      planned.transport == TransportName::hybrid ? std::min(planned.members(), room.sharing) : planned.members();
  return planned.kernel->shared_bytes(planned.shape, planned.transport, sharing);
}

std::string unfit_for_transport(const Case& planned, const Room& room) {
  const TransportName transport = planned.transport;
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

/// The limit is divided, not the need multiplied: a product could overflow.
std::string unfit(const Case& planned, const Room& room, const Options& options) {
  const std::int64_t operations_max = options.operations.value_or(options.max_operations);
  const Shape& shape = planned.shape;
  if (planned.members() > room.world)
    return fmt::format("needs a rank of its own for each client, {} in all; the launch has {}", planned.members(), room.world);
  if (std::string reason = planned.kernel->unfit(shape); !reason.empty()) return reason;
  if (std::string reason = unfit_for_authentication(planned); !reason.empty()) return reason;
  if (std::string reason = unfit_for_transport(planned, room); !reason.empty()) return reason;
  if (std::string reason = unfit_for_budget(planned, options); !reason.empty()) return reason;
  const Kernel& kernel = *planned.kernel;  // start, end, slack, each mark before the end, depths, and whose value was read
  const auto stamps = static_cast<std::int64_t>(3 + kernel.marks.size() + (kernel.kinds.empty() ? 0 : 1));
  const std::int64_t needed =
      planned.kernel->memory_bytes(shape) + 2 * operations_max * stamps * 8;  // twice: rank 0 has a copy
  if (needed <= room.memory_bytes / planned.members()) return "";
  return fmt::format("needs {} on each of {} ranks, together more than the limit of {}, half of the memory available",
                     format_bytes(needed), planned.members(), format_bytes(room.memory_bytes));
}

}  // namespace coordbench
