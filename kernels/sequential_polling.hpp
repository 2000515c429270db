#pragma once
// sequential_polling — one rank asks all others, but each only when the one before has answered: the delays add up.
//
//   0 ──question──► 1
//   0 ◄──answer──── 1
//   0 ──question──► 2                        `asked`     at every rank: at rank i after 2i - 1 delays
//   0 ◄──answer──── 2
//   0 ──question──► …
//   0 ◄──answer──── N-1                      `answered`  at rank 0, once the last has answered
//
// messages = 2n and 2n delays, n = N - 1; 0 at N = 1. The question carries the payload. Asked all at once, as in
// acknowledged_broadcast, the others answer after 2 delays, with as many messages. With resend_us a question without an answer
// is asked again, and one rank that is down stops the rest of the poll.
// Level 0: point-to-point messages with answers; no two ranks agree on anything.
// Source: none; the sum of n round trips.

#include "kernels/delivery/round_trips.hpp"
#include "kernels/parts/delays.hpp"

namespace coordbench {

class SequentialPolling : public delivery::RoundTrips<SequentialPolling> {
 public:
  static constexpr About about{.level = 0,
                               .group = "anti-pattern",
                               .promise = "every rank has the question's payload, and rank 0 knows it",
                               .survives = "loss, with resend_us",
                               .blocks = "while the rank that is asked is down; without resend_us after a loss",
                               .messages = "2(N - 1)",
                               .delays = "asked 2(N - 1) - 1, answered 2(N - 1); 0 at N = 1",
                               .source = "none; N - 1 round trips",
                               .latency = Latency::proposer};
  static constexpr std::array parameters{kResend};
  enum { asked, answered };
  static constexpr std::array marks{Mark{.name = "asked", .where = Where::everywhere, .answers = true},
                                    Mark{.name = "answered", .answers = true}};

  static std::int64_t trips(const Shape& shape) { return shape.ranks - 1; }
  static std::string unfit(const Shape& shape) {
    return 2 * trips(shape) > kDelaysMost ? "more than 16384 ranks, whose 2(N - 1) delays are not counted; give fewer --ranks"
                                          : "";
  }
  static double applications(const Shape& shape) { return shape.ranks; }
  static std::optional<Rank> hears_from(const Shape& /*shape*/, Rank rank) {
    return rank == 0 ? std::nullopt : std::optional<Rank>(0);
  }
  /// A tick asks every open operation's question again. Rank 0 keeps a window's payloads, the others the last one.
  static Bounds bounds(const Shape& shape, Rank rank) {
    return {.sends = 1 + static_cast<std::size_t>(shape.in_flight),
            .completions = 2,
            .leases = 1 + (rank == 0 ? Window<Question>::length(shape) : 0)};
  }

  SequentialPolling(const Shape& shape, Rank self) : RoundTrips(shape, self) {}

  void propose(Operation k, Payload payload, Out& out) {
    apply(k, payload, out);
    begin(k, std::move(payload), out);
  }

  [[nodiscard]] Answer answer(Operation k) const {
    return {.outcome = 1, .payload = self_ == 0 ? payload_of(k) : applied_last_};
  }
  [[nodiscard]] std::int64_t applied() const { return applied_; }

 private:
  friend RoundTrips;

  void ask(const Question& question, std::uint32_t count, Out& out) {
    out.send(static_cast<Rank>(question.turn) + 1, message_of(question, count), question.payload);
  }
  void take(const Message& message, const Payload& payload, Out& out) { apply(message.first, payload, out); }
  void apply(Operation k, const Payload& payload, Out& out) {
    applied_last_ = payload;
    ++applied_;
    out.complete(k, asked);
  }

  Payload applied_last_{};
  std::int64_t applied_ = 0;
};

}  // namespace coordbench
