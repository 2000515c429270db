#pragma once
// or_set — a set on every replica: each adds and removes elements by itself, asks nobody, and tells the others. Add wins.
//
//   replica r   add e: a new dot {e, r, number} in place of those of e that r has; remove e: r drops those     `updated`  at
//   once
//               ──state, or delta {number, e, added?, dots taken}──►   to all n = N - 1 others
//   replica q   joins it: keeps a dot unless its absence there means that it was removed there    `known`  one delay later
//
// messages = n per operation. An addition wins over a removal that has not seen its dot. There are no tombstones: a state is a
// dot for each addition that nothing has removed (one each of an element and a replica at most), and the causal context, a
// number a replica (kernels/crdt/add_wins_set.hpp). State: 8 + 4P + 12 dots bytes, P proposers; delta: 12 + 12 taken. Joins are
// idempotent, commutative and associative. A removal that forgot its context would let a dot come back with an old message.
// With resend_us every message is acknowledged. A replica that has not acknowledged in time is sent the whole state, in the
// background. Deltas of a replica are joined in its order; one that overtakes another is not joined, and the state follows. So
// without resend_us deltas need links that lose nothing and keep order, as MPI's do. Which element, and whether it is added or
// removed, is drawn by the seed. `known` waits for a message of the replica that was asked, as g_counter's does.
// Source: Bieniusa et al., "An optimized conflict-free replicated set", INRIA RR-8083, 2012; deltas: Almeida, Shoker, Baquero,
// JPDC 111, 2018.

#include "kernels/crdt/add_wins_set.hpp"
#include "kernels/crdt/state_replica.hpp"
#include "kernels/parts/draw.hpp"

namespace coordbench {

class OrSet : public crdt::StateReplica {
 public:
  using Set = crdt::AddWinsSet;

  static constexpr About about =
      crdt::about({.promise = "an element is in the set if at least one of its additions was unknown to every removal (add "
                              "wins); all agree in the end",
                   .delays = "updated 0, known 1",
                   .source = "Bieniusa et al., INRIA RR-8083, 2012; deltas: Almeida, Shoker, Baquero, JPDC 2018"});
  static constexpr std::array parameters{
      kShip, Parameter{.name = "elements", .initial = 16, .lowest = 1, .highest = 4096, .help = "how many elements there are"},
      Proposers::parameter("how many replicas add and remove: ranks 0, 1, …; 0: all"),
      crdt::resend_us("a replica that has not acknowledged for this long is sent the state again; 0: never, and replicas send "
                      "no acknowledgements")};
  enum { updated, known };
  static constexpr std::array marks = crdt::marks("updated", "known");
  static constexpr std::array<std::string_view, 2> kinds{"remove", "add"};

  static int kind(const Shape& shape, Operation operation) { return adds(shape.seed, operation) ? 1 : 0; }
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer);
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    return bounds_with(shape, Set::bytes_most(static_cast<int>(shape["elements"]), proposers(shape)));
  }

  OrSet(const Shape& shape, Rank self);
  void propose(Operation operation, const Payload& payload, Out& out);
  void step(Rank from, const Message& message, const Payload& payload, Out& out);
  void tick(Out& out);
  /// The set is durable before it is told; who has acknowledged what is not.
  [[gnu::noinline, gnu::cold]] void restart(Out& out) { outstanding_.forget(out.now()); }
  [[nodiscard]] Answer answer(Operation operation) const;

  /// Which element an operation is about, and whether it adds it.
  static std::uint32_t element(std::uint64_t seed, std::int64_t elements, Operation operation) {
    return static_cast<std::uint32_t>(Draw(seed, operation, 0).below(static_cast<int>(elements)));
  }
  static bool adds(std::uint64_t seed, Operation operation) { return Draw(seed, operation, 1).below(2) == 1; }
  [[nodiscard]] const Set& set() const { return set_; }

 private:
  static constexpr std::int64_t is_there = 1, is_own = 2, per_update = 4;  ///< an outcome is a sum of these

  Payload state(Out& out) const;

  std::uint64_t seed_;
  std::int64_t elements_;
  Set set_;
};

/// The outcome counts the updates of the operation's replica that are known; they include the operation. If it is the last of
/// them, and nobody else can have changed the set since, its element is there if and only if it added it.
inline bool OrSet::accepts(const Shape& shape, Operation operation, const Answer& answer) {
  const std::int64_t number = operation / proposers(shape) + 1, count = answer.outcome / per_update;
  const bool nobody_else = (answer.outcome & is_own) != 0 || proposers(shape) == 1;
  const bool is_right = ((answer.outcome & is_there) != 0) == adds(shape.seed, operation);
  return answer.of == Answer::nothing && count >= number && (count > number || !nobody_else || is_right);
}

inline OrSet::OrSet(const Shape& shape, Rank self)
    : StateReplica(shape, self),
      seed_(shape.seed),
      elements_(shape["elements"]),
      set_(static_cast<int>(elements_), proposers(shape)) {}

inline void OrSet::propose(Operation operation, const Payload& /*payload*/, Out& out) {
  const Set::Update update = set_.update(self_, element(seed_, elements_, operation), adds(seed_, operation));
  const auto told = [&] {
    if (own_kind_ == Kind::state) return state(out);
    Payload delta = out.allocate(Set::bytes(update));
    Set::write(update, delta.bytes());
    return delta;
  };
  tell(operation, update.number, told, out);
}

inline void OrSet::step(Rank from, const Message& message, const Payload& payload, Out& out) {
  if (message.kind == Kind::acknowledgement) return outstanding_.acknowledge(from, message.heard);
  if (message.kind == Kind::state) {
    hear(from, set_.join(from, payload.bytes()), out);
  } else {
    const Set::Update update = set_.read_update(payload.bytes());
    if (set_.join(from, update)) hear(from, update.number, out);
  }
  acknowledge(from, out);
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

inline Answer OrSet::answer(Operation operation) const {
  const Rank replica = proposer_of(operation);
  const std::int64_t there = set_.contains(element(seed_, elements_, operation)) ? is_there : 0;
  const std::int64_t own = replica == self_ ? is_own : 0;
  return {.outcome = per_update * set_.known(replica) + own + there, .of = Answer::nothing};
}

}  // namespace coordbench
