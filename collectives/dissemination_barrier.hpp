#pragma once
// dissemination_barrier — nobody leaves before everybody has entered, and everybody learns it at the same time.
//
//   round 0   0 ─► 1 ─► 2 ─► 3 ─► 4 ─► 0        each rank signals the one 2^i places ahead and waits for the one 2^i behind;
//   round 1   0 ─► 2 ─► 4 ─► 1 ─► 3 ─► 0        after round i it has heard, directly or not, of the 2^(i+1) - 1 ranks behind it
//   round 2   0 ─► 4 ─► 3 ─► 2 ─► 1 ─► 0
//
// N·⌈log₂ N⌉ empty messages, ⌈log₂ N⌉ delays. Source: Hensgen, Finkel, Manber, Int. J. Parallel Programming 17(1), 1988.

#include "collectives/parts/no_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class DisseminationBarrier {
 public:
  using Data = NoData;
  static constexpr About about{.level = 0,
                               .group = "barrier",
                               .promise = "no rank leaves before every rank has entered",
                               .messages = "N ceil(log2 N)",
                               .delays = "ceil(log2 N)",
                               .source = "Hensgen, Finkel, Manber, IJPP 17(1), 1988",
                               .latency = Latency::barrier,
                               .has_payload = false};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{shape.ranks} * ceil_log2(shape.ranks); }
  static int delays(const Shape& shape) { return ceil_log2(shape.ranks); }

  DisseminationBarrier(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& /*data*/) {
    const int ranks = endpoint.ranks();
    const Rank self = endpoint.rank();
    for (int distance = 1; distance < ranks; distance *= 2)
      endpoint.exchange(absolute(distance, self, ranks), {}, relative(self, distance, ranks), {});
  }
};

}  // namespace coordbench
