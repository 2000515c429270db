#pragma once
// two_phase_commit — all participants commit a transaction or none does, as one coordinator decides.
//
//   coordinator 0 ──prepare──►  participants 1 … N-1      everyone is asked
//                ◄───vote────                             `decided`  once all have voted: commit if all said yes
//                ──decision─►                             `learned`  at each participant that had said yes
//                ◄───ack─────                             `ended`    the coordinator may forget
//
// With n = N - 1 participants, r of them read-only and v voting no, y = n - r - v wait for the decision:
// messages = 2n + y, and y acks more where the variant wants them. A read-only participant votes and leaves. The variant says
// what may be concluded of a transaction that the coordinator has forgotten, and so which decision needs no ack:
// presumed_nothing acks both, presumed_abort only commits, presumed_commit only aborts.
// It blocks: a participant that has voted yes cannot decide alone, however long the coordinator stays silent.
//
// `order` = serial: the coordinator asks a participant once the one before has voted, and tells it once the one before has
// acknowledged: as many messages, but 4n delays. The first no ends the asking, and later participants hear nothing: with m
// participants asked, 2m + y messages and y acks, decided after 2m delays, learned after 2m + 2y - 1, ended after 2m + 2y.
// A decision that needs no acks is told to all at once: learned after 2m + 1 delays, ended after 2m.
//
// Source: Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, sections 2 and 3 (the variants); Bernstein, Hadzilacos, Goodman
// 1987, 7.3 (AC1–AC5).

#include <algorithm>
#include <optional>

#include "kernels/commit/participant.hpp"
#include "kernels/parts/delays.hpp"

namespace coordbench {

class TwoPhaseCommit : public commit::AtomicCommitment {
 public:
  enum Order : std::int64_t { parallel, serial };
  static constexpr About about{.level = 5,
                               .group = "commitment",
                               .promise = "all participants commit or none does",
                               .survives = "loss, with timeout_us; crashes that keep the log",
                               .blocks = "while the coordinator is down, or a participant that has not voted",
                               .messages = "4n, n = N - 1; presumed_commit: 3n; 2 fewer for each participant that only reads",
                               .delays = "decided 2, learned 3, ended 4; serial: 2n, 4n - 1, 4n",
                               .source = "Mohan, Lindsay, Obermarck, TODS 1986, 2-3",
                               .latency = Latency::proposer};
  static constexpr std::array parameters =
      commit::with(AtomicCommitment::parameters, {.name = "order",
                                                  .initial = parallel,
                                                  .highest = serial,
                                                  .help = "the coordinator asks and tells all participants at once, or one "
                                                          "after the other",
                                                  .choices = {"parallel", "serial"}});
  static Cost cost(const Shape& shape, Operation /*k*/) {
    const commit::Roles roles(shape);
    const std::int64_t m = asked_of(shape), y = roles.waiting();
    const std::int64_t acks = roles.acknowledges(roles.expected_outcome()) ? y : 0;
    const auto turns = [&](std::int64_t count) { return is_serial(shape) ? count : std::min<std::int64_t>(count, 1); };
    const std::int64_t decide = 2 * turns(m), end = decide + 2 * turns(acks);
    const std::int64_t learn = acks > 0 ? end - 1 : y > 0 ? decide + 1 : roles.no_votes > 0 ? decide - 1 : -1;
    return {.messages = 2 * m + y + acks, .delays = {decide, learn, end}};
  }
  /// A participant that is not asked does not learn.
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation k) {
    return AtomicCommitment::reaches(shape, mark, rank, k) && (mark != commit::learned || rank <= asked_of(shape));
  }
  static std::string unfit(const Shape& shape) {
    if (is_serial(shape) && 4 * (std::int64_t{shape.ranks} - 1) > kDelaysMost)
      return "order=serial with more than 8192 ranks, whose 4(N - 1) delays are not counted; give fewer ranks or parallel";
    return AtomicCommitment::unfit(shape);
  }
  /// One step answers at most everybody; a tick at most everybody in every open transaction. A participant speaks to the
  /// coordinator alone.
  static Bounds bounds(const Shape& shape, Rank rank) {
    const std::size_t slots = commit::Log::length(shape), listeners = rank == 0 ? static_cast<std::size_t>(shape.ranks) : 1;
    return {.sends = (times_out(shape) ? slots : 1) * listeners, .leases = slots};
  }
  /// Participants never talk to each other.
  static std::optional<Rank> hears_from(const Shape& /*shape*/, Rank rank) {
    return rank == 0 ? std::nullopt : std::optional<Rank>(0);
  }

