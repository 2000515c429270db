#pragma once
// What all kernels declare whose replicas make an update at once, ask nobody, and tell all others.

#include <optional>

#include "kernels/parts/proposers.hpp"

namespace coordbench::crdt {

/// What such a kernel says of itself in its own words.
struct Words {
  std::string_view promise, delays, source;
  std::string_view blocks = "never: an update asks nobody";
  std::string_view messages = "n = N - 1; resends and acknowledgements are background";
  bool has_payload = false;
};
constexpr About about(const Words& words) {
  return {.level = 0,
          .group = "avoidance",
          .promise = words.promise,
          .survives = "loss, with resend_us; ranks that are down: the others go on",
          .blocks = words.blocks,
          .messages = words.messages,
          .delays = words.delays,
          .source = words.source,
          .latency = Latency::makespan,
          .has_payload = words.has_payload};
}
/// An update has the first mark where it is made, and the second at every replica that has it.
constexpr std::array<Mark, 2> marks(std::string_view made, std::string_view known) {
  return {Mark{.name = made}, Mark{.name = known, .where = Where::everywhere, .answers = true}};
}
constexpr Parameter resend_us(
    std::string_view help = "time after which an unacknowledged update is sent again; 0: never, and nothing is acknowledged") {
  return {.name = "resend_us", .highest = 1'000'000'000, .help = help};
}

/// They have the parameters proposers and resend_us.
class Replica : public Proposers {
 public:
  static Cost cost(const Shape& shape, Operation /*k*/) {
    return {.messages = shape.ranks - 1, .delays = {0, shape.ranks > 1 ? 1 : 0}};
  }
  static bool times_out(const Shape& shape) { return shape["resend_us"] > 0; }
  static UnderLoss under_loss(const Shape& shape) { return times_out(shape) ? UnderLoss::tolerates : UnderLoss::stops; }
  /// Resends are background.
  static double messages_under_loss(const Shape& shape) { return shape.ranks - 1; }
  /// A replica that alone makes updates hears nothing but acknowledgements.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return proposers(shape) == 1 && rank > 0 ? std::optional<Rank>(0) : std::nullopt;
  }

 protected:
  Replica(const Shape& shape, Rank self)
      : Proposers(shape), self_(self), ranks_(shape.ranks), resends_(times_out(shape) && shape.ranks > 1) {}

  static std::size_t others(const Shape& shape) { return static_cast<std::size_t>(shape.ranks) - 1; }

  Rank self_;
  int ranks_;
  bool resends_;
};

}  // namespace coordbench::crdt
