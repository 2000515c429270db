#pragma once
// or_set — a set on every replica: each adds and removes elements by itself, asks nobody, and tells the others. Add wins.
//
//   replica r   add e: a new dot {e, r, number} in place of those of e that r has; remove e: r drops those     `updated`  at
//   once
//               ──state, or delta {number, e, added?, dots taken}──►   to all n = N - 1 others
//   replica q   joins it: keeps a dot unless its absence there means that it was removed there    `known`  one delay later
//
// messages = n an operation. An addition wins over a removal that has not seen its dot. There are no tombstones: a state is a
// dot for each addition that nothing has removed (one each of an element and a replica at most), and the causal context, a
// number a replica (kernels/crdt/add_wins_set.hpp). State: 8 + 4P + 12 dots bytes, P proposers; delta: 12 + 12 taken. Joins are
// idempotent, commutative and associative. A removal that forgot its context would let a dot come back with an old message.
// With resend_us every message is acknowledged, and whoever has not acknowledged in time is sent the whole state, in the
// background. Deltas of a replica are joined in its order; one that overtakes another is not joined, and the state follows. So
// without resend_us deltas need links that lose nothing and keep order, as MPI's do. Which element, and whether it is added or
// removed, is drawn by the seed. `known` waits for a message of the replica that was asked, as g_counter's does.
// Source: Bieniusa et al., "An optimized conflict-free replicated set", INRIA RR-8083, 2012; deltas: Almeida, Shoker, Baquero,
// JPDC 111, 2018.

#include <optional>

#include "harness/protocol.hpp"
#include "kernels/crdt/add_wins_set.hpp"
#include "kernels/crdt/outstanding.hpp"
#include "kernels/parts/draw.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench {

class OrSet {
 public:
  enum class Kind : std::uint16_t { state, delta, acknowledgement };
  struct Message {
    std::uint32_t first = 0;  ///< the operation
    std::uint16_t count = 0;  ///< 1, or 0 when a state is sent again and in an acknowledgement
    Kind kind = Kind::state;
    std::uint32_t heard = 0;  ///< acknowledgement: so many updates of its receiver
  };
  using Out = Outbox<Message>;
  using Set = crdt::AddWinsSet;
  enum Ship : std::int64_t { ship_state, ship_delta };

  static constexpr About about{
      .level = 0,
      .group = "avoidance",
      .promise = "an element is there if an addition was not seen by a removal; replicas agree in the end",
      .messages = "n = N - 1; what is sent again, and acknowledgements, are background",
      .delays = "updated 0, known 1",
      .source = "Bieniusa et al., INRIA RR-8083, 2012; deltas: Almeida, Shoker, Baquero, JPDC 2018",
      .latency = Latency::makespan,
      .has_payload = false};
  static constexpr std::array parameters{
      Parameter{.name = "ship", .highest = 1, .help = "what a message carries", .choices = {"state", "delta"}},
      Parameter{.name = "elements", .initial = 16, .lowest = 1, .highest = 4096, .help = "elements to draw from"},
      Parameter{.name = "proposers", .highest = 1 << 20, .help = "replicas that add and remove: ranks 0, 1, …; 0: all"},
      Parameter{.name = "resend_us",
                .highest = 1'000'000'000,
                .help = "who has not acknowledged after so long is sent the state; 0: never, and nothing is acknowledged"}};
  enum { updated, known };
  static constexpr std::array marks{Mark{.name = "updated"},
                                    Mark{.name = "known", .where = Where::everywhere, .answers = true}};
  static constexpr std::array<std::string_view, 2> kinds{"remove", "add"};

  static int kind(const Shape& shape, Operation operation) { return adds(shape.seed, operation) ? 1 : 0; }
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
  /// A state that is sent again is background.
  static double messages_under_loss(const Shape& shape) { return shape.ranks - 1; }
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer);
  /// A replica that alone updates hears nothing but acknowledgements.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return proposers(shape) == 1 && rank > 0 ? std::optional<Rank>(0) : std::nullopt;
  }
  /// As of g_counter: the harness bounds what is under way, as a replica may update only while `made` payloads are free.
  static Bounds bounds(const Shape& shape, Rank rank);

  OrSet(const Shape& shape, Rank self);
  void propose(Operation operation, const Payload& payload, Out& out);
  void step(Rank from, const Message& message, const Payload& payload, Out& out);
  void tick(Out& out);
  [[nodiscard]] Time deadline() const { return outstanding_.deadline(); }
  /// The set is durable before it is told; who has acknowledged what is not.
  [[gnu::noinline, gnu::cold]] void restart(Out& out) {
    if (resends_) outstanding_.forget(out.now());
  }
  [[nodiscard]] Answer answer(Operation operation) const;

  /// Which element an operation is about, and whether it adds it.
  static std::uint32_t element(std::uint64_t seed, std::int64_t elements, Operation operation) {
    return static_cast<std::uint32_t>(Draw(seed, operation, 0).below(static_cast<int>(elements)));
  }
  static bool adds(std::uint64_t seed, Operation operation) { return Draw(seed, operation, 1).below(2) == 1; }
  [[nodiscard]] const Set& set() const { return set_; }
  [[nodiscard]] const crdt::Outstanding& outstanding() const { return outstanding_; }

 private:
  static constexpr std::int64_t is_there = 1, is_own = 2, per_update = 4;  ///< an outcome is a sum of these

  static std::size_t completions(const Shape& shape) { return 2 * static_cast<std::size_t>(shape.in_flight) + 8; }
  Payload state(Out& out) const;
  void hear(Rank from, std::uint32_t said, Out& out);

  Rank self_;
  int ranks_;
  std::uint64_t seed_;
  std::int64_t elements_, ship_;
  Divisor proposers_;
  bool resends_;
  std::size_t completions_most_;
  Set set_;
  std::vector<std::uint32_t> heard_;  ///< [proposer]: so many updates, from itself
  crdt::Outstanding outstanding_;
};