  TwoPhaseCommit(const Shape& shape, Rank self)
      : log_(shape, self),
        ranks_(static_cast<std::size_t>(shape.ranks)),
        is_serial_(is_serial(shape)),
        voters_(self == 0 ? log_.size() * ranks_ : 0) {}

  /// The coordinator asks everyone, or the first. Call it for transactions that are at most in_flight apart from the oldest not
  /// ended.
  void propose(Operation k, Payload payload, Out& out) {
    const std::int64_t participants = log_.roles.participants;
    Transaction& transaction =
        log_[k] = {.operation = k, .answers_due = participants, .open = true, .payload = std::move(payload)};
    std::fill_n(voters_of(k), ranks_, is_serial_ ? Voter::unasked : Voter::asked);
    if (participants == 0) return decide(transaction, commit::committed, out);
    if (is_serial_) return ask_next(transaction, out);
    log_.set_alarm(transaction, out.now());
    out.send_others(Message::of(k, Kind::prepare), transaction.payload);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Operation k = message.first;
    switch (message.kind) {
      case Kind::prepare:
        return commit::cast_vote(log_, k, payload, out);
      case Kind::commit:
        return commit::learn(log_, k, commit::committed, out);
      case Kind::abort:
        return commit::learn(log_, k, commit::aborted, out);
      case Kind::acknowledge:
        return count_acknowledgement(from, k, out);
      case Kind::inquire:
        return answer_inquiry(from, k, out);
      default:
        return count_vote(from, k, message.kind, out);
    }
  }

  /// Wakes what has waited too long.
  void tick(Out& out) {
    for (Transaction& transaction : log_)
      if (transaction.alarm <= out.now()) hurry(transaction, out);
  }
  [[nodiscard]] Time deadline() const { return log_.earliest_alarm(); }

  /// Everything was written before it was told, so a crash forgets nothing but the alarms, and what was open when it struck
  /// has waited too long.
  void restart(Out& out) {
    for (Transaction& transaction : log_)
      if (transaction.open) hurry(transaction, out);
  }

  [[nodiscard]] Answer answer(Operation k) const { return log_.answer(k); }

 private:
  using Transaction = commit::Transaction;
  enum class Voter : std::uint8_t { unasked, asked, waiting, done };  ///< a participant, as the coordinator sees it

  static bool is_serial(const Shape& shape) { return shape["order"] == serial; }
  /// How many participants are asked while nothing fails. Those that vote no are the last ones.
  static std::int64_t asked_of(const Shape& shape) {
    const commit::Roles roles(shape);
    return roles.participants - (is_serial(shape) && roles.no_votes > 0 ? roles.no_votes - 1 : 0);
  }

  void count_vote(Rank from, Operation k, Kind vote, Out& out) {
    Transaction& transaction = log_[k];
    Voter& voter = voters_of(k)[from];
    if (transaction.operation != k || !transaction.open || voter != Voter::asked) return;
    voter = vote == Kind::vote_yes ? Voter::waiting : Voter::done;
    transaction.refused |= vote == Kind::vote_no;
    if (--transaction.answers_due > 0) return;
    if (is_serial_ && !transaction.refused && transaction.turn < log_.roles.participants) return ask_next(transaction, out);
    decide(transaction, transaction.refused ? commit::aborted : commit::committed, out);
  }

  void decide(Transaction& transaction, commit::Outcome outcome, Out& out) {
    transaction.outcome = outcome;
    transaction.turn = 0;
    out.complete(transaction.operation, commit::decided);
    go_on_telling(transaction, out);
  }
  /// Tells whoever waits, or the next of them. Ends the transaction if no acknowledgement is due.
  void go_on_telling(Transaction& transaction, Out& out) {
    const bool is_acknowledged = log_.roles.acknowledges(transaction.outcome);
    const std::int64_t told = is_serial_ && is_acknowledged ? tell_next(transaction, out) : tell_waiting(transaction, out);
    transaction.answers_due = is_acknowledged ? told : 0;
    if (transaction.answers_due == 0) return end(transaction, out);
    log_.set_alarm(transaction, out.now());
  }

