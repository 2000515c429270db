#pragma once
// A protocol that only tells what the world does to it: rank 0 sends each operation to everybody, and every rank notes what
// arrives, when it ticks, and whether it was restarted.

#include "harness/protocol.hpp"

namespace coordbench::testing {

class Probe {
 public:
  struct Message {
    std::uint32_t first;
    std::int32_t count = 1;
  };
  struct Arrival {
    Time at;
    Operation operation;
    std::size_t bytes;
    friend bool operator==(const Arrival&, const Arrival&) = default;
  };

  static constexpr About about{};
  static constexpr std::array parameters{Parameter{.name = "every_ns", .highest = 1'000'000, .help = "between two ticks"}};
  static constexpr std::array marks{Mark{.name = "sent"}};
  static std::int64_t messages(const Shape& shape) { return shape.ranks - 1; }
  static int delays(const Shape& /*shape*/, int /*mark*/) { return 1; }
  static std::size_t outbox_capacity(const Shape& shape) { return static_cast<std::size_t>(shape.ranks); }
  static std::size_t in_degree(const Shape& /*shape*/, Rank /*rank*/) { return 1; }
  static std::size_t leases(const Shape& /*shape*/) { return 1; }
  static bool answers(const Shape& /*shape*/, Rank /*rank*/) { return false; }
  static std::int64_t expected_outcome(const Shape& /*shape*/) { return 0; }
  static bool times_out(const Shape& shape) { return shape["every_ns"] > 0; }

  Probe(const Shape& shape, Rank self)
      : ranks_(shape.ranks), self_(self), every_(shape["every_ns"]), next_tick_(every_ > 0 ? every_ : kNever) {}

  template <class Out>
  void propose(Time /*now*/, Operation operation, const Payload& payload, Out& out) {
    for (Rank to = 0; to < ranks_; ++to)
      if (to != self_) out.send(to, {.first = static_cast<std::uint32_t>(operation)}, payload);
    out.complete(operation, 0);
  }
  template <class Out>
  void step(Time now, Rank /*from*/, const Message& message, const Payload& payload, Out& /*out*/) {
    arrivals.push_back({now, message.first, payload.size()});
  }
  template <class Out>
  void tick(Time now, Out& /*out*/) {
    ticks.push_back(now);
    next_tick_ += every_;
  }
  [[nodiscard]] Time deadline() const { return next_tick_; }
  template <class Out>
  void restart(Time /*now*/, Out& /*out*/) {
    ++restarts;
  }
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {}; }

  std::vector<Arrival> arrivals{};
  std::vector<Time> ticks{};  ///< on its own clock
  int restarts = 0;

 private:
  int ranks_;
  Rank self_;
  Time every_, next_tick_;
};

}  // namespace coordbench::testing
