#pragma once
// For tests of Raft's reads: shapes, and operations that read or write.

#include "tests/safety/raft_replication/raft_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {

struct RaftReads {
  using Raft = RaftReplication;
  enum : std::int64_t { log, index, lease };
  static constexpr Time kTimeout = 1'000'000;  ///< ns; a message of the perfect network takes one

  static Shape shape(int ranks, std::int64_t read, const Settings& more = {}, int in_flight = 1, int clients = 0) {
    Settings set{{"reads", 50}, {"read", read}};
    set.insert(set.end(), more.begin(), more.end());
    Shape shape = shape_of<Raft>(ranks, 8, set);
    shape.in_flight = in_flight;
    shape.clients = clients;
    return shape;
  }
  static bool is_read(const Shape& shape, Operation k) { return Raft::kind(shape, k) == 1; }
  /// The first operation from `k` on that reads, or that writes.
  static Operation next(const Shape& shape, Operation k, bool reads) {
    while (is_read(shape, k) != reads) ++k;
    return k;
  }
};

}  // namespace coordbench::testing
