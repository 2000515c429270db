#pragma once
// The order of stamps in words of the invariants' own, so that a protocol that orders them wrongly is found out.

#include <cstdint>

#include "kernels/quorum_register.hpp"

namespace coordbench::testing::quorum_register {

inline std::uint64_t age(const QuorumRegister::Stamp& stamp) {
  return static_cast<std::uint64_t>(stamp.sequence) << 32U | stamp.writer;
}

}  // namespace coordbench::testing::quorum_register
