#pragma once
// g_counter — a grow-only counter on every replica: each counts its own increments, asks nobody, and tells the others.
//
//   replica r   counts[r] += 1                        `incremented`  at once
//               ──state, or delta {r, counts[r]}──►   to all n = N - 1 others
//   replica q   counts = max(counts, what came)       `known`        one delay later; at r itself at once
//
// The value is the sum of the counts. messages = n an operation; a state has 8N bytes, a delta 16. Joins are idempotent,
// commutative and associative: loss, doubling and reordering only delay agreement, and a later message makes up for a lost one.
// With resend_us every message is acknowledged. A message without acknowledgement is sent again, in the background. The deltas
// of one replica join into one, its newest count, so no buffer of them is kept. A crash loses the list of acknowledgements;
// then the whole state is sent. `known` waits for a message of the replica that counted, even if a third replica's state has
// brought the increment before, so that it is always one delay. Level 0: an increment asks nobody, and replicas agree in the
// end.
// Source: Shapiro, Preguiça, Baquero, Zawirski, SSS 2011, and INRIA RR-7506, specification 6; Almeida, Shoker, Baquero, JPDC
// 111, 2018, algorithm 2.

#include <optional>

#include "harness/protocol.hpp"
#include "kernels/crdt/grow_only_counts.hpp"
#include "kernels/crdt/outstanding.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench {

class GCounter {
 public:
  enum class Kind : std::uint16_t { state, delta, acknowledgement };
  struct Message {
    std::uint32_t first = 0;  ///< the increment
    std::uint16_t count = 0;  ///< 1, or 0 when it is sent again and in an acknowledgement
    Kind kind = Kind::state;
    std::uint32_t heard = 0;  ///< acknowledgement: so many increments of its receiver
  };
  using Out = Outbox<Message>;
  using Counts = crdt::GrowOnlyCounts;
  enum Ship : std::int64_t { ship_state, ship_delta };

  static constexpr About about{.level = 0,
                               .group = "avoidance",
                               .promise = "no increment is lost or counted twice; replicas agree once all is delivered",
                               .messages = "n = N - 1; what is sent again, and acknowledgements, are background",
                               .delays = "incremented 0, known 1",
                               .source = "Shapiro et al., SSS 2011; deltas: Almeida, Shoker, Baquero, JPDC 2018, algorithm 2",
                               .latency = Latency::makespan,
                               .has_payload = false};
  static constexpr std::array parameters{
      Parameter{.name = "ship", .highest = 1, .help = "what a message carries", .choices = {"state", "delta"}},
      Parameter{.name = "proposers", .highest = 1 << 20, .help = "replicas that count: ranks 0, 1, …; 0: all"},
      Parameter{.name = "resend_us",
                .highest = 1'000'000'000,
                .help = "what is not acknowledged after so long is sent again; 0: never, and nothing is acknowledged"}};
  enum { incremented, known };
  static constexpr std::array marks{Mark{.name = "incremented"},
                                    Mark{.name = "known", .where = Where::everywhere, .answers = true}};

