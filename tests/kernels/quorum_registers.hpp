#pragma once
// A simulated register that is watched, for the tests of quorum_register.

#include <algorithm>

#include "tests/kernels/watched.hpp"
#include "tests/safety/quorum_register/safety.hpp"

namespace coordbench::testing::quorum_register {

using Register = QuorumRegister;
inline constexpr Operation kUnanswered = Watched<Safety>::kUnanswered;
inline constexpr auto always = Register::always, never = Register::never, if_needed = Register::if_needed;

inline Shape register_shape(int ranks, const Settings& set = {}, int clients = 0) {
  Shape shape = shape_of<Register>(ranks, 8, set);
  shape.clients = clients;
  return shape;
}

class Registers : public Watched<Safety> {
 public:
  explicit Registers(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 16)
      : Watched(shape, faults, operations) {}
  [[nodiscard]] int depth_of(Operation k, int mark) const {
    for (const auto& it : history().reached)
      if (it.operation == k && it.mark == mark && it.rank == proposer_of<Register>(shape(), k)) return it.depth;
    return -1;
  }
};

/// The first operation from `from` on that proposer `lane` is asked for and that is a read, or a write.
inline Operation first_of(const Shape& shape, bool read, int lane = 0, Operation from = 0) {
  const int stride = proposers_of<Register>(shape);
  Operation k = from / stride * stride + lane;
  while (k < from || Register::kind(shape, k) != (read ? 1 : 0)) k += stride;
  return k;
}

}  // namespace coordbench::testing::quorum_register
