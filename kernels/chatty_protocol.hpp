#pragma once
// chatty_protocol — one rank hands work to another in requests of a few items, and each request begins with a conversation.
//
//   proposer 0 ──hello──►  worker N-1        handshake - 2 messages that carry nothing, again in every request
//              ◄──hello──
//              ──items──►                    the last two: `batch` items and their answer
//              ◄──done───                    `worked`    at the worker: the last items have come
//                                            `answered`  at the proposer: all items are done
//
// messages = handshake · ⌈items/batch⌉, and as many delays, `worked` one less; 0 at N = 1. handshake = 2 is request and answer
// alone. Each item has payload_bytes bytes, and a request carries the bytes of all its items. So the time over `batch` has a
// knee: below it the time falls as 1/batch, because delays dominate; above it bytes dominate, and a larger batch gains nothing.
// With resend_us a message without an answer is sent again. The worker counts each item once.
// Level 0: point-to-point messages with answers; one worker, and nobody to agree with.
// Source: none; counting alone. Batching: Lampson, "Hints for computer system design", SOSP 1983, section 3.

#include "kernels/delivery/round_trips.hpp"
#include "kernels/parts/delays.hpp"

namespace coordbench {

class ChattyProtocol : public delivery::RoundTrips<ChattyProtocol> {
 public:
  static constexpr About about{.level = 0,
                               .group = "anti-pattern",
                               .promise = "the last rank has worked on every item once, and rank 0 knows it",
                               .survives = "loss, with resend_us",
                               .blocks = "while the worker is down; without resend_us after a loss",
                               .messages = "handshake ceil(items/batch); 0 at N = 1",
                               .delays = "worked handshake ceil(items/batch) - 1, answered 1 more; 0 at N = 1",
                               .source = "none; batching: Lampson, SOSP 1983, 3",
                               .latency = Latency::proposer};
  static constexpr std::int64_t kHandshakeMost = 8;
  static constexpr std::array parameters{
      Parameter{.name = "items",
                .initial = 64,
                .lowest = 1,
                .highest = kDelaysMost / kHandshakeMost,
                .help = "items of work in an operation, each of --bytes bytes"},
      Parameter{
          .name = "handshake", .initial = 8, .lowest = 2, .highest = kHandshakeMost, .help = "messages of a request, even"},
      Parameter{
          .name = "batch", .initial = 1, .lowest = 1, .highest = kDelaysMost / kHandshakeMost, .help = "items of a request"},
      kResend};
  enum { worked, answered };
  static constexpr std::array marks{Mark{.name = "worked", .where = Where::receiver, .answers = true},
                                    Mark{.name = "answered"}};

  static std::int64_t trips(const Shape& shape) {
    return shape.ranks > 1 ? shape["handshake"] / 2 * ((shape["items"] + shape["batch"] - 1) / shape["batch"]) : 0;
  }
  static std::string unfit(const Shape& shape) {
    constexpr std::int64_t kRequestMost = std::int64_t{4} << 20U;
    if (shape["batch"] > shape["items"]) return "a batch of more items than there are; give a smaller batch or more items";
    if (shape["handshake"] % 2 > 0) return "an odd handshake ends without an answer; give 2, 4, 6 or 8";
    if (shape["batch"] > 1 && shape["batch"] * shape.payload_bytes > kRequestMost)
      return "a request of more than 4 MiB; give a smaller batch or --bytes";
    return "";
  }
  static std::int64_t batch(const Shape& shape) { return shape["batch"]; }
  static bool accepts(const Shape& shape, Operation /*k*/, const Answer& answer) {
    return answer.outcome == shape["items"] * shape.payload_bytes;
  }
  static double applications(const Shape& shape) { return static_cast<double>(shape["items"]); }
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) { return delivery::hears_from(shape, rank); }
  /// A tick asks every open operation's question again. The proposer keeps a window's payloads, the worker the last one.
  static Bounds bounds(const Shape& shape, Rank rank) {
    const auto open = static_cast<std::size_t>(shape.in_flight);
    return {.sends = 1 + open,
            .completions = 2,
            .parts = (1 + open) * static_cast<std::size_t>(shape["batch"]),
            .leases = 1 + (rank == 0 ? Window<Question>::length(shape) : 0)};
  }

  ChattyProtocol(const Shape& shape, Rank self)
      : RoundTrips(shape, self),
        items_(static_cast<std::uint32_t>(shape["items"])),
        batch_(static_cast<std::uint32_t>(shape["batch"])),
        trips_of_request_(static_cast<std::uint32_t>(shape["handshake"] / 2)),
        item_bytes_(static_cast<std::size_t>(shape.payload_bytes)),
        worker_(delivery::receiver(shape)),
        bytes_(self == delivery::receiver(shape) ? shape : Shape(), /*proposers=*/1) {}

  /// A proposer that is alone works itself.
  void propose(Operation k, Payload payload, Out& out) {
    if (trips_ == 0) {
      applied_ += items_;
      bytes_[k] = items_ * item_bytes_;
      finish(k, payload, out);
    }
    begin(k, std::move(payload), out);
  }

  /// At the worker: how many bytes of items have come, and the last item.
  [[nodiscard]] Answer answer(Operation k) const {
    return {.outcome = static_cast<std::int64_t>(bytes_[k]), .payload = last_item_};
  }
  /// Items that this rank has worked on.
  [[nodiscard]] std::int64_t applied() const { return applied_; }

 private:
  friend RoundTrips;

  /// How many items a round trip carries: the last one of a request all of the request's, the others none.
  [[nodiscard]] std::uint32_t items_of(std::uint32_t turn) const {
    const std::uint32_t request = trips_of_request_.quotient(turn);
    return turn + 1 == (request + 1) * trips_of_request_.by() ? std::min(batch_, items_ - request * batch_) : 0;
  }

  void ask(const Question& question, std::uint32_t count, Out& out) {
    const Message message = message_of(question, count);
    const std::uint32_t items = items_of(question.turn);
    if (items == 0) return out.send(worker_, message);
    if (items == 1) return out.send(worker_, message, question.payload);
    out.send(worker_, message, out.gather(items, [&](std::size_t /*item*/) { return question.payload; }));
  }

  void take(const Message& message, const Payload& payload, Out& out) {
    const Operation k = message.first;
    const std::uint32_t items = items_of(message.turn);
    if (message.turn == 0) bytes_[k] = 0;
    applied_ += items;
    bytes_[k] += payload.size();
    if (message.turn + 1 == trips_) finish(k, payload, out);
  }
  void finish(Operation k, const Payload& payload, Out& out) {
    const std::size_t bytes = std::min(item_bytes_, payload.size());
    last_item_ = payload.part(payload.size() - bytes, bytes);
    out.complete(k, worked);
  }

  std::uint32_t items_, batch_;
  Divisor trips_of_request_;
  std::size_t item_bytes_;
  Rank worker_;
  Window<std::size_t> bytes_;  ///< of items that have come, at the worker
  Payload last_item_{};
  std::int64_t applied_ = 0;
};

}  // namespace coordbench
