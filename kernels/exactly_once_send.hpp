#pragma once
// exactly_once_send — a message is sent until it is acknowledged, and applied exactly once, though messages may be lost.
//
//   sender  ──message k, attempt a──►  last server   `applied`       if k is new here: one delay later
//           ◄──acknowledgement k, a──                `acknowledged`  at the sender, two delays later
//           ──message k, attempt a + 1──►            after resend_us without an acknowledgement, and so on
//
// The sender is rank 0, or a client. messages = 2 per operation and 2 delays; 0 where the sender is the last server (N = 1).
// Where messages are lost with probability p and the time-out exceeds every round trip, an operation takes x^2 + x messages on
// average, where x = 1/(1 - p): x^2 sendings, of which x arrive and are answered. A shorter time-out also resends messages
// that had arrived and whose acknowledgements were only late. An acknowledgement says which attempt it answers, so the sender
// counts these premature resends. Without them, and without 1 - p acknowledgements for each, x^2 + x messages are left. Without
// --loss every resend is premature; it is background, and the count stays 2.
//
// The receiver remembers one identity for each slot of the window, that of the last operation applied, and that is enough. A
// sender begins an operation only once the one a window earlier has been acknowledged, hence applied. So a slot with a later
// operation than the one that comes says: a late copy, however late. A slot with an earlier one says: new. Both ranks survive a
// crash that keeps their memory. A receiver that forgets applies an operation twice. No number of messages that is fixed
// beforehand is enough (the two generals), hence the retries.
// Source: Spector, CACM 25(4) 1982 (only-once semantics); Birrell, Nelson, ACM TOCS 2(1) 1984, 3 (call identifiers).

#include "kernels/delivery/acknowledged.hpp"
#include "kernels/delivery/identities.hpp"

namespace coordbench {

class ExactlyOnceSend : public delivery::Acknowledged {
 public:
  struct Message {
    std::uint32_t first;        ///< the operation, which is its identity
    std::uint32_t count = 1;    ///< 0 when it is sent again though nothing is lost, and in the acknowledgement of that
    std::uint32_t attempt = 1;  ///< in an acknowledgement the attempt that it answers
  };
  using Out = Outbox<Message>;

  static constexpr About about{.level = 0,
                               .group = "delivery",
                               .promise = "applied exactly once, despite loss, duplicates and delays; the sender learns of it",
                               .survives = "loss, with resend_us; duplicates; crashes that keep memory",
                               .blocks = "while the receiver is down; without resend_us after a loss",
                               .messages = "2; 0 at N = 1; if a share p is lost: x^2 + x, where x = 1/(1 - p)",
                               .delays = "applied 1, acknowledged 2",
                               .source = "Spector, CACM 1982 (only-once semantics); Birrell, Nelson, TOCS 1984",
                               .latency = Latency::proposer};
  static constexpr std::array parameters{Parameter{.name = "resend_us",
                                                   .initial = 1000,
                                                   .highest = 1'000'000'000,
                                                   .help = "time after which an unacknowledged message is sent again, 0: "
                                                           "never"}};
  enum { is_applied, acknowledged };
  static constexpr std::array marks{Mark{.name = "applied", .where = Where::receiver, .answers = true},
                                    Mark{.name = "acknowledged", .answers = true}};

  static UnderLoss under_loss(const Shape& shape) {
    return !times_out(shape) && shape.loss.lost > 0 && !delivery::is_alone(shape) ? UnderLoss::stops : UnderLoss::tolerates;
  }
  static double applications(const Shape& /*shape*/) { return 1; }

  ExactlyOnceSend(const Shape& shape, Rank self) : Acknowledged(shape, self), identities_(shape, self) {}

  void propose(Operation k, Payload payload, Out& out) {
    if (self_ == receiver_) {
      apply(k, payload, out);
      return out.complete(k, acknowledged);
    }
    send(k, std::move(payload), out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (self_ != receiver_) return hear(message, out);
    out.send(from, message);  // of an old operation, too: perhaps its acknowledgement was lost
    if (identities_.is_new(message.first)) apply(message.first, payload, out);
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    unacknowledged_.send_again(out.now(), [&](const auto& sent) {
      out.send(receiver_,
               {.first = static_cast<std::uint32_t>(sent.operation), .count = carried_again_, .attempt = sent.attempt},
               sent.payload);
    });
  }

  /// How often this sender sent again what had arrived, as late acknowledgements told. One that comes a whole window late is
  /// not heard any more.
  [[nodiscard]] std::int64_t premature_resends() const { return premature_resends_; }

 private:
  void hear(const Message& message, Out& out) {
    auto* const sent = unacknowledged_.find(message.first);
    if (!sent) return;
    if (message.attempt < sent->attempt) {  // whatever left after an attempt that arrived left in vain
      premature_resends_ += sent->attempt - message.attempt;
      sent->attempt = message.attempt;
    }
    if (unacknowledged_.close(*sent)) out.complete(message.first, acknowledged);
  }

  delivery::Identities identities_;
  std::int64_t premature_resends_ = 0;
};

}  // namespace coordbench
