#pragma once
// acknowledged_send — a sender sends one message, and the receiver says that it has come.
//
//   sender         ──message──►  last server     `delivered`     one delay later
//                  ◄──acknowledgement──          `acknowledged`  at the sender, two delays later
//
// The sender is rank 0, or a client. messages = 2 per operation and 2 delays; 0 where the sender is the last server (N = 1).
// With resend_us a message that is not acknowledged after so long is sent again: at least once, because the receiver keeps no
// identities and delivers every copy that comes. A lost acknowledgement, a duplicated message or a time-out below a round trip
// delivers an operation twice: see exactly_once_send. Where messages are lost with probability p and the time-out exceeds every
// round trip, an operation takes x^2 + x messages on average, where x = 1/(1 - p): x^2 sendings, of which x arrive and are
// answered. Without --loss the first copy always arrives, so a second one is background and the count stays 2.
// Source: Spector, CACM 25(4) 1982 (at-least-once semantics of remote operations).

#include "kernels/delivery/acknowledged.hpp"

namespace coordbench {

class AcknowledgedSend : public delivery::Acknowledged {
 public:
  struct Message {
    std::uint32_t first;      ///< the operation
    std::uint32_t count = 1;  ///< 0 when it is sent again though nothing is lost, and in the acknowledgement of that
  };
  using Out = Outbox<Message>;

  static constexpr About about{.level = 0,
                               .group = "delivery",
                               .promise = "the sender learns that its message arrived; with resend_us it arrives at least once",
                               .survives = "loss, with resend_us; crashes that keep the sender's memory",
                               .blocks = "while the receiver is down; without resend_us after a loss",
                               .messages = "2; 0 at N = 1; if a share p is lost: x^2 + x, where x = 1/(1 - p)",
                               .delays = "delivered 1, acknowledged 2",
                               .source = "Spector, CACM 1982 (at-least-once semantics)",
                               .latency = Latency::proposer};
  static constexpr std::array parameters{Parameter{
      .name = "resend_us",
      .highest = 1'000'000'000,
      .help = "time after which an unacknowledged message is sent again, 0: never; without --loss a resend fails the case"}};
  enum { delivered, acknowledged };
  static constexpr std::array marks{Mark{.name = "delivered", .where = Where::receiver, .answers = true},
                                    Mark{.name = "acknowledged", .answers = true}};

  static UnderLoss under_loss(const Shape& shape) {
    if (delivery::is_alone(shape)) return UnderLoss::tolerates;
    if (!times_out(shape) && shape.loss.lost > 0) return UnderLoss::stops;
    return times_out(shape) || shape.loss.doubled > 0 ? UnderLoss::errs : UnderLoss::tolerates;
  }
  static double applications(const Shape& shape) { return delivery::is_alone(shape) ? 1 : arrivals(shape.loss); }

  AcknowledgedSend(const Shape& shape, Rank self) : Acknowledged(shape, self) {}

  void propose(Operation k, Payload payload, Out& out) {
    if (self_ == receiver_) {
      apply(k, payload, out);
      return out.complete(k, acknowledged);
    }
    send(k, std::move(payload), out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (self_ != receiver_) return hear(message.first, out);
    out.send(from, message);
    apply(message.first, payload, out);
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    unacknowledged_.send_again(out.now(), [&](const auto& sent) {
      out.send(receiver_, {.first = static_cast<std::uint32_t>(sent.operation), .count = carried_again_}, sent.payload);
    });
  }

 private:
  void hear(Operation k, Out& out) {
    auto* const sent = unacknowledged_.find(k);
    if (sent && unacknowledged_.close(*sent)) out.complete(k, acknowledged);
  }
};

}  // namespace coordbench
