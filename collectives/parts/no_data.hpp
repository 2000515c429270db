#pragma once
// For kernels without a payload: nothing to prepare, nothing to hold against it.

#include "harness/protocol.hpp"

namespace coordbench {

class NoData {
 public:
  NoData(const Shape& /*shape*/, Rank /*self*/) {}
  static std::int64_t memory_bytes(const Shape& /*shape*/) { return 0; }
  void prepare(Operation /*operation*/) {}
  [[nodiscard]] bool verify(Operation /*operation*/, Effort /*effort*/) const { return true; }
};

}  // namespace coordbench
