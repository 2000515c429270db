#pragma once
// event_log — replicas append events anywhere and fold anywhere: each tells the others of its own events, and every replica
// sums up all that it has, in whatever order they come.
//
//   replica r   fold += digest(event)   `appended`, `folded`  at once
//               ──event──►              to all n = N - 1 others
//   replica q   fold += digest(event)   `folded`              one delay later, unless the event had come before
//               ◄──ok──                 only with resend_us
//
// An event's identity is (replica, number), so what comes twice is folded once, and what comes in another order gives the same
// fold. With resend_us an event is acknowledged, and sent again until everybody has acknowledged it: then replicas agree once
// all is delivered, whatever was lost, doubled or overtaken. messages = n an operation; what is sent again and
// acknowledgements are background.
//
// The log is bounded. An event that everybody has is only in the folds. A replica tells of event u only once everybody has
// acknowledged all of its events up to u - keep; until then an append waits. So it keeps `keep` of its own events, and for each
// other replica which of the newest `keep` have come. Without resend_us no append waits; an event that `keep` later ones of its
// replica overtake is then taken for an old one. Level 0: an append asks nobody.
// Source: Shapiro, Preguiça, Baquero, Zawirski, SSS 2011 (operation-based objects; here all operations commute, so any order
// will do); Helland, CIDR 2015 (a log whose fold is the state).

#include <bit>
#include <optional>

#include "harness/protocol.hpp"
#include "kernels/crdt/fold.hpp"
#include "kernels/crdt/recent.hpp"
#include "kernels/crdt/unacknowledged.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench {

class EventLog {
 public:
  enum class Kind : std::uint16_t { update, acknowledgement };
  struct Message {
    std::uint32_t first = 0;  ///< the event
    std::uint16_t count = 0;  ///< 1, or 0 when it is sent again and in an acknowledgement
    Kind kind = Kind::update;
  };
  using Out = Outbox<Message>;

  static constexpr About about{.level = 0,
                               .group = "avoidance",
                               .promise = "every event is folded once, in any order; with resend_us replicas agree in the end",
                               .messages = "n = N - 1; what is sent again, and acknowledgements, are background",
                               .delays = "appended 0, folded 1",
                               .source = "Shapiro et al., SSS 2011; Helland, CIDR 2015",
                               .latency = Latency::makespan};
  static constexpr std::array parameters{
      Parameter{.name = "proposers", .highest = 1 << 20, .help = "replicas that append: ranks 0, 1, …; 0: all"},
      Parameter{.name = "resend_us",
                .highest = 1'000'000'000,
                .help = "what is not acknowledged after so long is sent again; 0: never, and nothing is acknowledged"},
      Parameter{
          .name = "keep", .initial = 64, .lowest = 1, .highest = 65'536, .help = "newest events of a replica, remembered"}};
  enum { appended, folded };
  static constexpr std::array marks{Mark{.name = "appended"},
                                    Mark{.name = "folded", .where = Where::everywhere, .answers = true}};

  static Cost cost(const Shape& shape, Operation /*operation*/) {
    return {.messages = shape.ranks - 1, .delays = {0, shape.ranks > 1 ? 1 : 0}};
  }
  static int proposers(const Shape& shape) {
    const std::int64_t some = shape["proposers"];
    return some > 0 ? static_cast<int>(some) : shape.ranks;
  }
  static std::string unfit(const Shape& shape) { return proposers(shape) > shape.ranks ? "more proposers than ranks" : ""; }
  static bool times_out(const Shape& shape) { return shape["resend_us"] > 0; }
  /// Where nothing is sent again, an event that is late may find that more than `keep` others have overtaken it.
  static UnderLoss under_loss(const Shape& shape) {
    return times_out(shape) || (shape.loss.lost == 0 && shape.loss.delay_ns == 0) ? UnderLoss::bears : UnderLoss::stops;
  }
  /// What is sent again is background.
  static double messages_under_loss(const Shape& shape) { return shape.ranks - 1; }
  static double applications(const Shape& shape) { return shape.ranks; }
  /// The outcome says by how much the fold has grown, and the payload is the event.
  static bool accepts(const Shape& /*shape*/, Operation operation, const Answer& answer) {
    return answer.operation_of(operation) == operation &&
           static_cast<std::uint64_t>(answer.outcome) == crdt::Fold::digest(answer.payload.bytes());
  }
  /// A replica that alone appends hears nothing but acknowledgements.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return proposers(shape) == 1 && rank > 0 ? std::optional<Rank>(0) : std::nullopt;
  }
  /// A tick sends each unacknowledged event to each peer. At most in_flight appends wait, as an append that waits has no mark.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const auto others = static_cast<std::size_t>(shape.ranks) - 1, keep = static_cast<std::size_t>(shape["keep"]);
    const auto in_flight = static_cast<std::size_t>(shape.in_flight);
    return {.sends = in_flight + 1 + (times_out(shape) ? keep * others : 0),
            .completions = 2 * in_flight + 2,
            .leases = room(shape) + 1};
  }

