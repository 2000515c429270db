#pragma once
// bully_election — a rank that misses the coordinator asks all higher ranks to take over; the highest that is alive leads.
//
//   initiator 1 ──election──►  2 and 3        all higher ranks: are you there?
//               ◄──answer────                 each answers, and holds an election of its own, once
//               2 ──election─► 3,  2 ◄─answer── 3
//   3 ──coordinator──► 0, 1, 2                the highest has nobody to ask: it leads. `known` at each rank;
//                                             `ended` at each that knows and waits for no answer
//
// Of m ranks from the initiator up, each pair exchanges an election and an answer, and the coordinator tells all:
// m(m - 1) + N - 1 messages, which is N² - 1 from the lowest rank and N - 1 from the highest. The highest leads at the first
// election message that reaches it, so timing decides the delays: known from 2, ended from 2 or, where m > 2, 3. At most
// 2(m - 1): each rank asks once and the coordinator tells once, m messages; after an answer only answers to lower ranks
// follow, m - 2.
// With `timeout_us` a rank without an answer leads itself, and a rank that is answered but not told who leads begins another
// round. The newest round counts, and in one round the highest rank. A rank that comes back after a crash begins a new round.
// Safe only without partitions and with timely messages: a rank that is cut off, or slower than the time-out, is taken to be
// dead, and there may be two leaders.
// Source: Garcia-Molina, IEEE Transactions on Computers C-31(1) 1982, in the form of Coulouris et al., "Distributed Systems",
// 2011, 15.3: without the messages by which Garcia-Molina halts lower ranks first.

#include "kernels/election/election.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench {

class BullyElection {
 public:
  struct Message {
    enum class Kind : std::uint32_t {
      election,
      answer,
      coordinator,
      newer  ///< the round that was spoken of is over; this one is the newest that the sender knows
    };
    std::uint32_t first;  ///< the operation
    std::uint32_t count;
    std::uint32_t round;  ///< of the operation, from 0
    Kind kind;
  };
  using Kind = Message::Kind;
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 2,
      .group = "election",
      .promise = "every rank knows the highest live rank; two leaders after a partition or late messages",
      .survives = "crashes, with timeout_us; no loss, no partition, no message later than half a time-out",
      .blocks = "without timeout_us after a crash",
      .messages =
          "m(m - 1) + N - 1 from an initiator with m - 1 ranks above: N^2 - 1 from the lowest, "
          "N - 1 from the highest",
      .delays =
          "by timing: known 2, ended 2 or, where m > 2, 3; both at most 2(m - 1); "
          "m = 1: 1; N = 1: 0",
      .source = "Garcia-Molina, IEEE Trans. Computers 1982; Coulouris et al. 2011, 15.3",
      .latency = Latency::makespan,
      .count_rule = CountRule::range,
      .has_payload = false};
  enum Initiator : std::int64_t { lowest, highest, by_operation };
  static constexpr std::array parameters{
      Parameter{.name = "initiator",
                .highest = by_operation,
                .help = "which rank misses the coordinator: the lowest, the highest, or rank k mod N in operation k",
                .choices = {"lowest", "highest", "by_operation"}},
      Parameter{.name = "timeout_us",
                .highest = 60'000'000,
                .help =
                    "how long a rank waits for answers, twice as long for the coordinator; 0: for ever; at least two message "
                    "delays, else a slow rank is taken to be dead"}};
  enum { known, ended };
  static constexpr std::array marks{Mark{.name = "known", .where = Where::everywhere, .answers = true},
                                    Mark{.name = "ended", .where = Where::everywhere}};

  static Cost cost(const Shape& shape, Operation k) {
    const std::int64_t n = shape.ranks, m = n - initiator_of(shape, k);
    const Range messages = m * (m - 1) + n - 1;
    if (m == 1) return {.messages = messages, .delays = {n > 1 ? 1 : 0, n > 1 ? 1 : 0}};
    return {.messages = messages, .delays = {Range{2, 2 * (m - 1)}, Range{m > 2 ? 3 : 2, 2 * (m - 1)}}};
  }
  static bool accepts(const Shape& shape, Operation /*k*/, const Answer& answer) {
    return answer.of == Answer::nothing && answer.outcome == shape.ranks - 1;
  }
  static std::string unfit(const Shape& shape) { return election::unfit(shape); }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  /// In one step a rank answers, and asks or tells all. Each other rank may have asked, answered and told it.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    return {.sends = 2, .completions = 2, .receives = 3 * static_cast<std::size_t>(shape.ranks), .leases = 1};
  }

  BullyElection(const Shape& shape, Rank self)
      : self_(self),
        higher_(shape.ranks - 1 - self),
        initiator_(shape["initiator"]),
        ranks_(static_cast<std::uint32_t>(shape.ranks)),
        timeout_(shape["timeout_us"] * 1000),
        answered_(static_cast<std::size_t>(shape.ranks), false) {}

  /// The coordinator is gone: every rank forgets it, and one misses it.
  void begin(Operation k, Out& out) {
    if (k > operation_) turn_to(k, 0);
    if (self_ == initiator(k)) hold_election(out);
  }

  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    const Operation k = message.first;
    if (k < operation_ || (k == operation_ && message.round < round_)) return tell_of_newer(from, message, out);
    if (k > operation_ || message.round > round_) {
      turn_to(k, message.round);
      if (message.kind == Kind::newer) return begin_round(out);
    }
    if (message.kind == Kind::election) {
      out.send(from, in_this_round(Kind::answer));
      hold_election(out);
    } else if (message.kind == Kind::answer) {
      count_answer(from, out);
    } else if (message.kind == Kind::coordinator) {
      hear_of_coordinator(from, out);
    }
  }

  /// A rank that has not answered by now is dead.
  void tick(Out& out) {
    if (alarm_ > out.now()) return;
    alarm_ = kNever;
    if (coordinator_ != election::nobody)
      end(out);
    else if (missing_ == higher_)
      lead(out);
    else
      begin_round(out);  // so is the rank that answered and should have led
  }
  [[nodiscard]] Time deadline() const { return alarm_; }

  /// The round is on disk, the rest is gone.
  void restart(Out& out) {
    if (operation_ >= 0) begin_round(out);
  }

  [[nodiscard]] Answer answer(Operation /*k*/) const { return election::leader_is(coordinator_); }

  // ---- for observers -------------------------------------------------------------------------------------------------------

  [[nodiscard]] Operation operation() const { return operation_; }
  [[nodiscard]] std::uint32_t newest_round() const { return round_; }
  [[nodiscard]] Rank coordinator() const { return coordinator_; }

 private:
  static Rank initiator_of(const Shape& shape, Operation k) {
    if (shape["initiator"] == by_operation) return static_cast<Rank>(k % shape.ranks);
    return shape["initiator"] == lowest ? 0 : shape.ranks - 1;
  }
  [[nodiscard]] Rank initiator(Operation k) const {
    if (initiator_ != by_operation) return initiator_ == lowest ? 0 : static_cast<Rank>(ranks_.by()) - 1;
    const auto number = static_cast<std::uint32_t>(k);
    return static_cast<Rank>(number - ranks_.quotient(number) * ranks_.by());
  }
  [[nodiscard]] Message in_this_round(Kind kind) const {
    return {.first = static_cast<std::uint32_t>(operation_), .count = 1, .round = round_, .kind = kind};
  }

  void turn_to(Operation k, std::uint32_t round) {
    operation_ = k;
    round_ = round;
    coordinator_ = election::nobody;
    holds_ = false;
    missing_ = 0;
    alarm_ = kNever;
  }

  void hold_election(Out& out) {
    if (holds_) return;
    holds_ = true;
    if (higher_ == 0) return lead(out);
    missing_ = higher_;
    answered_.assign(answered_.size(), false);
    set_alarm(timeout_, out);
    out.send_others(in_this_round(Kind::election), Payload(), higher_);  // to the ranks behind this one
  }
  void count_answer(Rank from, Out& out) {
    if (missing_ == 0 || answered_[static_cast<std::size_t>(from)]) return;
    answered_[static_cast<std::size_t>(from)] = true;
    if (coordinator_ == election::nobody) set_alarm(2 * timeout_, out);
    if (--missing_ == 0 && coordinator_ != election::nobody) end(out);
  }
  void lead(Out& out) {
    out.send_others(in_this_round(Kind::coordinator));
    missing_ = 0;
    follow(self_, out);
  }
  /// A lower rank leads because it took this one to be dead: this one takes over. Of two in the same round the higher leads; it
  /// begins another round, because a rank that has just come back may have heard only the lower one.
  void hear_of_coordinator(Rank from, Out& out) {
    if (from < self_ && coordinator_ == self_)
      begin_round(out);
    else if (from < self_)
      hold_election(out);
    else if (from >= coordinator_)
      follow(from, out);
  }
  void follow(Rank coordinator, Out& out) {
    coordinator_ = coordinator;
    told_.tell(operation_, known, out);
    if (missing_ == 0) end(out);
  }
  /// All that it asked have answered, or are dead.
  void end(Out& out) {
    missing_ = 0;
    alarm_ = kNever;
    told_.tell(operation_, ended, out);
  }
  void set_alarm(Time timeout, Out& out) {
    if (timeout_ > 0) alarm_ = out.now() + timeout;
  }

  // ---- what happens only when something fails ------------------------------------------------------------------------------

  [[gnu::noinline, gnu::cold]] void begin_round(Out& out) {
    turn_to(operation_, round_ + 1);
    hold_election(out);
  }
  /// Of a message of a round that is over. Its sender may have been away. Or nothing failed: a rank that was told the
  /// coordinator before it was asked has ended the operation, and its own election may outlast it; all that it asks have held
  /// theirs, because the initiator has had their answers.
  [[gnu::noinline, gnu::cold]] void tell_of_newer(Rank from, const Message& message, Out& out) const {
    if (message.kind == Kind::answer || message.kind == Kind::newer) return;
    if (message.kind == Kind::election && message.first < operation_) {
      Message late = message;
      late.kind = Kind::answer;
      out.send(from, late);
    }
    Message newer = in_this_round(Kind::newer);
    newer.count = 0;
    out.send(from, newer);
  }

  Rank self_;
  int higher_;  ///< ranks above this one
  std::int64_t initiator_;
  Divisor ranks_;
  Time timeout_;              ///< ns; 0: none
  Operation operation_ = -1;  ///< the newest that this rank has heard of
  std::uint32_t round_ = 0;   ///< of that operation
  Rank coordinator_ = election::nobody;
  bool holds_ = false;          ///< it has held its election in this round
  int missing_ = 0;             ///< answers
  std::vector<bool> answered_;  ///< [rank]
  Time alarm_ = kNever;
  election::Told told_{};
};

}  // namespace coordbench