/// The outcome counts the updates of the operation's replica that are known; they include the operation. If it is the last of
/// them, and nobody else can have changed the set since, its element is there if and only if it added it.
inline bool OrSet::accepts(const Shape& shape, Operation operation, const Answer& answer) {
  const std::int64_t number = operation / proposers(shape) + 1, count = answer.outcome / per_update;
  const bool nobody_else = (answer.outcome & is_own) != 0 || proposers(shape) == 1;
  const bool is_right = ((answer.outcome & is_there) != 0) == adds(shape.seed, operation);
  return answer.of == Answer::nothing && count >= number && (count > number || !nobody_else || is_right);
}

inline Bounds OrSet::bounds(const Shape& shape, Rank /*rank*/) {
  const auto others = static_cast<std::size_t>(shape.ranks) - 1, made = static_cast<std::size_t>(shape.in_flight) + 2;
  const std::size_t state = Set::bytes_most(static_cast<int>(shape["elements"]), proposers(shape));
  return {.sends = times_out(shape) ? others + 1 : 1,
          .completions = completions(shape),
          .receives = others * made + 1,
          .leases = 1,
          .made = made,
          .made_bytes = state};
}

inline OrSet::OrSet(const Shape& shape, Rank self)
    : self_(self),
      ranks_(shape.ranks),
      seed_(shape.seed),
      elements_(shape["elements"]),
      ship_(shape["ship"]),
      proposers_(static_cast<std::uint32_t>(proposers(shape))),
      resends_(times_out(shape)),
      completions_most_(completions(shape)),
      set_(static_cast<int>(elements_), proposers(shape)),
      heard_(proposers_.by(), 0),
      outstanding_(shape.ranks, self, 1000 * shape["resend_us"]) {}

inline void OrSet::propose(Operation operation, const Payload& /*payload*/, Out& out) {
  const Set::Update update = set_.update(self_, element(seed_, elements_, operation), adds(seed_, operation));
  if (ranks_ > 1) {
    Payload told = ship_ == ship_state ? state(out) : out.allocate(Set::bytes(update));
    if (ship_ == ship_delta) Set::write(update, told.bytes());
    const Kind kind = ship_ == ship_state ? Kind::state : Kind::delta;
    out.send_others({.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = kind}, std::move(told));
  }
  out.complete(operation, updated);
  out.complete(operation, known);
  if (resends_) outstanding_.sent(set_.known(self_), out.now());
}

inline void OrSet::step(Rank from, const Message& message, const Payload& payload, Out& out) {
  if (message.kind == Kind::acknowledgement) return outstanding_.acknowledge(from, message.heard);
  if (message.kind == Kind::state) {
    hear(from, set_.join(from, payload.bytes()), out);
  } else {
    const Set::Update update = set_.read_update(payload.bytes());
    if (set_.join(from, update)) hear(from, update.number, out);
  }
  if (resends_) out.send(from, {.kind = Kind::acknowledgement, .heard = heard_[static_cast<std::size_t>(from)]});
}

[[gnu::noinline, gnu::cold]] inline void OrSet::tick(Out& out) {
  Payload whole;
  outstanding_.send_again(out.now(), [&](Rank peer, std::int64_t /*acknowledged*/) {
    if (!whole) whole = state(out);
    out.send(peer, {.kind = Kind::state}, whole);
  });
}

inline Payload OrSet::state(Out& out) const {
  Payload payload = out.allocate(set_.state().bytes());
  set_.state().write(payload.bytes());
  return payload;
}

/// As in g_counter: what one step may not complete is not acknowledged either.
inline void OrSet::hear(Rank from, std::uint32_t said, Out& out) {
  std::uint32_t& heard = heard_[static_cast<std::size_t>(from)];
  for (std::size_t left = completions_most_; heard < said && left > 0; --left, ++heard)
    out.complete(static_cast<Operation>(heard) * proposers_.by() + from, known);
}

inline Answer OrSet::answer(Operation operation) const {
  const auto k = static_cast<std::uint32_t>(operation);
  const auto replica = static_cast<Rank>(k - proposers_.quotient(k) * proposers_.by());
  const std::int64_t there = set_.contains(element(seed_, elements_, operation)) ? is_there : 0;
  const std::int64_t own = replica == self_ ? is_own : 0;
  return {.outcome = per_update * set_.known(replica) + own + there, .of = Answer::nothing};
}

}  // namespace coordbench
