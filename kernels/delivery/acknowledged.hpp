#pragma once
// What all kernels declare and do that deliver an operation to the last server and hear that it has come.

#include "kernels/delivery/unacknowledged.hpp"

namespace coordbench::delivery {

/// They have a parameter resend_us; the first mark is the receiver's, the last the sender's.
class Acknowledged {
 public:
  static constexpr int clients_most = kClientsMost;

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const int one = is_alone(shape) ? 0 : 1;
    return {.messages = 2 * one, .delays = {one, 2 * one}};
  }
  /// Sendings of an operation until one of them is acknowledged, where messages are lost with probability p, the others doubled
  /// with probability q, and the time-out exceeds every round trip: 1 / ((1 - p)^2 (1 + p q)). For a sending is acknowledged if
  /// it arrives, 1 - p, and so does the answer to one of its 1 + q copies, 1 - p + q p (1 - p).
  static double attempts(const Loss& loss) {
    const double arrives = 1 - loss.lost;
    return 1 / (arrives * arrives * (1 + loss.lost * loss.doubled));
  }
  /// Copies of an operation that arrive.
  static double arrivals(const Loss& loss) { return attempts(loss) * (1 - loss.lost) * (1 + loss.doubled); }
  static double messages_under_loss(const Shape& shape) {
    return is_alone(shape) ? 0 : attempts(shape.loss) + arrivals(shape.loss);
  }
  /// How many operations a resent message carries. With --loss the first copy may have been lost. Without it the first copy
  /// arrives, and a second one is background.
  static std::uint32_t carried_again(const Shape& shape) { return shape.loss.any() ? 1 : 0; }
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) { return delivery::hears_from(shape, rank); }
  static bool times_out(const Shape& shape) { return shape["resend_us"] > 0; }
  /// A tick sends every open operation again. A sender keeps the payloads of a window, the receiver the last one.
  static Bounds bounds(const Shape& shape, Rank rank) {
    return {.sends = 1 + static_cast<std::size_t>(shape.in_flight),
            .completions = 2,
            .leases = 1 + (rank == receiver(shape) ? 0 : Window<Unacknowledged::Sent>::length(shape))};
  }
  [[nodiscard]] Time deadline() const { return unacknowledged_.deadline(); }
  /// At the receiver of the operation that was applied last.
  [[nodiscard]] Answer answer(Operation k) const {
    return {.outcome = 1, .payload = self_ == receiver_ ? applied_last_ : unacknowledged_.payload_of(k)};
  }
  /// How often this rank has applied an operation.
  [[nodiscard]] std::int64_t applied() const { return applied_; }

 protected:
  Acknowledged(const Shape& shape, Rank self)
      : self_(self),
        receiver_(receiver(shape)),
        carried_again_(carried_again(shape)),
        unacknowledged_(shape, 1000 * shape["resend_us"]) {}

  /// For the first time.
  void send(Operation k, Payload payload, auto& out) {
    out.send(receiver_, {.first = static_cast<std::uint32_t>(k)}, payload);
    unacknowledged_.sent(k, std::move(payload), out.now());
  }

  /// At the receiver, whose mark is the first.
  void apply(Operation k, const Payload& payload, auto& out) {
    applied_last_ = payload;
    ++applied_;
    out.complete(k, 0);
  }

  Rank self_, receiver_;
  std::uint32_t carried_again_;
  Unacknowledged unacknowledged_;

 private:
  Payload applied_last_{};
  std::int64_t applied_ = 0;
};

}  // namespace coordbench::delivery
