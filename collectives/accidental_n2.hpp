#pragma once
// accidental_n2 — an update in which every rank sends its whole state to every other one: it works, and nobody meant it.
//
//   0 ◄═S═► 1     0 ◄═S═► 2     0 ◄═S═► 3
//   1 ◄═S═► 2     1 ◄═S═► 3     2 ◄═S═► 3        S = payload_bytes, per update
//
// N(N - 1) messages, N(N - 1)·S bytes, 1 delay. Its repair is delta_dissemination.
// Source: the "accidental N²" of coordination folklore; counting alone.

#include "collectives/parts/states_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class AccidentalN2 {
 public:
  using Data = StatesData;
  static constexpr About about{.level = 1,
                               .group = "anti-pattern",
                               .baseline_of = "all-to-all",
                               .promise = "every rank has seen the whole state of every other one",
                               .messages = "N(N - 1)",
                               .delays = "1; 0 for N = 1",
                               .source = "none; each of N ranks sends to N - 1 others"};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{shape.ranks} * (shape.ranks - 1); }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 1 : 0; }
  static std::size_t posted_max(const Shape& shape) { return 2 * (static_cast<std::size_t>(shape.ranks) - 1); }

  AccidentalN2(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = endpoint.rank();
    for (int i = 1; i < ranks; ++i) {
      const Rank from = relative(self, i, ranks);
      endpoint.post_receive(from, data.seen(from));
    }
    for (int i = 1; i < ranks; ++i) endpoint.post_send(absolute(i, self, ranks), data.own());
    endpoint.wait_all();
  }
};

}  // namespace coordbench
