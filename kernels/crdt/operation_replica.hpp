#pragma once
// What kernels share whose replicas tell the others of each update in a message of its own, which each receiver acknowledges.
// At most `keep` updates of a replica are unacknowledged (kernels/crdt/unacknowledged.hpp).

#include "kernels/crdt/replica.hpp"
#include "kernels/crdt/unacknowledged.hpp"

namespace coordbench::crdt {

/// They have the parameters proposers, resend_us and keep. A replica numbers its updates 0, 1, …
class OperationReplica : public Replica {
 public:
  enum class Kind : std::uint16_t { update, acknowledgement };
  struct Message {
    std::uint32_t first = 0;  ///< the update
    std::uint16_t count = 0;  ///< 1, or 0 when it is sent again and in an acknowledgement
    Kind kind = Kind::update;
  };
  using Out = Outbox<Message>;

  static constexpr Parameter keep(std::string_view help) {
    return {.name = "keep", .initial = 64, .lowest = 1, .highest = 65'536, .help = help};
  }
  [[nodiscard]] Time deadline() const { return unacknowledged_.deadline(); }

 protected:
  OperationReplica(const Shape& shape, Rank self)
      : Replica(shape, self), unacknowledged_(shape.ranks, self, resends_ ? shape["keep"] : 1, 1000 * shape["resend_us"]) {}

  /// What a tick sends: each unacknowledged update to each peer.
  static std::size_t sent_again_most(const Shape& shape) {
    return times_out(shape) ? static_cast<std::size_t>(shape["keep"]) * others(shape) : 0;
  }

  [[nodiscard]] bool may_tell() const { return !resends_ || unacknowledged_.has_room(); }
  /// The next of the own updates, to all others.
  void tell(std::uint32_t number, Payload payload, Out& out) {
    out.send_others({.first = own(number), .count = 1, .kind = Kind::update}, std::move(payload));
    if (resends_) unacknowledged_.told(out.now());
  }
  /// `payload_of(number)` is what an own update carries.
  void send_again(auto&& payload_of, Out& out) {
    unacknowledged_.send_again(out.now(), [&](Rank peer, std::uint32_t number) {
      out.send(peer, {.first = own(number), .kind = Kind::update}, payload_of(number));
    });
  }
  void acknowledge(Rank from, const Message& message, Out& out) {
    if (resends_) out.send(from, {.first = message.first, .kind = Kind::acknowledgement});
  }
  /// The operation of an own update.
  [[nodiscard]] std::uint32_t own(std::uint32_t number) const {
    return static_cast<std::uint32_t>(operation_of(self_, number));
  }

  Unacknowledged unacknowledged_;
};

}  // namespace coordbench::crdt