  static Cost cost(const Shape& shape, Operation /*operation*/) {
    return {.messages = shape.ranks - 1, .delays = {0, shape.ranks > 1 ? 1 : 0}};
  }
  static int proposers(const Shape& shape) {
    const std::int64_t some = shape["proposers"];
    return some > 0 ? static_cast<int>(some) : shape.ranks;
  }
  static std::string unfit(const Shape& shape) { return proposers(shape) > shape.ranks ? "more proposers than ranks" : ""; }
  static bool times_out(const Shape& shape) { return shape["resend_us"] > 0; }
  static UnderLoss under_loss(const Shape& shape) { return times_out(shape) ? UnderLoss::bears : UnderLoss::stops; }
  /// What is sent again is background.
  static double messages_under_loss(const Shape& shape) { return shape.ranks - 1; }
  /// The outcome is the count of the operation's replica, which includes the operation.
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer) {
    return answer.of == Answer::nothing && answer.outcome > operation / proposers(shape);
  }
  /// A replica that alone counts hears nothing but acknowledgements.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return proposers(shape) == 1 && rank > 0 ? std::optional<Rank>(0) : std::nullopt;
  }
  /// An increment ends at its replica at once, so nothing in the protocol bounds how many are under way: the harness does, as
  /// it lets a replica count only while `made` states are free. Each is held by the sends of one step, and by nobody else here.
  /// A tick makes two: a delta, and a state for those of whom a crash left nothing known. No operation's payload is kept.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const auto others = static_cast<std::size_t>(shape.ranks) - 1, made = static_cast<std::size_t>(shape.in_flight) + 2;
    const bool ships_states = shape["ship"] == ship_state || times_out(shape);
    return {.sends = times_out(shape) ? others + 1 : 1,
            .completions = completions(shape),
            .receives = others * made + 1,
            .leases = 1,
            .made = made,
            .made_bytes = std::max(ships_states ? Counts::bytes(shape.ranks) : 0, sizeof(Counts::Delta))};
  }

  GCounter(const Shape& shape, Rank self)
      : self_(self),
        ranks_(shape.ranks),
        proposers_(static_cast<std::uint32_t>(proposers(shape))),
        own_kind_(shape["ship"] == ship_state ? Kind::state : Kind::delta),
        resends_(times_out(shape)),
        completions_most_(completions(shape)),
        counts_(shape.ranks),
        heard_(static_cast<std::size_t>(shape.ranks), 0),
        outstanding_(shape.ranks, self, 1000 * shape["resend_us"]) {}

  void propose(Operation operation, const Payload& /*payload*/, Out& out) {
    counts_.increment(self_);
    if (ranks_ > 1)
      out.send_others({.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = own_kind_}, made(own_kind_, out));
    out.complete(operation, incremented);
    out.complete(operation, known);
    if (resends_) outstanding_.sent(static_cast<std::int64_t>(counts_[self_]), out.now());
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.kind == Kind::acknowledgement) return outstanding_.acknowledge(from, message.heard);
    hear(from, join(from, message.kind, payload.bytes()), out);
    if (resends_) out.send(from, {.kind = Kind::acknowledgement, .heard = heard_[index(from)]});
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    Payload whole, delta;
    outstanding_.send_again(out.now(), [&](Rank peer, std::int64_t acknowledged) {
      const Kind kind = acknowledged == crdt::Outstanding::forgotten ? Kind::state : own_kind_;
      Payload& payload = kind == Kind::state ? whole : delta;
      if (!payload) payload = made(kind, out);
      out.send(peer, {.kind = kind}, payload);
    });
  }
  [[nodiscard]] Time deadline() const { return outstanding_.deadline(); }

  /// Counts are durable before they are told; who has acknowledged what is not.
  [[gnu::noinline, gnu::cold]] void restart(Out& out) {
    if (resends_) outstanding_.forget(out.now());
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    const auto k = static_cast<std::uint32_t>(operation);
    const auto replica = static_cast<Rank>(k - proposers_.quotient(k) * proposers_.by());
    return {.outcome = static_cast<std::int64_t>(counts_[replica]), .of = Answer::nothing};
  }

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const crdt::Outstanding& outstanding() const { return outstanding_; }

 private:
  static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }
  static std::size_t completions(const Shape& shape) { return 2 * static_cast<std::size_t>(shape.in_flight) + 8; }

  [[nodiscard]] Payload made(Kind kind, Out& out) const {
    Payload payload = out.allocate(kind == Kind::state ? Counts::bytes(ranks_) : sizeof(Counts::Delta));
    if (kind == Kind::state)
      counts_.write(payload.bytes());
    else
      Counts::write(counts_.delta(self_), payload.bytes());
    return payload;
  }
  /// Returns the sender's count of its own increments.
  Counts::Count join(Rank from, Kind kind, std::span<const std::byte> bytes) {
    if (kind == Kind::state) {
      counts_.join(bytes);
      return Counts::count_in(bytes, index(from));
    }
    const Counts::Delta delta = Counts::read_delta(bytes);
    counts_.join(delta);
    return delta.count;
  }
  /// After a long silence many operations are known at once. Those that one step may not complete are not acknowledged either,
  /// and follow with what is sent again.
  void hear(Rank from, Counts::Count said, Out& out) {
    std::uint32_t& heard = heard_[index(from)];
    for (std::size_t left = completions_most_; heard < said && left > 0; --left, ++heard)
      out.complete(static_cast<Operation>(heard) * proposers_.by() + from, known);
  }

  Rank self_;
  int ranks_;
  Divisor proposers_;
  Kind own_kind_;
  bool resends_;
  std::size_t completions_most_;
  Counts counts_;
  std::vector<std::uint32_t> heard_;  ///< [replica]: so many increments, from itself
  crdt::Outstanding outstanding_;
};

}  // namespace coordbench
