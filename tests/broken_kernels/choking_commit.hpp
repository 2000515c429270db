#pragma once
// choking_commit — one rank breaks a bound of its own at operation 3, or finds no memory when it is made: failed, and the
// others need not wait for it.

#include <new>

#include "harness/protocol.hpp"

namespace coordbench {

class ChokingCommit {
 public:
  struct Message {
    std::uint32_t first;
    std::uint32_t count = 1;
  };
  using Out = Outbox<Message>;
  static constexpr About about{.group = "commitment",
                               .promise = "nothing",
                               .messages = "2(N - 1)",
                               .delays = "2",
                               .source = "none",
                               .latency = Latency::proposer};
  static constexpr std::array marks{Mark{.name = "ended", .answers = true}};
  static constexpr std::array parameters{
      Parameter{.name = "fails", .highest = 1, .help = "when", .choices = {"stepping", "being_made"}},
      Parameter{.name = "at", .initial = 2, .highest = 7, .help = "the rank that fails"}};
  static Cost cost(const Shape& shape, Operation /*operation*/) { return {.messages = 2 * (shape.ranks - 1), .delays = {2}}; }

  ChokingCommit(const Shape& shape, Rank self) : due_(shape.ranks - 1), chokes_(self == shape["at"]) {
    if (chokes_ && shape["fails"] == 1) throw std::bad_alloc();
  }

  void propose(Operation operation, Payload payload, Out& out) {
    payload_ = std::move(payload);
    answered_ = 0;
    out.send_others({.first = static_cast<std::uint32_t>(operation)});
  }
  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    if (chokes_ && message.first == 3) return out.complete(3, /*mark=*/7);
    if (from == 0) return out.send(0, message);
    if (++answered_ == due_) out.complete(message.first, 0);
  }
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {.outcome = 1, .payload = payload_}; }

 private:
  int due_, answered_ = 0;
  bool chokes_;
  Payload payload_{};
};

}  // namespace coordbench
