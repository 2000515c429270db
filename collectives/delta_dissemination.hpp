#pragma once
// delta_dissemination — the repair of accidental_n2: only the change travels, down a binomial tree, and every replica applies
// it.
//
//   0 ─d─► 4     0 ─d─► 2   4 ─d─► 6     0 ─d─► 1   2 ─d─► 3   4 ─d─► 5   6 ─d─► 7
//
// d = min(delta_bytes, payload_bytes) of a state of payload_bytes. N - 1 messages, (N - 1)·d bytes, ⌊log₂ N⌋ delays.
// Source: Almeida, Shoker, Baquero, JPDC 111, 2018 (delta-state replication), over the tree of binomial_broadcast.

#include "collectives/binomial_broadcast.hpp"
#include "collectives/parts/replica_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class DeltaDissemination {
 public:
  using Data = ReplicaData;
  static constexpr About about{.level = 1,
                               .group = "all-to-all",
                               .promise = "every rank's replica of the state has the root's change",
                               .messages = "N - 1",
                               .delays = "floor(log2 N)",
                               .source = "Almeida, Shoker, Baquero, JPDC 111, 2018"};
  static constexpr std::array parameters{kRoot, Parameter{.name = "delta_bytes",
                                                          .initial = 64,
                                                          .lowest = 1,
                                                          .highest = 1 << 30,
                                                          .help = "size of the change, at most that of the state"}};
  static std::int64_t messages(const Shape& shape) { return BinomialBroadcast::messages(shape); }
  static int delays(const Shape& shape) { return BinomialBroadcast::delays(shape); }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  DeltaDissemination(const Shape& shape, Rank self) : broadcast_(shape, self) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    broadcast_.run(endpoint, data.change());
    data.apply();
  }

 private:
  BinomialBroadcast broadcast_;
};

}  // namespace coordbench
