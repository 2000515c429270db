#pragma once
// operation_counter — a counter of which replicas tell each other the operation, "+1", and not the state.
//
//   replica r   value += 1      `counted`  at once
//               ──+1──►         to all n = N - 1 others
//   replica q   value += 1      `known`    one delay later; at r itself at once
//               ◄──ok──         only with resend_us
//
// Increments commute, so they may come in any order: if each comes once, all replicas agree in the end. They are not
// idempotent. A +1 that is lost is missing, and one that comes twice counts twice: with a fraction P lost and Q doubled a
// replica applies (1 - P)(1 + Q) of each. With resend_us a +1 is acknowledged, and sent again until it is. It names its
// operation for the sake of marks and acknowledgements, but a replica keeps no list of what it has applied. So nothing is
// missing, and an increment whose acknowledgement is lost, or late, counts twice: with a fraction P lost, 1 / (1 - P) times on
// average. g_counter and event_log are the two ways out: states that join, and identities.
//
// messages = n an operation; what is sent again and acknowledgements are background. At most `keep` increments of a replica are
// unacknowledged; it counts further ones at home and tells them later. Whether to send again and after how long is one
// parameter, because two could contradict each other. Level 0: nobody waits for anybody.
// Source: Shapiro, Preguiça, Baquero, Zawirski, SSS 2011, and INRIA RR-7506, specification 5.

#include <optional>

#include "harness/protocol.hpp"
#include "kernels/crdt/unacknowledged.hpp"
#include "kernels/delivery/acknowledged.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench {

class OperationCounter {
 public:
  enum class Kind : std::uint16_t { update, acknowledgement };
  struct Message {
    std::uint32_t first = 0;  ///< the increment
    std::uint16_t count = 0;  ///< 1, or 0 when it is sent again and in an acknowledgement
    Kind kind = Kind::update;
  };
  using Out = Outbox<Message>;

  static constexpr About about{.level = 0,
                               .group = "avoidance",
                               .promise = "replicas agree if each message comes once; what is lost or doubled counts wrong",
                               .messages = "n = N - 1; what is sent again, and acknowledgements, are background",
                               .delays = "counted 0, known 1",
                               .source = "Shapiro et al., SSS 2011; INRIA RR-7506, specification 5",
                               .latency = Latency::makespan,
                               .has_payload = false};
  static constexpr std::array parameters{
      Parameter{.name = "proposers", .highest = 1 << 20, .help = "replicas that count: ranks 0, 1, …; 0: all"},
      Parameter{.name = "resend_us",
                .highest = 1'000'000'000,
                .help = "what is not acknowledged after so long is sent again, 0: never; too soon without --loss fails a case"},
      Parameter{
          .name = "keep", .initial = 64, .lowest = 1, .highest = 65'536, .help = "unacknowledged increments of a replica"}};
  enum { counted, known };
  static constexpr std::array marks{Mark{.name = "counted"},
                                    Mark{.name = "known", .where = Where::everywhere, .answers = true}};

  static Cost cost(const Shape& shape, Operation /*operation*/) {
    return {.messages = shape.ranks - 1, .delays = {0, shape.ranks > 1 ? 1 : 0}};
  }
  static int proposers(const Shape& shape) {
    const std::int64_t some = shape["proposers"];
    return some > 0 ? static_cast<int>(some) : shape.ranks;
  }
  static std::string unfit(const Shape& shape) {
    if (proposers(shape) > shape.ranks) return "more proposers than ranks";
    return silence(shape).first > 0 ? delivery::unfit_to_overlap(shape) : "";
  }
  static bool times_out(const Shape& shape) { return shape["resend_us"] > 0; }
  static UnderLoss under_loss(const Shape& /*shape*/) { return UnderLoss::errs; }
  /// What is sent again is background.
  static double messages_under_loss(const Shape& shape) { return shape.ranks - 1; }
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
  /// A replica that alone counts hears nothing but acknowledgements.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return proposers(shape) == 1 && rank > 0 ? std::optional<Rank>(0) : std::nullopt;
  }
  /// An acknowledgement may let all that waited be told; a tick sends each unacknowledged increment to each peer.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const auto others = static_cast<std::size_t>(shape.ranks) - 1, keep = static_cast<std::size_t>(shape["keep"]);
    return {.sends = times_out(shape) ? keep * others + 1 : 1, .completions = 2, .leases = 1};
  }

  OperationCounter(const Shape& shape, Rank self)
      : self_(self),
        resends_(times_out(shape) && shape.ranks > 1),
        proposers_(static_cast<std::uint32_t>(proposers(shape))),
        applied_of_(proposers_.by(), 0),
        unacknowledged_(shape.ranks, self, resends_ ? shape["keep"] : 1, 1000 * shape["resend_us"]) {}

  void propose(Operation operation, const Payload& /*payload*/, Out& out) {
    apply(self_);
    tell(out);
    out.complete(operation, counted);
    out.complete(operation, known);
  }

  /// No identity tells an increment that comes twice from two: it is applied twice, and known twice.
  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    if (message.kind == Kind::acknowledgement) {
      unacknowledged_.acknowledge(from, proposers_.quotient(message.first));
      return tell(out);
    }
    apply(from);
    out.complete(message.first, known);
    if (resends_) out.send(from, {.first = message.first, .kind = Kind::acknowledgement});
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    unacknowledged_.send_again(out.now(), [&](Rank peer, std::uint32_t number) {
      out.send(peer, {.first = operation_of(number), .kind = Kind::update});
    });
  }
  [[nodiscard]] Time deadline() const { return unacknowledged_.deadline(); }

  [[nodiscard]] Answer answer(Operation operation) const {
    const auto k = static_cast<std::uint32_t>(operation);
    return {.outcome = applied_of_[k - proposers_.quotient(k) * proposers_.by()], .of = Answer::nothing};
  }

  /// What the counter shows: how often this replica has applied an increment.
  [[nodiscard]] std::int64_t applied() const { return value_; }

 private:
  void apply(Rank replica) {
    ++value_;
    ++applied_of_[static_cast<std::size_t>(replica)];
  }
  void tell(Out& out) {
    const std::uint32_t counted_here = applied_of_[static_cast<std::size_t>(self_)];
    for (; told_ < counted_here && (!resends_ || unacknowledged_.has_room()); ++told_) {
      out.send_others({.first = operation_of(told_), .count = 1, .kind = Kind::update});
      if (resends_) unacknowledged_.told(out.now());
    }
  }
  [[nodiscard]] std::uint32_t operation_of(std::uint32_t number) const {
    return number * proposers_.by() + static_cast<std::uint32_t>(self_);
  }

  Rank self_;
  bool resends_;
  Divisor proposers_;
  std::int64_t value_ = 0;
  std::vector<std::uint32_t> applied_of_;  ///< [replica]: to verify answers, and how many this replica has counted itself
  std::uint32_t told_ = 0;                 ///< of these, the ones that the others were told of
  crdt::Unacknowledged unacknowledged_;
};

}  // namespace coordbench
