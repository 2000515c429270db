#pragma once
// What kernels share whose replicas tell the others of an update by their whole state, or by a delta of it, and join what
// comes. A receiver acknowledges how many updates it has heard of from their replica itself.

#include "kernels/crdt/outstanding.hpp"
#include "kernels/crdt/replica.hpp"

namespace coordbench::crdt {

/// They have the parameters ship, proposers and resend_us, and the two marks of crdt::marks. A replica numbers its updates from
/// 1, so that a number says how many there are.
class StateReplica : public Replica {
 public:
  enum class Kind : std::uint16_t { state, delta, acknowledgement };
  struct Message {
    std::uint32_t first = 0;  ///< the operation
    std::uint16_t count = 0;  ///< 1, or 0 when it is sent again and in an acknowledgement
    Kind kind = Kind::state;
    std::uint32_t heard = 0;  ///< acknowledgement: so many updates of its receiver
  };
  using Out = Outbox<Message>;

  enum Ship : std::int64_t { ship_state, ship_delta };
  static constexpr Parameter kShip{
      .name = "ship", .highest = 1, .help = "what a message carries", .choices = {"state", "delta"}};

  [[nodiscard]] Time deadline() const { return outstanding_.deadline(); }
  [[nodiscard]] const Outstanding& outstanding() const { return outstanding_; }

 protected:
  StateReplica(const Shape& shape, Rank self)
      : Replica(shape, self),
        own_kind_(shape["ship"] == ship_state ? Kind::state : Kind::delta),
        completions_most_(completions(shape)),
        heard_(static_cast<std::size_t>(shape.ranks), 0),
        outstanding_(shape.ranks, self, 1000 * shape["resend_us"]) {}

  /// An update ends at its replica at once, so nothing in the protocol bounds how many are under way: the harness does, as it
  /// lets a replica make updates only while `made` payloads are free. Each is held by the sends of one step, and by nobody else
  /// here. A tick makes two: a delta, and a state for those of whom a crash left nothing known. No operation's payload is kept.
  static Bounds bounds_with(const Shape& shape, std::size_t made_bytes) {
    const auto made = static_cast<std::size_t>(shape.in_flight) + 2;
    return {.sends = times_out(shape) ? others(shape) + 1 : 1,
            .completions = completions(shape),
            .receives = others(shape) * made + 1,
            .leases = 1,
            .made = made,
            .made_bytes = made_bytes};
  }

  /// An own update: `payload()` is what the others are told of it.
  void tell(Operation k, std::int64_t number, auto&& payload, Out& out) {
    if (ranks_ > 1) out.send_others({.first = static_cast<std::uint32_t>(k), .count = 1, .kind = own_kind_}, payload());
    out.complete(k, kMade);
    out.complete(k, kKnown);
    if (resends_) outstanding_.sent(number, out.now());
  }
  /// Replica `from` says that it has made `said` updates. After a long silence many operations become known at once. A step
  /// completes only so many; the others are not acknowledged, and complete when the sender resends its state.
  void hear(Rank from, std::uint64_t said, Out& out) {
    std::uint32_t& heard = heard_[static_cast<std::size_t>(from)];
    for (std::size_t left = completions_most_; heard < said && left > 0; --left, ++heard)
      out.complete(operation_of(from, heard), kKnown);
  }
  void acknowledge(Rank from, Out& out) {
    if (resends_) out.send(from, {.kind = Kind::acknowledgement, .heard = heard_[static_cast<std::size_t>(from)]});
  }

  static constexpr int kMade = 0, kKnown = 1;
  static std::size_t completions(const Shape& shape) { return 2 * static_cast<std::size_t>(shape.in_flight) + 8; }

  Kind own_kind_;
  std::size_t completions_most_;
  std::vector<std::uint32_t> heard_;  ///< [replica]: so many updates, from itself
  Outstanding outstanding_;
};

}  // namespace coordbench::crdt
