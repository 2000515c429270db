#pragma once
// A simulated chain that is watched, for the tests of chain_replication.

#include "tests/kernels/watched.hpp"
#include "tests/safety/chain_replication/safety.hpp"

namespace coordbench::testing::chain_replication {

inline constexpr Operation kUnanswered = Watched<Safety>::kUnanswered;
namespace setting = coordbench::chain;

inline Shape chain_shape(int ranks, const Settings& set = {}, int clients = 0) {
  Shape shape = shape_of<ChainReplication>(ranks, 8, set);
  shape.clients = clients;
  return shape;
}

/// The first operation from `from` on that proposer `lane` is asked for and that is a read, or a write.
inline Operation first_of(const Shape& shape, bool read, int lane = 0, Operation from = 0) {
  const int stride = proposers_of<ChainReplication>(shape);
  Operation k = from / stride * stride + lane;
  while (k < from || ChainReplication::kind(shape, k) != (read ? 1 : 0)) k += stride;
  return k;
}

class Chain : public Watched<Safety> {
 public:
  explicit Chain(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Watched(shape, faults, operations) {}
  /// The rank is gone, and everybody is told.
  void lose(Rank rank) {
    crash(rank);
    exclude(rank);
  }
};

}  // namespace coordbench::testing::chain_replication
