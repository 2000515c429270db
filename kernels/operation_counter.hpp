#pragma once
// operation_counter — a counter of which replicas tell each other the operation, "+1", and not the state.
//
//   replica r   value += 1      `counted`  at once
//               ──+1──►         to all n = N - 1 others
//   replica q   value += 1      `known`    one delay later; at r itself at once
//               ◄──ok──         only with resend_us
//
// Increments commute, so they may come in any order: if each comes once, all replicas agree in the end. They are not
// idempotent. A +1 that is lost is missing, and one that comes twice counts twice: with a fraction P lost and Q duplicated a
// replica applies (1 - P)(1 + Q) of each. With resend_us a +1 is acknowledged, and sent again until it is. It names its
// operation for the sake of marks and acknowledgements, but a replica keeps no list of what it has applied. So nothing is
// missing, and an increment whose acknowledgement is lost, or late, counts twice: with a fraction P lost, 1 / (1 - P) times on
// average. g_counter and event_log are the two ways out: states that join, and identities.
//
// messages = n per operation; resends and acknowledgements are background. At most `keep` increments of a replica are
// unacknowledged; it counts further ones at home and tells them later. Whether to send again and after how long is one
// parameter, because two could contradict each other. Level 0: nobody waits for anybody.
// Source: Shapiro, Preguiça, Baquero, Zawirski, SSS 2011, and INRIA RR-7506, specification 5.

#include "kernels/crdt/operation_replica.hpp"
#include "kernels/delivery/acknowledged.hpp"

namespace coordbench {

class OperationCounter : public crdt::OperationReplica {
 public:
  static constexpr About about =
      crdt::about({.promise = "replicas agree if each message arrives once; a lost or duplicated one makes the count wrong",
                   .delays = "counted 0, known 1",
                   .source = "Shapiro et al., SSS 2011; INRIA RR-7506, specification 5"});
  static constexpr std::array parameters{
      Proposers::parameter("how many replicas count: ranks 0, 1, …; 0: all"),
      crdt::resend_us("time after which an unacknowledged increment is sent again, 0: never; without --loss that fails a case"),
      keep("increments of a replica that may be unacknowledged")};
  enum { counted, known };
  static constexpr std::array marks = crdt::marks("counted", "known");

  static std::string unfit(const Shape& shape) {
    return silence(shape).first > 0 && proposers(shape) <= shape.ranks ? delivery::unfit_to_overlap(shape)
                                                                       : Proposers::unfit(shape);
  }
  static UnderLoss under_loss(const Shape& /*shape*/) { return UnderLoss::errs; }
  /// Once at the replica that counts, and at each other as often as a +1 arrives there.
  static double applications(const Shape& shape) {
    const Loss& loss = shape.loss;
    const double copies = (1 - loss.lost) * (1 + loss.doubled);
    return 1 + (shape.ranks - 1) * copies * (times_out(shape) ? delivery::Acknowledged::attempts(loss) : 1);
  }
  /// No rank knows whether a +1 is still to come. One that comes twice is known twice, so known marks cannot be waited for.
  static Silence silence(const Shape& shape) { return shape.loss.any() ? delivery::silence_under_loss(shape) : Silence{}; }
  /// The outcome is what has been applied of the operation's replica. Over channels that keep order, and lose and double
  /// nothing, these are the operations up to this one, no more and no fewer.
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer) {
    return answer.of == Answer::nothing && answer.outcome == operation / proposers(shape) + 1;
  }
  /// An acknowledgement may let all that waited be told.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    return {.sends = sent_again_most(shape) + 1, .completions = 2, .leases = 1};
  }

  OperationCounter(const Shape& shape, Rank self) : OperationReplica(shape, self), applied_of_(proposers_.by(), 0) {}

  void propose(Operation operation, const Payload& /*payload*/, Out& out) {
    apply(self_);
    catch_up(out);
    out.complete(operation, counted);
    out.complete(operation, known);
  }

  /// No identity tells an increment that comes twice from two: it is applied twice, and known twice.
  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    if (message.kind == Kind::acknowledgement) {
      unacknowledged_.acknowledge(from, number_of(message.first));
      return catch_up(out);
    }
    apply(from);
    out.complete(message.first, known);
    acknowledge(from, message, out);
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    send_again([](std::uint32_t /*number*/) { return Payload(); }, out);
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    return {.outcome = applied_of_[static_cast<std::size_t>(proposer_of(operation))], .of = Answer::nothing};
  }

  /// What the counter shows: how often this replica has applied an increment.
  [[nodiscard]] std::int64_t applied() const { return value_; }

 private:
  void apply(Rank replica) {
    ++value_;
    ++applied_of_[static_cast<std::size_t>(replica)];
  }
  /// Tells the others what they have not been told, as far as there is room.
  void catch_up(Out& out) {
    const std::uint32_t counted_here = applied_of_[static_cast<std::size_t>(self_)];
    for (; told_ < counted_here && may_tell(); ++told_) tell(told_, Payload(), out);
  }

  std::int64_t value_ = 0;
  std::vector<std::uint32_t> applied_of_;  ///< [replica]: to verify answers, and how many this replica has counted itself
  std::uint32_t told_ = 0;                 ///< of these, the ones that the others were told of
};

}  // namespace coordbench
