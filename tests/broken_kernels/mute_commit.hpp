#pragma once
// mute_commit — a protocol whose participants never answer, so that no operation ends: timed_out.

#include "harness/protocol.hpp"

namespace coordbench {

class MuteCommit {
 public:
  struct Message {
    std::uint32_t first;
    std::uint32_t count = 1;
  };
  using Out = Outbox<Message>;
  static constexpr About about{.group = "commitment",
                               .promise = "nothing",
                               .messages = "N - 1",
                               .delays = "0",
                               .source = "none",
                               .latency = Latency::proposer};
  static constexpr std::array marks{Mark{.name = "ended", .answers = true}};
  static Cost cost(const Shape& shape, Operation /*k*/) { return {.messages = shape.ranks - 1, .delays = {2}}; }

  MuteCommit(const Shape& /*shape*/, Rank /*self*/) {}

  void propose(Operation k, const Payload& payload, Out& out) {
    out.send_others({.first = static_cast<std::uint32_t>(k)}, payload);
  }
  void step(Rank /*from*/, const Message& /*message*/, const Payload& /*payload*/, Out& /*out*/) {}
  [[nodiscard]] Answer answer(Operation /*k*/) const { return {}; }
};

}  // namespace coordbench
