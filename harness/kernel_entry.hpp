#pragma once
// Makes the registry's entry of a kernel from its class; included by the generated sources only (cmake/mpi.cmake).

#include <memory>

#include "harness/kernel.hpp"
#include "harness/measure/collective_bench.hpp"
#include "harness/measure/protocol_bench.hpp"

namespace coordbench {

template <class Bench>
void run_bench(CaseRun& run) {
  auto bench = std::make_unique<Bench>(run);
  try {
    bench->measure();
    bench->conclude();
  } catch (...) {
    bench->conclude();
    bench->withdraw();
    static_cast<void>(bench.release());  // never freed: the library may still write into buffers of a case that did not end
    throw;
  }
}

/// Why the combination does not fit, or cannot be held against a closed form when it is measured.
template <class K>
std::string unfit(const Shape& shape) {
  std::string reason;
  if constexpr (requires { K::unfit(shape); }) reason = K::unfit(shape);
  if constexpr (requires { K::uncountable(shape); })
    if (reason.empty()) reason = K::uncountable(shape);
  return reason;
}

template <class K>
double messages_of(const Shape& shape, std::int64_t operations) {
  if constexpr (requires { K::messages(shape, operations); })
    return static_cast<double>(K::messages(shape, operations));
  else
    return static_cast<double>(K::messages(shape)) * static_cast<double>(operations);
}

template <Protocol P>
std::int64_t protocol_memory_bytes(const Shape& shape) {
  const TransportSize size = transport_size<P>(shape, 0);
  const std::size_t single = size.payload_capacity + PayloadArena::kHeaderRoom + sizeof(detail::Slot);
  return static_cast<std::int64_t>((size.leases + size.batch * size.batch_leases) * single);
}

template <class K>
std::int64_t shared_bytes(const Shape& shape, Transport transport, int sharing) {
  if constexpr (Protocol<K>)
    return InSharedMemory::protocol_bytes<K>(
        transport == Transport::hybrid ? Hybrid::size<K>(shape) : InSharedMemory::size<K>(shape), sharing);
  else
    return InSharedMemory::collective_bytes(sharing, posted_max<K>(shape), K::Data::memory_bytes(shape));
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
constexpr bool runs_over(Transport transport) {
  return (!K::about.only_over || *K::about.only_over == transport) && (transport == Transport::mpi || !kSimulated);
}

template <class K, Transport transport, class Over>
void run_if_over(CaseRun& run) {
  if constexpr (runs_over<K>(transport))
    if (run.setting().planned->transport == transport) run_over<K, Over>(run);
}

template <class K>
void run_kernel(CaseRun& run) {
  run_if_over<K, Transport::mpi, OverMpi>(run);
  run_if_over<K, Transport::shared_memory, InSharedMemory>(run);
  run_if_over<K, Transport::hybrid, Hybrid>(run);
}

template <class K>
constexpr Kernel make_kernel(std::string_view name) {
  Kernel kernel{.name = name, .about = K::about, .parameters = K::parameters, .messages = &messages_of<K>, .unfit = &unfit<K>};
  if constexpr (Protocol<K>) {
    static_assert(K::marks.size() <= kMarksMax);
    kernel.family = Family::protocol;
    kernel.marks = K::marks;
    kernel.delays = &K::delays;
    kernel.clients = &clients_of<K>;
    kernel.memory_bytes = &protocol_memory_bytes<K>;
  } else {
    kernel.family = Family::collective;
    kernel.delays = [](const Shape& shape, int) { return K::delays(shape); };
    kernel.memory_bytes = &K::Data::memory_bytes;
  }
  if constexpr (requires(const Shape& shape) { K::messages_between_nodes(shape); })
    kernel.messages_between_nodes = &K::messages_between_nodes;
  kernel.run = &run_kernel<K>;
  if constexpr (runs_over<K>(Transport::shared_memory)) kernel.shared_bytes = &shared_bytes<K>;
  return kernel;
}

}  // namespace coordbench
