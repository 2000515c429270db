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
// Source: Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, sections 2 and 3 (the variants); Bernstein, Hadzilacos, Goodman
// 1987, 7.3 (AC1–AC5).

#include <bit>
#include <optional>

#include "harness/protocol.hpp"
#include "kernels/parts/commit_roles.hpp"

namespace coordbench {

class TwoPhaseCommit {
 public:
  static constexpr auto presumed_nothing = CommitRoles::presumed_nothing, presumed_abort = CommitRoles::presumed_abort,
                        presumed_commit = CommitRoles::presumed_commit;
  static constexpr auto undecided = CommitRoles::undecided, committed = CommitRoles::committed, aborted = CommitRoles::aborted;
  using Outcome = CommitRoles::Outcome;
  using Vote = CommitRoles::Vote;
  enum class Kind : std::uint8_t { prepare, vote_yes, vote_no, vote_read_only, commit, abort, acknowledge, inquire };
  enum { decided, learned, ended };

  struct Message {
    static constexpr int count = 1;  ///< every message is of one transaction
    std::uint32_t first;             ///< the transaction
    Kind kind;
  };

  static constexpr About about{.level = 5,
                               .promise = "all participants commit or none does; blocks while the coordinator is down",
                               .messages = "4n, n = N - 1 (presumed_commit 3n; read-only r: 2r instead of 4r)",
                               .delays = "decided 2, learned 3, ended 4",
                               .source = "Mohan, Lindsay, Obermarck, TODS 1986, 2-3",
                               .latency = Latency::proposer};
  static constexpr std::array parameters = kCommitParameters;
  static constexpr std::array marks{Mark{.name = "decided", .where = Mark::Where::proposer, .answers = true},
                                    Mark{.name = "learned", .where = Mark::Where::everywhere, .answers = true},
                                    Mark{.name = "ended", .where = Mark::Where::proposer}};

  static std::int64_t messages(const Shape& shape) { return CommitRoles(shape).messages(); }
  static int delays(const Shape& shape, int mark) {
    const CommitRoles roles(shape);
    if (roles.participants == 0) return mark == learned ? -1 : 0;
    if (mark == decided) return 2;
    if (mark == learned) return roles.waiting() > 0 ? 3 : roles.no_votes > 0 ? 1 : -1;
    return roles.waiting() > 0 && roles.acknowledges(roles.expected_outcome()) ? 4 : 2;
  }
  static std::string unfit(const Shape& shape) {
    return CommitRoles(shape).waiting() >= 0 ? "" : "more read-only participants and no-votes than participants";
  }
  static std::int64_t expected_outcome(const Shape& shape) { return CommitRoles(shape).expected_outcome(); }
  static bool answers(const Shape& shape, Rank rank) { return rank == 0 || rank > shape["read_only"]; }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }

  /// One step answers at most everybody; a tick at most everybody in every open transaction.
  static std::size_t outbox_capacity(const Shape& shape) {
    return static_cast<std::size_t>(shape.ranks) * static_cast<std::size_t>(times_out(shape) ? 2 * shape.in_flight : 1) + 2;
  }
  /// The coordinator hears each participant once per open transaction; a participant may hear of the next before it is done
  /// with this one.
  static std::size_t in_degree(const Shape& shape, Rank rank) {
    return static_cast<std::size_t>(shape.in_flight) * static_cast<std::size_t>(rank == 0 ? shape.ranks : 2);
  }
  /// Participants never talk to each other.
  static std::optional<Rank> hears_from(const Shape& /*shape*/, Rank rank) {
    return rank == 0 ? std::nullopt : std::optional<Rank>(0);
  }
  /// Every slot keeps its transaction's payload until the slot is used again.
  static std::size_t leases(const Shape& shape) { return slots(shape); }

  TwoPhaseCommit(const Shape& shape, Rank self)
      : roles_(shape),
        self_(self),
        timeout_(shape["timeout_us"] * 1000),
        slots_(slots(shape)),
        transactions_(slots_),
        voters_(self == 0 ? slots_ * static_cast<std::size_t>(shape.ranks) : 0) {}

