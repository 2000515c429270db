#pragma once
// Simulated servers of a register that are watched, for the tests of kernels with a configuration from outside.

#include <algorithm>

#include "tests/kernels/watched.hpp"

namespace coordbench::testing {

template <class P>
Shape served_shape(int ranks, const Settings& set, int clients) {
  Shape shape = shape_of<P>(ranks, 8, set);
  shape.clients = clients;
  return shape;
}

/// The first operation from `from` on that proposer `lane` is asked for and that is a read, or a write.
template <class P>
Operation first_of_served(const Shape& shape, bool read, int lane, Operation from) {
  const int stride = proposers_of<P>(shape);
  Operation k = from / stride * stride + lane;
  while (k < from || P::kind(shape, k) != (read ? 1 : 0)) k += stride;
  return k;
}

template <class Safety>
class Served : public Watched<Safety> {
 public:
  using Watched<Safety>::Watched;
  /// The rank is gone, and everybody is told.
  void lose(Rank rank) {
    this->crash(rank);
    this->exclude(rank);
  }
};

}  // namespace coordbench::testing
