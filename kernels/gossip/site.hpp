#pragma once
// What a rank is in every kind of gossip: uninformed until the rumour reaches it, and able to pass it on from then on. When it
// calls is the pace:
//
//   timer     every period, from an instant of its own on, and `ttl` times at most
//   receipt   `fanout` ranks at once, when it is informed or begins; whom an answer without the rumour reaches asks another
//   lockstep  in every round that the harness calls out: so the distribution of rounds and messages is exact, and time is not
//
// In lock-step, word of a round and its messages travel apart, so a message of round r may come before its receiver is told of
// round r. Messages therefore carry their round, and a rank its first: informed in round r, it behaves as uninformed until r is
// over.
// Source: Karp, Schindelhauer, Shenker, Vöcking, FOCS 2000, section 1 (the random phone call model); Demers et al., PODC 1987.

#include <limits>
#include <string>

#include "kernels/gossip/reach.hpp"
#include "kernels/gossip/setting.hpp"

namespace coordbench::gossip {

struct Message {
  enum class Kind : std::uint16_t {
    rumour,
    request,
    known,   ///< the answer to a rumour that its receiver knew
    nothing  ///< the answer to a request: no rumour here
  };
  static constexpr int count = 1;  ///< every message is of one rumour
  std::uint32_t first;             ///< the operation whose rumour it is
  std::uint16_t round;             ///< in lock-step, the round in which it was sent, or the request that it answers; else 0
  Kind kind;
};

inline constexpr std::int64_t kInformed = 1;  ///< the outcome of every operation

template <Calls kCalls>
class Site {
 public:
  using Message = gossip::Message;
  using Kind = Message::Kind;
  using Out = Outbox<Message>;
  enum { informed };
  static constexpr Calls calls = kCalls;
  static constexpr std::array marks{Mark{.name = "informed", .where = Where::everywhere, .answers = true}};

  static bool in_rounds(const Shape& shape) { return shape["pace"] == lockstep; }
  static bool times_out(const Shape& shape) { return shape["pace"] == timer; }
  /// Who asks has to know that there is something to ask for.
  static bool starts_everywhere(const Shape& shape) { return kCalls.pulls && !in_rounds(shape); }
  static Silence silence(const Shape& shape) {
    const Setting setting(shape, kCalls);
    return {.first = setting.pace == timer ? setting.ttl * setting.period : setting.period, .again = setting.period};
  }
  static std::string unfit(const Shape& shape) {
    if (shape.in_flight > 1) return "two rumours cannot be under way at once";
    if (shape.ranks > 1 && shape["fanout"] >= shape.ranks) return "fanout above the number of other ranks";
    if (Setting(shape, kCalls).known_most > 0 && shape["pace"] != timer) return "k is for pace=timer";
    return "";
  }
  /// A rank calls `fanout` others, and answers one; everybody may call it. It keeps the rumour, and the last one until then.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const auto fanout = static_cast<std::size_t>(shape["fanout"]), ranks = static_cast<std::size_t>(shape.ranks);
    return {.sends = fanout + 1, .receives = ranks + fanout, .leases = 2};
  }

  Site(const Shape& shape, Rank self) : shape_(shape), self_(self), setting_(shape, kCalls) {}

  /// Where ranks pull, an operation begins at every rank.
  void begin(Operation operation, Out& out) {
    if (!takes_up(operation) || informed_in_ != kNotYet) return;
    if (setting_.pace == receipt)
      call(Kind::request, out);
    else
      start_ticking(out);
  }
  void propose(Operation operation, const Payload& rumour, Out& out) {
    if (takes_up(operation))
      hear({.first = static_cast<std::uint32_t>(operation), .round = 0, .kind = Kind::rumour}, rumour, out);
  }

  void round(Operation operation, int round, Out& out) {
    if (!takes_up(operation)) return;
    const bool knows = informed_before(round);
    if (knows ? kCalls.pushes : kCalls.pulls) call(knows ? Kind::rumour : Kind::request, out, round);
  }