  /// The coordinator asks everyone. Call it for transactions that are at most in_flight apart from the oldest not ended.
  template <class Out>
  void propose(Time now, Operation operation, Payload payload, Out& out) {
    Transaction& transaction =
        slot(operation) = {.operation = operation, .votes_due = roles_.participants, .payload = std::move(payload)};
    set_alarm(transaction, now);
    for (Rank to = 1; to <= roles_.participants; ++to) {
      voter(operation, to) = Voter::asked;
      out.send(to, about_one(operation, Kind::prepare), transaction.payload);
    }
    if (roles_.participants == 0) decide(now, transaction, committed, out);
  }

  template <class Out>
  void step(Time now, Rank from, const Message& message, const Payload& payload, Out& out) {
    const Kind kind = message.kind;
    if (kind == Kind::prepare)
      cast_vote(now, message.first, payload, out);
    else if (kind == Kind::commit || kind == Kind::abort)
      learn(message.first, kind == Kind::commit ? committed : aborted, out);
    else if (kind == Kind::acknowledge)
      count_acknowledgement(from, message.first, out);
    else if (kind == Kind::inquire)
      answer_inquiry(from, message.first, out);
    else
      count_vote(now, from, message.first, kind, out);
  }

  /// Wakes what has waited too long: the coordinator decides to abort or tells again, a participant asks.
  template <class Out>
  void tick(Time now, Out& out) {
    for (Transaction& transaction : transactions_) {
      if (transaction.alarm > now) continue;
      set_alarm(transaction, now);
      if (self_ != 0)
        out.send(0, about_one(transaction.operation, Kind::inquire));
      else if (transaction.outcome == undecided)
        give_up_on_votes(now, transaction, out);
      else
        tell_again(transaction, out);
    }
  }
  [[nodiscard]] Time deadline() const {
    Time earliest = kNever;
    for (const Transaction& transaction : transactions_) earliest = std::min(earliest, transaction.alarm);
    return earliest;
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    const Transaction& transaction = transactions_[index(operation)];
    return transaction.operation == operation ? Answer{transaction.outcome, transaction.payload} : Answer{};
  }

 private:
  enum class Voter : std::uint8_t { asked, waiting, done };  ///< as the coordinator sees a participant

  /// One rank's view of one transaction. A participant's alarm is set while it is uncertain.
  struct Transaction {
    Operation operation = -1;
    std::int64_t votes_due = 0;
    std::int64_t acks_due = 0;
    bool refused = false;  ///< somebody voted no
    Outcome outcome = undecided;
    bool open = true;  ///< not ended at the coordinator; not left at a participant
    Time alarm = kNever;
    Payload payload{};
  };

  // ---- coordinator -------------------------------------------------------------------------------------------------

  template <class Out>
  void count_vote(Time now, Rank from, Operation operation, Kind kind, Out& out) {
    Transaction& transaction = slot(operation);
    if (transaction.operation != operation || !transaction.open || voter(operation, from) != Voter::asked) return;
    voter(operation, from) = kind == Kind::vote_yes ? Voter::waiting : Voter::done;
    transaction.refused |= kind == Kind::vote_no;
    if (--transaction.votes_due == 0) decide(now, transaction, transaction.refused ? aborted : committed, out);
  }

  template <class Out>
  void decide(Time now, Transaction& transaction, Outcome outcome, Out& out) {
    transaction.outcome = outcome;
    set_alarm(transaction, now);
    out.complete(transaction.operation, decided);
    tell_waiting(transaction, out);
    end_if_done(transaction, out);
  }

  /// The first time that the waiting are told; without an ack to wait for, they are done.
  template <class Out>
  void tell_waiting(Transaction& transaction, Out& out) {
    const bool acknowledged = roles_.acknowledges(transaction.outcome);
    for (Rank to = 1; to <= roles_.participants; ++to) {
      if (voter(transaction.operation, to) != Voter::waiting) continue;
      send_decision(transaction.operation, transaction.outcome, to, out);
      if (acknowledged)
        ++transaction.acks_due;
      else
        voter(transaction.operation, to) = Voter::done;
    }
  }

  template <class Out>
  void tell_again(const Transaction& transaction, Out& out) {
    for (Rank to = 1; to <= roles_.participants; ++to)
      if (voter(transaction.operation, to) == Voter::waiting)
        send_decision(transaction.operation, transaction.outcome, to, out);
  }

  /// A vote that never came may have been a yes, so its voter waits for the decision as the others do.
  template <class Out>
  void give_up_on_votes(Time now, Transaction& transaction, Out& out) {
    for (Rank rank = 1; rank <= roles_.participants; ++rank)
      if (voter(transaction.operation, rank) == Voter::asked) voter(transaction.operation, rank) = Voter::waiting;
    transaction.votes_due = 0;
    decide(now, transaction, aborted, out);
  }

