#pragma once
// Makes the registry's entry of a kernel from its class; included by the generated sources only (cmake/mpi.cmake).

#include <algorithm>
#include <memory>

#include "harness/kernel.hpp"
#include "harness/measure/collective_bench.hpp"
#include "harness/measure/protocol_bench.hpp"

namespace coordbench {

template <class Bench>
void run_bench(CaseRun& run) {
  std::unique_ptr<Bench> bench;
  try {
    bench = std::make_unique<Bench>(run);
    bench->measure();
    bench->conclude();
  } catch (const std::exception& error) {
    run.bell().ring_for(error);
    if (!bench) throw;
    bench->conclude();
    bench->withdraw();
    static_cast<void>(bench.release());  // never freed: the library may still write into buffers of a case that did not end
    throw;
  }
}

/// Why the clients or the window do not fit the kernel; empty if they do.
template <class K>
std::string unfit_to_ask(const Shape& shape) {
  if constexpr (!Protocol<K>) {
    return shape.clients > 0 ? "a collective has no clients; leave --clients out or give 0" : "";
  } else {
    constexpr int most = clients_most<K>();
    if (shape.clients > 0 && most == 0) return "nobody but its servers can ask; leave --clients out or give 0";
    if (shape.clients > most) return "at most " + std::to_string(most) + " clients can ask; give --clients fewer";
    if (!IsAsked<K> && shape.in_flight > 1) return "operations that begin at every rank do not overlap; give --in-flight 1";
    if (const int proposers = proposers_of<K>(shape); proposers > (shape.clients > 0 ? shape.clients : shape.ranks))
      return std::to_string(proposers) + " proposers are more than the ranks";
    return "";
  }
}

/// Why the kernel cannot run with the loss of the case; empty if it can.
template <class K>
std::string unfit_for_loss(const Shape& shape) {
  if (!shape.loss.any()) return "";
  if constexpr (!Protocol<K>) {
    return "a collective needs each message once and in time; leave --loss out";
  } else if constexpr (FacesLoss<K>) {
    return K::under_loss(shape) != UnderLoss::stops ? ""
                                                    : "nothing is sent again, so an operation may never end where messages are "
                                                      "lost or overtake each other; set its resend_us, or leave --loss out";
  } else {
    return "it needs each message once and in time; leave --loss out";
  }
}

/// Why the combination does not fit, or cannot be held against a closed form when it is measured.
template <class K>
std::string unfit(const Shape& shape) {
  std::string reason = unfit_to_ask<K>(shape);
  if (reason.empty()) reason = unfit_for_loss<K>(shape);
  if (!reason.empty()) return reason;
  if constexpr (requires { K::unfit(shape); }) reason = K::unfit(shape);
  if constexpr (requires { K::uncountable(shape); })
    if (reason.empty()) reason = K::uncountable(shape);
  return reason;
}

template <class C>
Cost collective_cost(const Shape& shape, Operations operations) {
  return {.messages = static_cast<double>(C::messages(shape)) * static_cast<double>(operations.count),
          .delays = {C::delays(shape)}};
}

template <Protocol P>
std::int64_t protocol_memory_bytes(const Shape& shape) {
  const TransportSize size = transport_size<P>(shape, 0);
  const auto bytes = [](std::size_t slots, std::size_t capacity) {
    return slots * (PayloadArena::stride(capacity) + sizeof(detail::Slot));
  };
  return static_cast<std::int64_t>(bytes(size.leases, size.payload_capacity) + bytes(size.large_leases, size.large_bytes) +
                                   bytes(size.made, size.made_bytes));
}

template <class K>
std::int64_t shared_bytes(const Shape& shape, TransportName transport, int sharing) {
  if constexpr (Protocol<K>)
    return InSharedMemory::protocol_bytes<K>(
        transport == TransportName::hybrid ? Hybrid::size<K>(shape) : InSharedMemory::size<K>(shape), sharing);
  else
    return InSharedMemory::collective_bytes(sharing, posted_max<K>(shape), K::Data::memory_bytes(shape));
}

/// Whether over shared memory no rank copies an operation's payload. It is copied where it fits into a slot beside its
/// message, where several travel together, or with a MAC, and by replicas that acknowledge a copy
/// (kernels/parts/replicate.hpp); a server alone acknowledges to nobody.
template <Protocol P>
bool stays_in_place(const Shape& shape) {
  const auto inside_max = static_cast<std::int64_t>(RingSlot::kBodyBytes - sizeof(typename P::Message));
  if (shape.payload_bytes <= inside_max || batch_of<P>(shape) > 1 || shape.authentication != Authentication::none) return false;
  const auto found = std::find_if(shape.parameters.begin(), shape.parameters.end(),
                                  [](const Parameter& parameter) { return parameter.name == "replicate"; });
  return found == shape.parameters.end() || shape[found->name] != found->initial || shape.ranks == 1;
}

template <class K, class Over>
void run_over(CaseRun& run) {
  if constexpr (Protocol<K>)
    run_bench<ProtocolBench<K, Over>>(run);
  else
    run_bench<CollectiveBench<K, Over>>(run);
}

/// Whether a kernel runs over this transport; decided here once, never in a loop. Simulated ranks have no memory to share, and
/// what they would not run is not compiled for them.
template <class K>
constexpr bool runs_over(TransportName transport) {
  return (!K::about.only_over || *K::about.only_over == transport) && (transport == TransportName::mpi || !kSimulated);
}

template <class K, TransportName transport, class Over>
void run_if_over(CaseRun& run) {
  if constexpr (runs_over<K>(transport))
    if (run.setting().planned->transport == transport) run_over<K, Over>(run);
}

template <class K>
void run_kernel(CaseRun& run) {
  run_if_over<K, TransportName::mpi, OverMpi>(run);
  run_if_over<K, TransportName::shared_memory, InSharedMemory>(run);
  run_if_over<K, TransportName::hybrid, Hybrid>(run);
}

template <class K>
constexpr void check_group() {
  static_assert(is_group(K::about.group), "about.group is missing or unknown: write one of kGroups (harness/description.hpp)");
  if constexpr (K::about.group == kNativeGroup)
    static_assert(is_group(K::about.baseline_of) && K::about.baseline_of != kNativeGroup,
                  "a kernel of group native says whose baseline it is: write another group into about.baseline_of");
  else
    static_assert(K::about.baseline_of.empty() || K::about.group == kAntiPatternGroup,
                  "about.baseline_of is for kernels of the groups native and anti-pattern: leave it out");
}

template <class K>
constexpr Kernel make_kernel(std::string_view name) {
  check_group<K>();
  Kernel kernel{.name = name, .about = K::about, .parameters = parameters_of<K>(), .unfit = &unfit<K>};
  if constexpr (Protocol<K>) {
    kernel.family = Family::protocol;
    kernel.marks = K::marks;
    kernel.cost = &cost_of<K>;
    kernel.clients_most = clients_most<K>();
    if constexpr (Authenticates<K>) kernel.authentications = K::authentications;
    if constexpr (IsAsked<K>) kernel.proposers = &proposers_of<K>;
    if constexpr (HasKinds<K>) {
      kernel.kinds = K::kinds;
      kernel.kind = [](const Shape& shape, Operation operation) { return static_cast<int>(K::kind(shape, operation)); };
    }
    if constexpr (MeasuresItself<K>) kernel.measured = K::measured;
    if constexpr (requires(const Shape& shape) { K::stale_share(shape); })
      kernel.stale_share = [](const Shape& shape) { return static_cast<double>(K::stale_share(shape)); };
    if constexpr (EndsInSilence<K>) kernel.silence = &silence_of<K>;
    kernel.memory_bytes = &protocol_memory_bytes<K>;
    kernel.stays_in_place = &stays_in_place<K>;
    if constexpr (FacesLoss<K>) kernel.under_loss = &K::under_loss;
    if constexpr (requires(const Shape& shape) { K::messages_under_loss(shape); })
      kernel.messages_under_loss = [](const Shape& shape) { return static_cast<double>(K::messages_under_loss(shape)); };
    if constexpr (CountsApplications<K>)
      kernel.applications = [](const Shape& shape) { return static_cast<double>(K::applications(shape)); };
  } else {
    kernel.family = Family::collective;
    kernel.cost = &collective_cost<K>;
    kernel.memory_bytes = &K::Data::memory_bytes;
  }
  if constexpr (requires(const Shape& shape) { K::messages_between_nodes(shape); })
    kernel.messages_between_nodes = &K::messages_between_nodes;
  kernel.run = &run_kernel<K>;
  if constexpr (runs_over<K>(TransportName::shared_memory)) kernel.shared_bytes = &shared_bytes<K>;
  return kernel;
}

}  // namespace coordbench
