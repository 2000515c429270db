#pragma once
// paranoid_sync — ranks hold one datum that hardly ever changes, and all tell all others of it again and again, to be sure.
//
//   every rank  ──state──►    all n = N - 1 others   every period_us, changed or not: the background
//   rank 0      ──request──►  last server            every operation: the foreground, an acknowledged send
//               ◄──answer──                          `acknowledged` two delays later, while the background runs
//
// Rank 0 alone changes the datum: `changes` percent of the operations do so, when they are asked. Such an operation is `known`
// at a rank once the rank has the change; at rank 0 every operation is, with its acknowledgement. What tells the others:
//
//   none        the timer: N n messages a period, and half a period passes until the change is known
//   gossip      each rank sends its version to one other a period, drawn at random. The one with the newer version sends its
//               state, the other its version: N messages a period, and O(log N) periods pass
//   on_change   the step that changes the datum: n messages, one delay, and no timer
//
// No operation needs any one of the messages that timers lead to, so these are background (count 0): their number grows with
// time. Therefore an operation costs exactly 2 messages (N = 1: 0), and with on_change 2 + n if it changes the datum. What the
// background costs: its messages a second, and how much slower `acknowledged` is than with on_change. The clock is read in all
// three, so that it is no part of the difference. A lost state is mended by the next with none and gossip; on_change needs
// channels that lose nothing.
// Source: Demers et al., PODC 1987, 1.2 (direct mail: on_change), 1.3 (anti-entropy: gossip).

#include "kernels/delivery/unacknowledged.hpp"
#include "kernels/gossip/partners.hpp"

namespace coordbench {

class ParanoidSync {
 public:
  enum class Kind : std::uint16_t { request, answer, state, digest };
  struct Message {
    std::uint32_t first;        ///< request and answer: the operation; else the newest change
    std::uint32_t version = 0;  ///< of its sender's state: the operation that changed it last, and 1; 0: none did
    std::uint16_t count = 0;
    Kind kind;
  };
  using Out = Outbox<Message>;
  enum Repair : std::int64_t { none, gossip, on_change };

  static constexpr About about{.level = 0,
                               .group = "anti-pattern",
                               .promise = "all ranks have the change after about a period; on_change: after one delay",
                               .survives = "loss and ranks that are down: the next period mends that; on_change: nothing",
                               .blocks = "without resend_us after a lost request",
                               .messages =
                                   "2; on_change: 2 + n for a change, n = N - 1; 0 at N = 1; background a period: none N n, "
                                   "gossip N, on_change 0",
                               .delays = "acknowledged 2, known 2",
                               .source = "Demers et al., PODC 1987, 1.2 and 1.3 (the repairs)",
                               .latency = Latency::makespan};
  static constexpr std::array parameters{
      Parameter{.name = "repair",
                .highest = on_change,
                .help = "all tell all each period (none), each asks one other each period, or rank 0 tells of each change",
                .choices = {"none", "gossip", "on_change"}},
      Parameter{.name = "period_us",
                .initial = 1000,
                .lowest = 1,
                .highest = 60'000'000,
                .help = "time between two times that a rank tells all others, or asks one"},
      Parameter{.name = "changes", .initial = 1, .highest = 100, .help = "percent of the operations that change the datum"},
      Parameter{.name = "resend_us",
                .highest = 1'000'000'000,
                .help = "time after which an unacknowledged request is sent again, 0: never"}};
  enum { acknowledged, known };
  static constexpr std::array marks{Mark{.name = "acknowledged"}, Mark{.name = "known", .answers = true}};
  static constexpr std::array<std::string_view, 2> kinds{"unchanged", "change"};

