#pragma once
// unpaid_messages — not wrong, but hard for its harness: its operations are over at once for whoever proposes them, and its
// messages carry no payload, so that nothing but the pace of the transport holds a proposer back.

#include "harness/protocol.hpp"

namespace coordbench {

class UnpaidMessages {
 public:
  struct Message {
    std::uint32_t first;
    std::uint32_t count = 1;
  };
  using Out = Outbox<Message>;
  static constexpr About about{.group = "all-to-all",
                               .promise = "every rank hears of every operation, some time",
                               .messages = "N - 1",
                               .delays = "1",
                               .source = "none",
                               .latency = Latency::makespan};
  static constexpr std::array parameters{
      Parameter{.name = "proposers", .initial = 1, .lowest = 1, .highest = 64, .help = "servers that propose"}};
  static constexpr int clients_most = 8;
  enum { sent, heard };
  static constexpr std::array marks{Mark{.name = "sent", .answers = true}, Mark{.name = "heard", .where = Where::everywhere}};

  static Cost cost(const Shape& shape, Operation /*operation*/) {
    const int receivers = shape.clients > 0 ? shape.ranks : shape.ranks - 1;
    return {.messages = receivers, .delays = {0, receivers > 0 ? 1 : 0}};
  }
  static int proposers(const Shape& shape) { return static_cast<int>(shape["proposers"]); }

  UnpaidMessages(const Shape& shape, Rank self) : serves_(self < shape.ranks) {}

  void propose(Operation operation, Payload payload, Out& out) {
    last_ = std::move(payload);
    out.send_others({.first = static_cast<std::uint32_t>(operation)});
    out.complete(operation, sent);
    if (serves_) out.complete(operation, heard);
  }
  /// A receiver that is slower than its sender.
  void step(Rank /*from*/, const Message& message, const Payload& /*payload*/, Out& out) {
    for (int turn = 0; turn < 1000; ++turn) asm volatile("");
    out.complete(message.first, heard);
  }
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {.outcome = 1, .payload = last_}; }

 private:
  bool serves_;
  Payload last_{};
};

}  // namespace coordbench
