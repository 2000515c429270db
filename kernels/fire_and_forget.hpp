#pragma once
// fire_and_forget — a sender hands one message to the transport, and nobody waits for it.
//
//   sender         ──message──►              `handed_over`  at once: the transport has the message
//   last server                takes it      `delivered`    one delay later
//
// The sender is rank 0, or a client. messages = 1 per operation, 0 where the sender is the last server (N = 1). For its sender
// an operation is over once it is handed over, which is all that the sender pays. No word of the delivery ever comes back, so
// the sender has no end to stamp: latency is the makespan, from the sender's start to the receiver's delivery, and spans two
// clocks. Maybe semantics: a lost message is never delivered, and a duplicated one is delivered twice, because the receiver
// keeps no identities. It keeps one payload, the last. With --loss an operation ends in silence, and `coverage` below 1 is a
// result. Nothing but the transport bounds how far the sender runs ahead: it proposes only while no message waits to leave.
// Source: Spector, CACM 25(4) 1982 (maybe semantics of remote operations).

#include "kernels/delivery/ends.hpp"

namespace coordbench {

class FireAndForget {
 public:
  struct Message {
    static constexpr int count = 1;
    std::uint32_t first;  ///< the operation
  };
  using Out = Outbox<Message>;

  static constexpr About about{.level = 0,
                               .group = "avoidance",
                               .promise =
                                   "delivered once if the network neither loses nor duplicates it; the sender learns "
                                   "nothing",
                               .survives = "nothing: what is lost stays lost",
                               .blocks = "never: the sender waits for nobody",
                               .messages = "1; 0 at N = 1",
                               .delays = "handed_over 0, delivered 1",
                               .source = "Spector, CACM 1982 (maybe semantics)",
                               .latency = Latency::makespan};
  enum { handed_over, delivered };
  static constexpr std::array marks{Mark{.name = "handed_over"},
                                    Mark{.name = "delivered", .where = Where::receiver, .answers = true}};
  static constexpr int clients_most = delivery::kClientsMost;

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const int one = delivery::is_alone(shape) ? 0 : 1;
    return {.messages = one, .delays = {0, one}};
  }
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) { return delivery::hears_from(shape, rank); }
  /// The receiver may find as many messages as the transport lets every sender have under way, and keeps one payload.
  static Bounds bounds(const Shape& shape, Rank rank) {
    const auto ahead = 2 * static_cast<std::size_t>(shape.in_flight) + 8,
               senders = static_cast<std::size_t>(delivery::senders(shape));
    return {.sends = 1, .completions = 2, .receives = rank == delivery::receiver(shape) ? senders * ahead : 1, .leases = 1};
  }

  static std::string unfit(const Shape& shape) { return shape.loss.any() ? delivery::unfit_to_overlap(shape) : ""; }
  static UnderLoss under_loss(const Shape& /*shape*/) { return UnderLoss::errs; }
  static double messages_under_loss(const Shape& shape) { return delivery::is_alone(shape) ? 0 : 1; }
  static double applications(const Shape& shape) {
    return delivery::is_alone(shape) ? 1 : (1 - shape.loss.lost) * (1 + shape.loss.doubled);
  }
  /// Where messages are lost no rank knows whether one is still to come.
  static Silence silence(const Shape& shape) { return shape.loss.any() ? delivery::silence_under_loss(shape) : Silence{}; }

  FireAndForget(const Shape& shape, Rank self) : self_(self), receiver_(delivery::receiver(shape)) {}

  void propose(Operation k, Payload payload, Out& out) {
    out.complete(k, handed_over);
    if (self_ == receiver_) return deliver(k, payload, out);
    out.send(receiver_, {.first = static_cast<std::uint32_t>(k)}, std::move(payload));
  }
  void step(Rank /*from*/, const Message& message, const Payload& payload, Out& out) { deliver(message.first, payload, out); }

  /// Of the operation that was delivered last.
  [[nodiscard]] Answer answer(Operation /*k*/) const { return {.outcome = 1, .payload = delivered_last_}; }
  /// How many deliveries there were on this rank.
  [[nodiscard]] std::int64_t applied() const { return applied_; }

 private:
  void deliver(Operation k, const Payload& payload, Out& out) {
    delivered_last_ = payload;
    ++applied_;
    out.complete(k, delivered);
  }

  Rank self_, receiver_;
  Payload delivered_last_{};
  std::int64_t applied_ = 0;
};

}  // namespace coordbench