  static int kind(const Shape& shape, Operation k) { return is_change(k, shape["changes"]) ? 1 : 0; }
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation k) {
    return rank == 0 || (mark == known && kind(shape, k) == 1);
  }
  static Cost cost(const Shape& shape, Operation k) {
    const int others = shape.ranks - 1, told = shape["repair"] == on_change && kind(shape, k) == 1 ? others : 0;
    const int round_trip = others > 0 ? 2 : 0;
    return {.messages = round_trip + told, .delays = {round_trip, round_trip}};
  }
  static std::string unfit(const Shape& shape) {
    if (shape.in_flight == 1) return "";
    return "--in-flight " + std::to_string(shape.in_flight) +
           " was given, but a change has to be known before the next operation: give --in-flight 1";
  }
  static bool times_out(const Shape& /*shape*/) { return true; }
  /// A tick sends the open request again and tells all others. Several states of each other rank may wait here.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    return {.sends = 2,
            .completions = 2,
            .receives = 4 * static_cast<std::size_t>(shape.ranks),
            .leases = 2 + Window<int>::length(shape)};
  }

  ParanoidSync(const Shape& shape, Rank self)
      : shape_(shape),
        self_(self),
        repair_(shape["repair"]),
        period_us_(static_cast<int>(shape["period_us"])),
        changes_(shape["changes"]),
        unacknowledged_(shape, 1000 * shape["resend_us"]),
        alarm_(repair_ == on_change || shape.ranks == 1 ? kNever : kLongAgo) {}

  void propose(Operation k, Payload payload, Out& out) {
    const bool changes = is_change(k, changes_);
    if (changes) version_ = version_of(k), value_ = payload;
    unacknowledged_.sent(k, payload, out.now());
    if (shape_.ranks == 1) return hear(k, out);
    out.send(delivery::receiver(shape_), request(k, 1), std::move(payload));
    if (changes && repair_ == on_change) out.send_others(about_state(Kind::state, 1), value_);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.kind == Kind::request) return answer_request(from, message, out);
    if (message.kind == Kind::answer) return hear(message.first, out);
    if (message.kind == Kind::state) return learn(message.version, payload, out);
    if (message.version < version_) return out.send(from, about_state(Kind::state, 0), value_);
    if (message.version > version_) out.send(from, about_state(Kind::digest, 0));
  }

  [[nodiscard]] Time deadline() const { return std::min(alarm_, unacknowledged_.deadline()); }
  void tick(Out& out) {
    unacknowledged_.send_again(
        out.now(), [&](const auto& sent) { out.send(delivery::receiver(shape_), request(sent.operation, 0), sent.payload); });
    if (alarm_ <= out.now()) keep_pace(out);
  }

  [[nodiscard]] Answer answer(Operation k) const {
    return self_ == 0 ? Answer{1, unacknowledged_.payload_of(k)} : Answer{1, value_, Operation{version_} - 1};
  }

  [[nodiscard]] std::uint32_t version() const { return version_; }
  [[nodiscard]] const Payload& value() const { return value_; }
  /// When the rank next tells or asks; kNever: it does not.
  [[nodiscard]] Time alarm() const { return alarm_; }

 private:
  static constexpr Time kLongAgo = -60 * kSecond;  ///< longer than any period

  /// Spread evenly: of any 100 operations as many as `percent` says, operation 0 among them.
  static bool is_change(Operation k, std::int64_t percent) { return k * percent % 100 < percent; }
  static std::uint32_t version_of(Operation k) { return static_cast<std::uint32_t>(k) + 1; }
  static Message request(Operation k, std::uint16_t count) {
    return {.first = static_cast<std::uint32_t>(k), .count = count, .kind = Kind::request};
  }
  [[nodiscard]] Message about_state(Kind kind, std::uint16_t count) const {
    return {.first = version_ - 1, .version = version_, .count = count, .kind = kind};
  }

  static void answer_request(Rank from, Message message, Out& out) {
    message.kind = Kind::answer;
    out.send(from, message);
  }
  void hear(Operation k, Out& out) {
    auto* const sent = unacknowledged_.find(k);
    if (sent == nullptr || !unacknowledged_.close(*sent)) return;
    out.complete(k, acknowledged);
    out.complete(k, known);
  }
  void learn(std::uint32_t version, const Payload& value, Out& out) {
    if (version <= version_) return;
    version_ = version;
    value_ = out.in_own_memory(value);
    out.complete(Operation{version} - 1, known);
  }

  /// A rank that was kept from its timer for a whole period, or has not begun, begins at an instant of its own, because ranks
  /// that go on together after a pause would send all at once from then on.
  void keep_pace(Out& out) {
    const Time period = 1000 * Time{period_us_};
    const bool is_on_time = out.now() - alarm_ < period;
    ++ticks_;
    alarm_ = out.now() + (is_on_time ? period : phase());
    if (!is_on_time) return;
    if (repair_ == none) return out.send_others(about_state(Kind::state, 0), value_);
    out.send(*gossip::Partners(shape_, 1, 0, ticks_, self_).begin(), about_state(Kind::digest, 0));
  }
  [[nodiscard]] Time phase() const { return 1000 * Time{1 + Draw(shape_.seed, self_, ticks_).below(period_us_)}; }

  Shape shape_;
  Rank self_;
  std::int64_t repair_;
  int period_us_;
  std::int64_t changes_;
  delivery::Unacknowledged unacknowledged_;  ///< at rank 0
  Time alarm_;
  int ticks_ = 0;
  std::uint32_t version_ = 0;
  Payload value_{};
};

}  // namespace coordbench