  EventLog(const Shape& shape, Rank self)
      : self_(self),
        resends_(times_out(shape) && shape.ranks > 1),
        proposers_(static_cast<std::uint32_t>(proposers(shape))),
        own_(room(shape)),
        recent_(shape.ranks, shape["keep"]),
        unacknowledged_(shape.ranks, self, resends_ ? shape["keep"] : 1, 1000 * shape["resend_us"]) {}

  void propose(Operation /*operation*/, Payload payload, Out& out) {
    own(asked_++).payload = std::move(payload);
    append(out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    const std::uint32_t number = proposers_.quotient(message.first);
    if (message.kind == Kind::acknowledgement) {
      unacknowledged_.acknowledge(from, number);
      return append(out);
    }
    if (recent_.note(from, number)) {
      latest_ = {payload, fold_.add(payload.bytes())};
      out.complete(message.first, folded);
    }
    if (resends_) out.send(from, {.first = message.first, .kind = Kind::acknowledgement});
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    unacknowledged_.send_again(out.now(), [&](Rank peer, std::uint32_t number) {
      out.send(peer, {.first = operation_of(number), .kind = Kind::update}, own(number).payload);
    });
  }
  [[nodiscard]] Time deadline() const { return unacknowledged_.deadline(); }

  /// Of an operation that the last step folded.
  [[nodiscard]] Answer answer(Operation operation) const {
    const auto k = static_cast<std::uint32_t>(operation), number = proposers_.quotient(k);
    const Event& event = operation_of(number) == k ? own_[number & (own_.size() - 1)] : latest_;
    return {.outcome = static_cast<std::int64_t>(event.growth), .payload = event.payload};
  }

  [[nodiscard]] std::uint64_t fold() const { return fold_.value(); }
  /// How many events this replica has folded.
  [[nodiscard]] std::int64_t applied() const { return fold_.events(); }

 private:
  struct Event {
    Payload payload{};
    std::uint64_t growth = 0;  ///< of the fold
  };

  /// Own events that are kept: those that may be sent again, and those that wait.
  static std::size_t room(const Shape& shape) {
    const std::int64_t kept = times_out(shape) ? shape["keep"] + shape.in_flight : 1;
    return std::bit_ceil(static_cast<std::size_t>(kept));
  }
  /// What was asked for, as far as there is room.
  void append(Out& out) {
    for (; told_ < asked_ && (!resends_ || unacknowledged_.has_room()); ++told_) {
      Event& event = own(told_);
      const std::uint32_t k = operation_of(told_);
      out.send_others({.first = k, .count = 1, .kind = Kind::update}, event.payload);
      if (resends_) unacknowledged_.told(out.now());
      event.growth = fold_.add(event.payload.bytes());
      out.complete(k, appended);
      out.complete(k, folded);
    }
  }
  [[nodiscard]] Event& own(std::uint32_t number) { return own_[number & (own_.size() - 1)]; }
  [[nodiscard]] std::uint32_t operation_of(std::uint32_t number) const {
    return number * proposers_.by() + static_cast<std::uint32_t>(self_);
  }

  Rank self_;
  bool resends_;
  Divisor proposers_;
  std::uint32_t asked_ = 0;  ///< own events that a user has asked for
  std::uint32_t told_ = 0;   ///< of these, the ones that the others were told of
  std::vector<Event> own_;   ///< [number mod the length]
  Event latest_;             ///< of another replica
  crdt::Fold fold_;
  crdt::Recent recent_;
  crdt::Unacknowledged unacknowledged_;
};

}  // namespace coordbench
