#include "micro/pinned.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace coordbench {
namespace {

CpuSet binding_of_this_thread(const Topology& topology) {
  CpuSet bound;
  if (hwloc_get_cpubind(topology.get(), bound.get(), HWLOC_CPUBIND_THREAD) != 0)
    throw std::runtime_error(fmt::format("cannot read a thread's binding: {}", std::strerror(errno)));
  return bound;
}

}  // namespace

Pinned::Pinned(const Topology& topology, const CpuSet& target)
    : topology_(topology), before_(binding_of_this_thread(topology)) {
  const bool done = hwloc_set_cpubind(topology.get(), target.get(), HWLOC_CPUBIND_THREAD) == 0;
  if (!done || binding_of_this_thread(topology) != target)
    throw std::runtime_error(
        fmt::format("cannot bind a thread to PU {}; run where this process may use it, or leave the benchmark out with "
                    "--benchmark_filter",
                    target.text()));
}

Pinned::~Pinned() { hwloc_set_cpubind(topology_.get(), before_.get(), HWLOC_CPUBIND_THREAD); }

}  // namespace coordbench
