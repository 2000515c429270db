#pragma once
// What kernels share in which rank 0 asks one question after the other: the next one leaves when the last one has been
// answered. A question and its answer are a round trip, and an operation is a number of them that is known beforehand. Every
// message says which round trip of which operation it belongs to, so a copy that comes late or twice is known by these two
// numbers.

#include "kernels/delivery/acknowledged.hpp"

namespace coordbench::delivery {

/// A kernel of it has `trips(shape)`, how many round trips an operation is; `ask(question, count, out)`, which sends a
/// question; and `take(message, payload, out)`, which is called once for each question, where it arrives. The last mark is
/// `answered`.
template <class Kernel>
class RoundTrips {
 public:
  struct Message {
    std::uint32_t first;      ///< the operation
    std::uint32_t count = 1;  ///< 0 when it is sent again though nothing is lost, and in the answer to that
    std::uint32_t turn = 0;   ///< round trips of the operation before this one
  };
  using Out = Outbox<Message>;

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const std::int64_t trips = Kernel::trips(shape);
    return {.messages = 2 * trips, .delays = {std::max<std::int64_t>(2 * trips - 1, 0), 2 * trips}};
  }
  static UnderLoss under_loss(const Shape& shape) {
    return !times_out(shape) && shape.loss.lost > 0 && Kernel::trips(shape) > 0 ? UnderLoss::stops : UnderLoss::tolerates;
  }
  /// Each round trip is like an operation of exactly_once_send.
  static double messages_under_loss(const Shape& shape) {
    return static_cast<double>(Kernel::trips(shape)) *
           (Acknowledged::attempts(shape.loss) + Acknowledged::arrivals(shape.loss));
  }
  static bool times_out(const Shape& shape) { return shape["resend_us"] > 0; }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (self_ == 0) return hear(message, out);
    out.send(from, message);  // to a copy, too: perhaps the first answer was lost
    if (is_new(message)) kernel().take(message, payload, out);
  }

  /// Asks every question again that has waited too long.
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    for (Question& question : questions_) {
      if (question.due > out.now()) continue;
      kernel().ask(question, carried_again_, out);
      wait(question, out);
    }
  }
  [[nodiscard]] Time deadline() const {
    Time earliest = kNever;
    for (const Question& question : questions_) earliest = std::min(earliest, question.due);
    return earliest;
  }

 protected:
  static constexpr Parameter kResend{
      .name = "resend_us",
      .highest = 1'000'000'000,
      .help = "time after which a question without an answer is sent again, 0: never; without --loss resends are background"};

  /// Of an operation the one that waits for its answer, at rank 0.
  struct Question {
    Operation operation = -1;
    std::uint32_t turn = 0;  ///< once the operation is over: how many there were
    Time due = kNever;       ///< when it is sent again
    Payload payload{};
  };

  RoundTrips(const Shape& shape, Rank self)
      : self_(self),
        trips_(static_cast<std::uint32_t>(Kernel::trips(shape))),
        carried_again_(Acknowledged::carried_again(shape)),
        timeout_(1000 * shape["resend_us"]),
        questions_(self == 0 ? shape : Shape(), /*proposers=*/1),
        heard_(self == 0 ? Shape() : shape, /*proposers=*/1) {}

  /// The first question, at rank 0. An operation without round trips is over at once.
  void begin(Operation k, Payload payload, Out& out) {
    Question& question = questions_[k] = {.operation = k, .payload = std::move(payload)};
    if (trips_ == 0) return end(question, out);
    kernel().ask(question, 1, out);
    wait(question, out);
  }
  [[nodiscard]] const Payload& payload_of(Operation k) const { return questions_[k].payload; }
  static Message message_of(const Question& question, std::uint32_t count) {
    return {.first = static_cast<std::uint32_t>(question.operation), .count = count, .turn = question.turn};
  }

  Rank self_;
  std::uint32_t trips_;

 private:
  /// Of an operation the last question that came, at a rank that is asked.
  struct Heard {
    Operation operation = -1;
    std::uint32_t turn = 0;
  };

  Kernel& kernel() { return static_cast<Kernel&>(*this); }

  void hear(const Message& message, Out& out) {
    Question& question = questions_[message.first];
    if (question.operation != message.first || question.turn != message.turn) return;
    if (++question.turn == trips_) return end(question, out);
    kernel().ask(question, 1, out);
    wait(question, out);
  }
  void end(Question& question, Out& out) {
    question.due = kNever;
    out.complete(question.operation, Kernel::answered);
  }
  void wait(Question& question, const Out& out) {
    if (timeout_ > 0) question.due = out.now() + timeout_;
  }

  /// An operation keeps its slot until one comes that is a window later. By then rank 0 has all its answers.
  bool is_new(const Message& message) {
    Heard& heard = heard_[message.first];
    const Operation k = message.first;
    if (heard.operation > k || (heard.operation == k && heard.turn >= message.turn)) return false;
    heard = {k, message.turn};
    return true;
  }

  std::uint32_t carried_again_;
  Time timeout_;  ///< ns; 0: never
  Window<Question> questions_;
  Window<Heard> heard_;
};

}  // namespace coordbench::delivery
