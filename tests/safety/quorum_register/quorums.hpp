#pragma once
// R, W and the replicas in words of the invariants' own, so that a protocol that reckons them wrongly is found out.

#include "harness/protocol.hpp"

namespace coordbench::testing::quorum_register {

inline int replicas_of(const Shape& shape) { return shape["replicas"] > 0 ? static_cast<int>(shape["replicas"]) : shape.ranks; }
inline int majority_unless(std::int64_t given, const Shape& shape) {
  return given > 0 ? static_cast<int>(given) : replicas_of(shape) / 2 + 1;
}
inline int read_quorum_of(const Shape& shape) { return majority_unless(shape["read_quorum"], shape); }
inline int write_quorum_of(const Shape& shape) { return majority_unless(shape["write_quorum"], shape); }
/// Every query meets every store.
inline bool quorums_meet(const Shape& shape) { return read_quorum_of(shape) + write_quorum_of(shape) > replicas_of(shape); }

}  // namespace coordbench::testing::quorum_register