  void count_acknowledgement(Rank from, Operation k, Out& out) {
    Transaction& transaction = log_[k];
    Voter& voter = voters_of(k)[from];
    if (transaction.operation != k || !transaction.open || voter != Voter::waiting) return;
    voter = Voter::done;
    if (is_serial_ && from != transaction.turn) return;  // it had inquired, and was told out of its turn
    if (--transaction.answers_due > 0) return;
    if (is_serial_) return go_on_telling(transaction, out);
    end(transaction, out);
  }

  void end(Transaction& transaction, Out& out) {
    transaction.open = false;
    transaction.alarm = kNever;
    out.complete(transaction.operation, commit::ended);
  }

  /// Returns how many were told.
  std::int64_t tell_waiting(const Transaction& transaction, Out& out) {
    const Voter* voters = voters_of(transaction.operation);
    std::int64_t told = 0;
    for (Rank to = 1; to <= log_.roles.participants; ++to) {
      if (voters[to] != Voter::waiting) continue;
      tell(to, transaction.operation, transaction.outcome, out);
      ++told;
    }
    return told;
  }
  /// Where participants take turns. Returns how many were told: one, or none if nobody waits.
  std::int64_t tell_next(Transaction& transaction, Out& out) {
    const Voter* voters = voters_of(transaction.operation);
    while (++transaction.turn <= log_.roles.participants)
      if (voters[transaction.turn] == Voter::waiting)
        return tell(transaction.turn, transaction.operation, transaction.outcome, out), 1;
    return 0;
  }
  void ask_next(Transaction& transaction, Out& out) {
    transaction.answers_due = 1;
    voters_of(transaction.operation)[++transaction.turn] = Voter::asked;
    log_.set_alarm(transaction, out.now());
    out.send(transaction.turn, Message::of(transaction.operation, Kind::prepare), transaction.payload);
  }
  static void tell(Rank to, Operation k, commit::Outcome outcome, Out& out) {
    out.send(to, Message::of(k, outcome == commit::committed ? Kind::commit : Kind::abort));
  }

  // ---- what happens only when something fails ------------------------------------------------------------------------------

  /// Waited for too long, or interrupted by a crash: a participant asks for the outcome. For the coordinator a missing vote
  /// counts as a no; where an acknowledgement is missing, it tells the decision again.
  [[gnu::noinline, gnu::cold]] void hurry(Transaction& transaction, Out& out) {
    if (log_.self != 0) return commit::inquire(log_, transaction, out);
    if (transaction.outcome == commit::undecided) return give_up_on_votes(transaction, out);
    log_.set_alarm(transaction, out.now());
    if (is_serial_) return tell(transaction.turn, transaction.operation, transaction.outcome, out);
    tell_waiting(transaction, out);
  }

  /// A vote that never came may have been a yes, so its voter waits for the decision as the others do.
  void give_up_on_votes(Transaction& transaction, Out& out) {
    Voter* voters = voters_of(transaction.operation);
    std::replace(voters + 1, voters + ranks_, Voter::asked, Voter::waiting);
    decide(transaction, commit::aborted, out);
  }

  /// Mohan 1986, 3: "no information" is an answer too, and the variant says which.
  [[gnu::noinline, gnu::cold]] void answer_inquiry(Rank from, Operation k, Out& out) {
    const Transaction& transaction = log_[k];
    const bool is_known = transaction.operation == k && transaction.open;
    const commit::Outcome outcome = is_known ? transaction.outcome : log_.roles.presumed_outcome();
    if (outcome != commit::undecided) tell(from, k, outcome, out);
  }

  Voter* voters_of(Operation k) { return voters_.data() + log_.index(k) * ranks_; }

  commit::Log log_;
  std::size_t ranks_;
  bool is_serial_;
  std::vector<Voter> voters_;  ///< [slot, rank], at the coordinator
};

}  // namespace coordbench
