#pragma once
// A simulated chain that is watched, for the tests of chain_replication.

#include "tests/kernels/served_registers.hpp"
#include "tests/safety/chain_replication/safety.hpp"

namespace coordbench::testing::chain_replication {

namespace setting = coordbench::chain;
using Chain = Served<Safety>;

inline Shape chain_shape(int ranks, const Settings& set = {}, int clients = 0) {
  return served_shape<ChainReplication>(ranks, set, clients);
}
inline Operation first_of(const Shape& shape, bool read, int lane = 0, Operation from = 0) {
  return first_of_served<ChainReplication>(shape, read, lane, from);
}

}  // namespace coordbench::testing::chain_replication
