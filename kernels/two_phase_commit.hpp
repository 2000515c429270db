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

#include <optional>

#include "harness/protocol.hpp"
#include "kernels/parts/commit_coordinator.hpp"
#include "kernels/parts/commit_participant.hpp"

namespace coordbench {

class TwoPhaseCommit {
 public:
  static constexpr auto presumed_nothing = CommitRoles::presumed_nothing, presumed_abort = CommitRoles::presumed_abort,
                        presumed_commit = CommitRoles::presumed_commit;
  static constexpr auto undecided = CommitRoles::undecided, committed = CommitRoles::committed, aborted = CommitRoles::aborted;
  using Outcome = CommitRoles::Outcome;
  using Kind = CommitKind;
  using Message = CommitMessage;
  enum { decided = commit_decided, learned = commit_learned, ended = commit_ended };

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
  /// A participant speaks to the coordinator alone, in a tick of every open transaction.
  static std::size_t outbox_capacity(const Shape& shape, Rank rank) {
    return rank == 0 ? outbox_capacity(shape) : CommitLog::slots(shape) + 2;
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
  static std::size_t leases(const Shape& shape) { return CommitLog::slots(shape); }

  TwoPhaseCommit(const Shape& shape, Rank self) : log_(shape, self), coordinator_(shape, self) {}

  /// The coordinator asks everyone. Call it for transactions that are at most in_flight apart from the oldest not ended.
  template <class Out>
  void propose(Time now, Operation operation, Payload payload, Out& out) {
    coordinator_.ask(log_, now, operation, std::move(payload), out);
  }

  template <class Out>
  void step(Time now, Rank from, const Message& message, const Payload& payload, Out& out) {
    const Kind kind = message.kind;
    if (kind == Kind::prepare)
      commit_participant::cast_vote(log_, now, message.first, payload, out);
    else if (kind == Kind::commit || kind == Kind::abort)
      commit_participant::learn(log_, message.first, kind == Kind::commit ? committed : aborted, out);
    else if (kind == Kind::acknowledge)
      coordinator_.count_acknowledgement(log_, from, message.first, out);
    else if (kind == Kind::inquire)
      coordinator_.answer_inquiry(log_, from, message.first, out);
    else
      coordinator_.count_vote(log_, now, from, message.first, kind, out);
  }

  /// Wakes what has waited too long: the coordinator decides to abort or tells again, a participant asks.
  template <class Out>
  void tick(Time now, Out& out) {
    for (CommitTransaction& transaction : log_.transactions)
      if (transaction.alarm <= now) hurry(now, transaction, out);
  }
  [[nodiscard]] Time deadline() const { return log_.earliest_alarm(); }

  /// Everything was written before it was told, so a crash forgets nothing but the alarms, and what was open when it struck
  /// has waited too long.
  template <class Out>
  void restart(Time now, Out& out) {
    for (CommitTransaction& transaction : log_.transactions)
      if (transaction.operation >= 0 && transaction.open) hurry(now, transaction, out);
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    const CommitTransaction& transaction = log_.slot(operation);
    return transaction.operation == operation ? Answer{transaction.outcome, transaction.payload} : Answer{};
  }

 private:
  template <class Out>
  void hurry(Time now, CommitTransaction& transaction, Out& out) {
    if (log_.self == 0)
      coordinator_.hurry(log_, now, transaction, out);
    else
      commit_participant::inquire(log_, now, transaction, out);
  }

  CommitLog log_;
  CommitCoordinator coordinator_;
};

}  // namespace coordbench
