#pragma once
// The calling thread bound to a set of PUs, for the length of a scope.

#include "harness/machine/topology.hpp"

namespace coordbench {

class Pinned {
 public:
  /// Throws std::runtime_error if the thread cannot be bound to exactly these.
  Pinned(const Topology& topology, const CpuSet& target);
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned();

 private:
  const Topology& topology_;
  CpuSet before_;
};

}  // namespace coordbench
