#pragma once
// mute_commit — a protocol whose participants never answer, so that no operation ends: timed_out.

#include "harness/protocol.hpp"

namespace coordbench {

class MuteCommit {
 public:
  struct Message {
    Operation first;
    std::int32_t count = 1;
  };
  static constexpr About about{
      .promise = "nothing", .messages = "N - 1", .delays = "0", .source = "none", .latency = Latency::proposer};
  static constexpr std::array<Parameter, 0> parameters{};
  static constexpr std::array marks{Mark{.name = "ended", .answers = true}};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& /*shape*/, int /*mark*/) { return 2; }
  static std::size_t outbox_capacity(const Shape& shape) { return static_cast<std::size_t>(shape.ranks) + 1; }
  static std::size_t in_degree(const Shape& /*shape*/, Rank /*rank*/) { return 1; }
  static std::size_t leases(const Shape& /*shape*/) { return 1; }
  static bool answers(const Shape& /*shape*/, Rank rank) { return rank == 0; }
  static std::int64_t expected_outcome(const Shape& /*shape*/) { return 0; }

  MuteCommit(const Shape& shape, Rank /*self*/) : ranks_(shape.ranks) {}

  template <class Out>
  void propose(Time /*now*/, Operation operation, const Payload& payload, Out& out) {
    for (Rank to = 1; to < ranks_; ++to) out.send(to, {.first = operation}, payload);
  }
  template <class Out>
  void step(Time /*now*/, Rank /*from*/, const Message& /*message*/, const Payload& /*payload*/, Out& /*out*/) {}
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {}; }

 private:
  int ranks_;
};

}  // namespace coordbench
