#pragma once
// g_counter — a grow-only counter on every replica: each counts its own increments, asks nobody, and tells the others.
//
//   replica r   counts[r] += 1                        `incremented`  at once
//               ──state, or delta {r, counts[r]}──►   to all n = N - 1 others
//   replica q   counts = max(counts, what came)       `known`        one delay later; at r itself at once
//
// The value is the sum of the counts. messages = n per operation; a state has 8N bytes, a delta 16. Joins are idempotent,
// commutative and associative: loss, duplicates and reordering only delay agreement; a later message makes up for a lost one.
// With resend_us every message is acknowledged. A message without acknowledgement is sent again, in the background. The deltas
// of one replica join into one, its newest count, so no buffer of them is kept. A crash loses the list of acknowledgements;
// then the whole state is sent. `known` waits for a message of the replica that counted, even if a third replica's state has
// brought the increment before, so that it is always one delay. Level 0: an increment asks nobody, and replicas agree in the
// end.
// Source: Shapiro, Preguiça, Baquero, Zawirski, SSS 2011, and INRIA RR-7506, specification 6; Almeida, Shoker, Baquero, JPDC
// 111, 2018, algorithm 2.

#include "kernels/crdt/grow_only_counts.hpp"
#include "kernels/crdt/state_replica.hpp"

namespace coordbench {

class GCounter : public crdt::StateReplica {
 public:
  using Counts = crdt::GrowOnlyCounts;

  static constexpr About about =
      crdt::about({.promise = "no increment is lost or counted twice; replicas agree once every message has arrived",
                   .delays = "incremented 0, known 1",
                   .source = "Shapiro et al., SSS 2011; deltas: Almeida, Shoker, Baquero, JPDC 2018, algorithm 2"});
  static constexpr std::array parameters{kShip, Proposers::parameter("how many replicas count: ranks 0, 1, …; 0: all"),
                                         crdt::resend_us()};
  enum { incremented, known };
  static constexpr std::array marks = crdt::marks("incremented", "known");

  /// The outcome is the count of the operation's replica, which includes the operation.
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer) {
    return answer.of == Answer::nothing && answer.outcome > operation / proposers(shape);
  }
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const bool ships_states = shape["ship"] == ship_state || times_out(shape);
    return bounds_with(shape, std::max(ships_states ? Counts::bytes(shape.ranks) : 0, sizeof(Counts::Delta)));
  }

  GCounter(const Shape& shape, Rank self) : StateReplica(shape, self), counts_(shape.ranks) {}

  void propose(Operation operation, const Payload& /*payload*/, Out& out) {
    counts_.increment(self_);
    const auto payload = [&] { return made(own_kind_, out); };
    tell(operation, static_cast<std::int64_t>(counts_[self_]), payload, out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.kind == Kind::acknowledgement) return outstanding_.acknowledge(from, message.heard);
    hear(from, join(from, message.kind, payload.bytes()), out);
    acknowledge(from, out);
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
  /// Counts are durable before they are told; who has acknowledged what is not.
  [[gnu::noinline, gnu::cold]] void restart(Out& out) { outstanding_.forget(out.now()); }

  [[nodiscard]] Answer answer(Operation operation) const {
    return {.outcome = static_cast<std::int64_t>(counts_[proposer_of(operation)]), .of = Answer::nothing};
  }

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
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
      return Counts::count_in(bytes, static_cast<std::size_t>(from));
    }
    const Counts::Delta delta = Counts::read_delta(bytes);
    counts_.join(delta);
    return delta.count;
  }

  Counts counts_;
};

}  // namespace coordbench
