#pragma once
// empty — nothing: no message, no payload. What it costs is what the harness adds to every other kernel.
//
//   0   1   2   …   N-1
//
// 0 messages, 0 delays. Source: none needed.

#include "collectives/parts/no_data.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class Empty {
 public:
  using Data = NoData;
  static constexpr About about{.level = 0,
                               .group = "point-to-point",
                               .promise = "nothing; measures the harness itself",
                               .messages = "0",
                               .delays = "0",
                               .source = "none",
                               .has_payload = false};
  static constexpr std::array<Parameter, 0> parameters{};
  static std::int64_t messages(const Shape& /*shape*/) { return 0; }
  static int delays(const Shape& /*shape*/) { return 0; }

  Empty(const Shape& /*shape*/, Rank /*self*/) {}

  template <class Endpoint>
  void run(Endpoint& /*endpoint*/, Data& /*data*/) {}
};

}  // namespace coordbench