  template <class Out>
  void count_acknowledgement(Rank from, Operation operation, Out& out) {
    Transaction& transaction = slot(operation);
    if (transaction.operation != operation || !transaction.open || voter(operation, from) != Voter::waiting) return;
    voter(operation, from) = Voter::done;
    --transaction.acks_due;
    end_if_done(transaction, out);
  }

  template <class Out>
  void end_if_done(Transaction& transaction, Out& out) {
    if (transaction.acks_due > 0) return;
    transaction.open = false;
    transaction.alarm = kNever;
    out.complete(transaction.operation, ended);
  }

  /// Mohan 1986, 3: "no information" is an answer too, and the variant says which.
  template <class Out>
  void answer_inquiry(Rank from, Operation operation, Out& out) {
    const Transaction& transaction = slot(operation);
    if (transaction.operation == operation && transaction.open) {
      if (transaction.outcome != undecided) send_decision(operation, transaction.outcome, from, out);
    } else if (roles_.presumed_outcome() != undecided) {
      send_decision(operation, roles_.presumed_outcome(), from, out);
    }
  }

  // ---- participant -------------------------------------------------------------------------------------------------

  template <class Out>
  void cast_vote(Time now, Operation operation, const Payload& payload, Out& out) {
    Transaction& transaction = slot(operation);
    const Vote vote = roles_.vote_of(self_);
    if (transaction.operation > operation || (transaction.operation == operation && !transaction.open)) return;  // a late copy
    if (transaction.operation >= 0 && transaction.operation < operation && transaction.open) return;  // no room: be asked again
    if (transaction.operation < operation) {
      transaction = {.operation = operation, .open = vote == Vote::yes, .payload = payload};
      if (vote == Vote::yes) set_alarm(transaction, now);
      if (vote == Vote::no) transaction.outcome = aborted;
      if (vote == Vote::no) out.complete(operation, learned);
    }
    out.send(0, about_one(operation, vote == Vote::yes  ? Kind::vote_yes
                                     : vote == Vote::no ? Kind::vote_no
                                                        : Kind::vote_read_only));
  }

  /// A decision may overtake its prepare; it is kept, so that the late prepare finds the matter closed.
  template <class Out>
  void learn(Operation operation, Outcome outcome, Out& out) {
    Transaction& transaction = slot(operation);
    if (transaction.operation < operation) {
      if (transaction.operation >= 0 && transaction.open) return;  // no room before that one is decided: be told again
      transaction = {.operation = operation};
    }
    if (transaction.operation == operation && transaction.open) {
      transaction.outcome = outcome;
      transaction.open = false;
      transaction.alarm = kNever;
      out.complete(operation, learned);
    }
    if (roles_.acknowledges(outcome)) out.send(0, about_one(operation, Kind::acknowledge));
  }

  // ---- both --------------------------------------------------------------------------------------------------------

  static Message about_one(Operation operation, Kind kind) {
    return {.first = static_cast<std::uint32_t>(operation), .kind = kind};
  }
  template <class Out>
  static void send_decision(Operation operation, Outcome outcome, Rank to, Out& out) {
    out.send(to, about_one(operation, outcome == committed ? Kind::commit : Kind::abort));
  }
  void set_alarm(Transaction& transaction, Time now) const {
    if (timeout_ > 0) transaction.alarm = now + timeout_;
  }
  static std::size_t slots(const Shape& shape) { return std::bit_ceil(2 * static_cast<std::size_t>(shape.in_flight)); }
  [[nodiscard]] std::size_t index(Operation operation) const { return static_cast<std::size_t>(operation) & (slots_ - 1); }
  Transaction& slot(Operation operation) { return transactions_[index(operation)]; }
  Voter& voter(Operation operation, Rank rank) {
    return voters_[index(operation) * static_cast<std::size_t>(roles_.participants + 1) + static_cast<std::size_t>(rank)];
  }

  CommitRoles roles_;
  Rank self_;
  Time timeout_;
  std::size_t slots_;
  std::vector<Transaction> transactions_;
  std::vector<Voter> voters_;  ///< [slot, rank], coordinator only
};

}  // namespace coordbench
