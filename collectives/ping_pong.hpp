#pragma once
// ping_pong — the last rank sends rank 0's payload straight back: the round trip that every other latency is compared with.
//
//   0 ───────────► N-1
//   0 ◄─────────── N-1        the others rest
//
// 2 messages, 2 delays; none in a world of one rank. Rank 0's end - start is the round-trip time.
// Source: Hockney, Parallel Computing 20(3), 1994.

#include "collectives/parts/echo_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class PingPong {
 public:
  using Data = EchoData;
  static constexpr About about{.level = 0,
                               .group = "point-to-point",
                               .promise = "rank 0 has its payload back from the last rank",
                               .messages = "2; 0 for N = 1",
                               .delays = "2; 0 for N = 1",
                               .source = "Hockney, Parallel Computing 20(3), 1994",
                               .latency = Latency::proposer};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& shape) { return shape.ranks > 1 ? 2 : 0; }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 2 : 0; }

  PingPong(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const Rank self = endpoint.rank();
    const Rank last = endpoint.ranks() - 1;
    if (last == 0) return;
    if (self == 0) {
      endpoint.send(last, data.outgoing());
      endpoint.receive(last, data.incoming());
    } else if (self == last) {
      endpoint.receive(0, data.incoming());
      endpoint.send(0, data.incoming());
    }
  }
};

}  // namespace coordbench
