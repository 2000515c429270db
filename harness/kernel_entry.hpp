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
    static_cast<void>(bench.release());  // never freed: the library may still write into buffers of a case that did not end
    throw;
  }
}

template <class K>
std::string unfit(const Shape& shape) {
  if constexpr (requires { K::unfit(shape); })
    return K::unfit(shape);
  else
    return {};
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
constexpr Kernel make_kernel(std::string_view name) {
  Kernel kernel{.name = name, .about = K::about, .parameters = K::parameters, .messages = &messages_of<K>, .unfit = &unfit<K>};
  if constexpr (Protocol<K>) {
    static_assert(K::marks.size() <= kMarksMax);
    kernel.family = Family::protocol;
    kernel.marks = K::marks;
    kernel.delays = &K::delays;
    kernel.clients = &clients_of<K>;
    kernel.memory_bytes = &protocol_memory_bytes<K>;
    kernel.run = &run_bench<ProtocolBench<K>>;
  } else {
    kernel.family = Family::collective;
    kernel.delays = [](const Shape& shape, int) { return K::delays(shape); };
    kernel.memory_bytes = &K::Data::memory_bytes;
    kernel.run = &run_bench<CollectiveBench<K>>;
  }
  return kernel;
}

}  // namespace coordbench
