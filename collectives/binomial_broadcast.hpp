#pragma once
// binomial_broadcast — the root's payload reaches every rank down a binomial tree.
//
//   round 0   0 ─────────────► 4        A rank that has the payload passes it on in every later round, to the rank
//   round 1   0 ─────► 2  4 ─────► 6    half as far away each time: nobody idles, so no tree is shallower when a rank
//   round 2   0 ► 1  2 ► 3 4 ► 5 6 ► 7  sends one message at a time.
//
// N - 1 messages, ⌊log₂ N⌋ delays. Source: Thakur, Rabenseifner, Gropp, IJHPCA 2005, section 4.2.

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class BinomialBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "broadcast",
                               .promise = "every rank holds the root's payload",
                               .messages = "N - 1",
                               .delays = "floor(log2 N)",
                               .source = "Thakur, Rabenseifner, Gropp, IJHPCA 2005, 4.2"};
  static constexpr std::array parameters{kRoot};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& shape) { return floor_log2(shape.ranks); }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  BinomialBroadcast(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = relative(endpoint.rank(), data.root(), ranks);
    const int joined = self == 0 ? 1 << ceil_log2(ranks) : self & -self;  // the distance this rank was reached over
    if (self != 0) endpoint.receive(absolute(self - joined, data.root(), ranks), data.payload());
    for (int distance = joined / 2; distance > 0; distance /= 2)
      if (self + distance < ranks) endpoint.send(absolute(self + distance, data.root(), ranks), data.payload());
  }
};

}  // namespace coordbench
