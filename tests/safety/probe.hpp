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
  using Out = Outbox<Message>;
  struct Arrival {
    Time at;
    Operation operation;
    std::size_t bytes;
    friend bool operator==(const Arrival&, const Arrival&) = default;
  };

  static constexpr About about{};
  static constexpr std::array parameters{Parameter{.name = "every_ns", .highest = 1'000'000, .help = "between two ticks"}};
  static constexpr std::array marks{Mark{.name = "sent"}};
  static Cost cost(const Shape& shape, Operation /*operation*/) { return {.messages = shape.ranks - 1, .delays = {1}}; }
  static bool times_out(const Shape& shape) { return shape["every_ns"] > 0; }

  Probe(const Shape& shape, Rank /*self*/) : every_(shape["every_ns"]), next_tick_(every_ > 0 ? every_ : kNever) {}

  void propose(Operation operation, const Payload& payload, Out& out) {
    out.send_others({.first = static_cast<std::uint32_t>(operation)}, payload);
    out.complete(operation, 0);
  }
  void step(Rank /*from*/, const Message& message, const Payload& payload, Out& out) {
    arrivals.push_back({out.now(), message.first, payload.size()});
  }
  void tick(Out& out) {
    ticks.push_back(out.now());
    next_tick_ += every_;
  }
  [[nodiscard]] Time deadline() const { return next_tick_; }
  void restart(Out& /*out*/) { ++restarts; }
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {}; }

  std::vector<Arrival> arrivals{};
  std::vector<Time> ticks{};  ///< on its own clock
  int restarts = 0;

 private:
  Time every_, next_tick_;
};

}  // namespace coordbench::testing
