#pragma once
// event_log — replicas append events anywhere and fold anywhere: each tells the others of its own events, and every replica
// sums up all that it has, in any order.
//
//   replica r   fold += digest(event)   `appended`, `folded`  at once
//               ──event──►              to all n = N - 1 others
//   replica q   fold += digest(event)   `folded`              one delay later, unless the event had come before
//               ◄──ok──                 only with resend_us
//
// An event's identity is (replica, number). So a duplicate is not folded again, and another order gives the same fold. With
// resend_us an event is resent until everybody has acknowledged it: then replicas agree once every event is delivered, although
// messages are lost, duplicated or overtaken. messages = n per operation; resends and acknowledgements are background.
//
// The log is bounded. An event that everybody has is only in the folds. A replica tells of event u only once everybody has
// acknowledged all of its events up to u - keep; until then an append waits. So it keeps `keep` of its own events, and for each
// other replica which of the newest `keep` have come. Without resend_us no append waits; an event that `keep` later ones of its
// replica overtake is then taken for an old one. Level 0: an append asks nobody.
// Source: Shapiro, Preguiça, Baquero, Zawirski, SSS 2011 (operation-based objects; here all operations commute, so any order
// will do); Helland, CIDR 2015 (a log whose fold is the state).

#include "kernels/crdt/fold.hpp"
#include "kernels/crdt/operation_replica.hpp"
#include "kernels/crdt/own_events.hpp"
#include "kernels/crdt/recent.hpp"

namespace coordbench {

class EventLog : public crdt::OperationReplica {
 public:
  static constexpr About about =
      crdt::about({.promise = "every replica applies each event once, in any order; with resend_us all agree in the end",
                   .delays = "appended 0, folded 1",
                   .source = "Shapiro et al., SSS 2011; Helland, CIDR 2015",
                   .has_payload = true});
  static constexpr std::array parameters{Proposers::parameter("how many replicas append: ranks 0, 1, …; 0: all"),
                                         crdt::resend_us(), keep("how many of its newest events a replica remembers")};
  enum { appended, folded };
  static constexpr std::array marks = crdt::marks("appended", "folded");

  /// Where nothing is sent again, an event that is late may find that more than `keep` others have overtaken it.
  static UnderLoss under_loss(const Shape& shape) {
    return times_out(shape) || (shape.loss.lost == 0 && shape.loss.delay_ns == 0) ? UnderLoss::tolerates : UnderLoss::stops;
  }
  static double applications(const Shape& shape) { return shape.ranks; }
  /// The outcome says by how much the fold has grown, and the payload is the event.
  static bool accepts(const Shape& /*shape*/, Operation operation, const Answer& answer) {
    return answer.operation_of(operation) == operation &&
           static_cast<std::uint64_t>(answer.outcome) == crdt::Fold::digest(answer.payload.bytes());
  }
  /// At most in_flight appends wait, as an append that waits has no mark.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const auto in_flight = static_cast<std::size_t>(shape.in_flight);
    return {.sends = in_flight + 1 + sent_again_most(shape),
            .completions = 2 * in_flight + 2,
            .leases = crdt::OwnEvents::room(kept(shape)) + 1};
  }

  EventLog(const Shape& shape, Rank self)
      : OperationReplica(shape, self), own_events_(kept(shape)), recent_(shape.ranks, shape["keep"]) {}

  void propose(Operation /*operation*/, Payload payload, Out& out) {
    own_events_[asked_++].payload = std::move(payload);
    append(out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    const std::uint32_t number = number_of(message.first);
    if (message.kind == Kind::acknowledgement) {
      unacknowledged_.acknowledge(from, number);
      return append(out);
    }
    if (recent_.note(from, number)) {
      latest_ = {payload, fold_.add(payload.bytes())};
      out.complete(message.first, folded);
    }
    acknowledge(from, message, out);
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    send_again([this](std::uint32_t number) { return own_events_[number].payload; }, out);
  }

  /// Of an operation that the last step folded.
  [[nodiscard]] Answer answer(Operation operation) const {
    const crdt::Event& event = proposer_of(operation) == self_ ? own_events_[number_of(operation)] : latest_;
    return {.outcome = static_cast<std::int64_t>(event.growth), .payload = event.payload};
  }

  [[nodiscard]] std::uint64_t fold() const { return fold_.value(); }
  /// How many events this replica has folded.
  [[nodiscard]] std::int64_t applied() const { return fold_.events(); }

 private:
  /// Own events that are kept: those that may be sent again, and those that wait.
  static std::int64_t kept(const Shape& shape) { return times_out(shape) ? shape["keep"] + shape.in_flight : 1; }
  /// What was asked for, as far as there is room.
  void append(Out& out) {
    for (; told_ < asked_ && may_tell(); ++told_) {
      crdt::Event& event = own_events_[told_];
      tell(told_, event.payload, out);
      event.growth = fold_.add(event.payload.bytes());
      out.complete(own(told_), appended);
      out.complete(own(told_), folded);
    }
  }

  std::uint32_t asked_ = 0;  ///< own events that a user has asked for
  std::uint32_t told_ = 0;   ///< of these, the ones that the others were told of
  crdt::OwnEvents own_events_;
  crdt::Event latest_;  ///< of another replica
  crdt::Fold fold_;
  crdt::Recent recent_;
};

}  // namespace coordbench