  [[nodiscard]] Time deadline() const { return alarm_; }
  void tick(Out& out) {
    if (alarm_ > out.now()) return;
    alarm_ = --calls_left_ > 0 ? out.now() + setting_.period : kNever;
    call(is_informed() ? Kind::rumour : Kind::request, out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (!takes_up(message.first)) return;
    if (message.kind == Kind::request)
      answer_request(from, message, out);
    else if (message.kind == Kind::nothing)
      ask_another(out);
    else if (message.kind == Kind::known)
      count_known();
    else if (!is_informed())
      hear(message, payload, out);
    else if (setting_.known_most > 0)
      send(from, Kind::known, 0, out);
  }

  /// The newest operation that this rank has heard of.
  [[nodiscard]] Operation takes_part_in() const { return operation_; }
  [[nodiscard]] Answer answer(Operation operation) const {
    return operation == operation_ && is_informed() ? Answer{kInformed, rumour_} : Answer{};
  }

 protected:
  /// The expectation of so many rumours in lock-step, one after the other, or with a pace of its own where it has a closed
  /// form. How long a chain of messages grows is random.
  static Cost expected(const Shape& shape, Operations operations) {
    const double one = messages_expected(shape, Setting(shape, kCalls));
    return {.messages = one < 0 ? -1 : static_cast<double>(operations.count) * one, .delays = {-1}};
  }

 private:
  static constexpr int kNotYet = std::numeric_limits<int>::max();

  static double messages_expected(const Shape& shape, const Setting& setting) {
    if (shape.ranks == 1) return 0;
    if (setting.pace == lockstep) return Expectation(shape.ranks, setting.fanout, kCalls).messages();
    if (kCalls.pulls || setting.known_most > 0) return -1;
    if (setting.pace == receipt) return setting.fanout * Reach(shape.ranks, setting.fanout).informed();
    return static_cast<double>(setting.fanout) * setting.ttl * shape.ranks;  // once all are informed
  }

  /// Turns to a newer operation, of which it knows nothing yet; false for one that is over.
  bool takes_up(Operation operation) {
    if (operation > operation_) {
      operation_ = operation;
      informed_in_ = kNotYet;
      rumour_ = {};
      alarm_ = kNever;
      called_ = known_ = 0;
      calls_left_ = setting_.ttl;
    }
    return operation == operation_;
  }

  [[nodiscard]] bool is_informed() const { return informed_in_ != kNotYet; }
  [[nodiscard]] bool informed_before(int round) const { return informed_in_ < round; }

  void hear(const Message& message, const Payload& rumour, Out& out) {
    informed_in_ = message.round;
    rumour_ = rumour;
    out.complete(message.first, informed);
    if (!kCalls.pushes)
      alarm_ = kNever;
    else if (setting_.pace == receipt)
      call(Kind::rumour, out);
    else if (setting_.pace == timer && alarm_ == kNever && calls_left_ == setting_.ttl)
      start_ticking(out);
  }
  /// From an instant within the first period on that is the rank's own.
  void start_ticking(Out& out) {
    const auto period_us = static_cast<int>(setting_.period / 1000);
    alarm_ = out.now() + 1000 * Time{Draw(shape_.seed, operation_, self_, kPhase).below(period_us)};
  }

  /// Only a rank that was informed before the round of a request answers it. By timers the others stay silent.
  void answer_request(Rank from, const Message& request, Out& out) const {
    if (setting_.pace == lockstep ? informed_before(request.round) : is_informed())
      send(from, Kind::rumour, request.round, out);
    else if (setting_.pace == receipt)
      send(from, Kind::nothing, 0, out);
  }
  void ask_another(Out& out) {
    if (is_informed() || called_ >= setting_.ttl * setting_.fanout) return;
    send(*Partners(shape_, 1, operation_, kAskingAgain + ++called_, self_).begin(), Kind::request, 0, out);
  }
  void count_known() {
    if (++known_ == setting_.known_most) alarm_ = kNever;
  }

  /// The partners of a round are drawn anew in each.
  void call(Kind kind, Out& out, int round = 0) {
    const int draw = setting_.pace == lockstep ? round : ++called_;
    for (const Rank to : Partners(shape_, setting_.fanout, operation_, draw, self_)) send(to, kind, round, out);
  }
  void send(Rank to, Kind kind, int round, Out& out) const {
    const Message message{
        .first = static_cast<std::uint32_t>(operation_), .round = static_cast<std::uint16_t>(round), .kind = kind};
    out.send(to, message, kind == Kind::rumour ? rumour_ : Payload());
  }

  static constexpr int kPhase = 1 << 30U, kAskingAgain = 1 << 20U;  // draws that are no other's

  Shape shape_;
  Rank self_;
  Setting setting_;
  Operation operation_ = -1;
  int informed_in_ = kNotYet;  ///< in lock-step, the round in which the rumour came; 0: proposed here
  Payload rumour_;
  Time alarm_ = kNever;
  int calls_left_ = 0;  ///< by timers
  int called_ = 0, known_ = 0;
};

}  // namespace coordbench::gossip
