#pragma once
// paxos_commit — all resource managers commit a transaction or none does, and no single rank's crash makes them wait.
//
//   leader 0 ──prepare──►  resource managers 1 … n, n = N - 1
//            ──vote─────►  acceptors 0 … F        each vote is an instance of Paxos, and its manager proposes in ballot 0
//            ◄──phase 2b─                         one message from each acceptor, once it has all votes
//            ──decision─►  resource managers      `decided` at the leader once F + 1 acceptors have accepted all votes
//                                                 `learned` at each manager; `ended` with `decided`, unless a manager is behind
//
// n(F + 3) messages, v fewer with v no-votes: the leader, acceptor 0 and F managers are on the acceptors' ranks 0 … 2F, and
// messages to oneself do not count. F = 0 is two-phase commit, which blocks while its leader is down: 3n messages, one delay
// fewer. After a time-out any acceptor leads a higher ballot: it asks F + 1 of all 2F + 1 acceptors, keeps the votes that they
// have accepted, and proposes abort where it finds none. So every live manager decides while up to F acceptors are down.
// State is bounded: nobody forgets a transaction that some manager may not have learned, so if one is down for good, the leader
// stops taking up transactions after two windows.
// Source: Gray, Lamport, "Consensus on transaction commit", ACM TODS 31(1) 2006, sections 4 to 6.

#include <optional>

#include "kernels/paxos_commit/recovery.hpp"

namespace coordbench {

class PaxosCommit : public commit::Commitment, public paxos_commit::Recovery {
 public:
  using Message = paxos_commit::Message;
  using Kind = paxos_commit::Kind;
  using Value = paxos_commit::Value;
  using Out = paxos_commit::Out;

  static constexpr About about{
      .level = 5,
      .group = "commitment",
      .promise =
          "all resource managers commit or none does; every live one decides while at most F of "
          "2F + 1 acceptors are down",
      .survives = "loss, with timeout_us; F of 2F + 1 acceptors down",
      .blocks = "while more than F acceptors are down",
      .messages = "n(F + 3), n = N - 1; 1 fewer for each no-vote",
      .delays = "decided 3, learned 4, ended 3; F = 0: 2, 3, 2; F > 1: up to F more where votes overtake the leader",
      .source = "Gray, Lamport, TODS 2006, 4-6",
      .latency = Latency::proposer};
  static constexpr std::array parameters{
      commit::kNoVotes, commit::kTimeout, kReplicate,
      Parameter{.name = "faults",
                .initial = -1,
                .lowest = -1,
                .highest = 524'287,
                .help = "F: acceptors that may be down, of 2F + 1, the first ranks; -1: 1, or 0 with fewer than 3 ranks"}};
  static constexpr std::array marks{Mark{.name = "decided", .answers = true},
                                    Mark{.name = "learned", .where = Where::everywhere, .answers = true},
                                    Mark{.name = "ended"}};

  /// A manager that is an acceptor may hear another's vote before it is asked itself. Its own vote then counts one delay more,
  /// and F managers may follow upon each other in this way.
  static Cost cost(const Shape& shape, Operation /*k*/) {
    const commit::Votes votes(shape);
    const std::int64_t n = votes.participants, faults = paxos_commit::Group(shape).faults;
    if (n == 0) return {.messages = 0, .delays = {0, -1, 0}};
    const std::int64_t decide = faults > 0 ? 3 : 2, more = faults > 1 ? faults : 0;
    const Range known(decide, decide + more);
    const Range told = votes.no_votes < n ? Range(decide + 1, decide + 1 + more) : Range(1, 1 + faults);
    return {.messages = n * (faults + 3) - votes.no_votes, .delays = {known, told, known}};
  }
  static bool reaches(const Shape& /*shape*/, int mark, Rank rank, Operation /*k*/) {
    return mark == paxos_commit::learned ? rank > 0 : rank == 0;
  }
  static std::string unfit(const Shape& shape) {
    if (paxos_commit::Group(shape).acceptors() > shape.ranks) return "faults=F needs 2F + 1 acceptors, which is more than N";
    return Commitment::unfit(shape);
  }
  /// A step tells everybody, or speaks to all acceptors of one transaction. A tick does so for every open transaction.
  static Bounds bounds(const Shape& shape, Rank rank) {
    const std::size_t slots = paxos_commit::Log::length(shape), ranks = static_cast<std::size_t>(shape.ranks);
    const auto acceptors = static_cast<std::size_t>(paxos_commit::Group(shape).acceptors());
    return {.sends = (times_out(shape) ? slots : 1) * (acceptors + 1) + (rank == 0 ? ranks : 0),
            .receives = static_cast<std::size_t>(shape.in_flight) * (ranks + acceptors),
            .leases = slots,
            .made = times_out(shape) ? slots : 0,
            .made_bytes = times_out(shape) ? ranks : 0};
  }
  /// As long as nothing times out, only the first F + 1 acceptors hear from others than the leader.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return rank < paxos_commit::Group(shape).quorum() || times_out(shape) ? std::nullopt : std::optional<Rank>(0);
  }

  PaxosCommit(const Shape& shape, Rank self) : Recovery(shape, self) {}

  /// The leader asks everyone. Call it for transactions that are at most in_flight apart from the oldest not ended.
  void propose(Operation k, Payload payload, Out& out) {
    Transaction& transaction = *log_.enter(k);
    transaction.payload = std::move(payload);
    if (log_.group.ranks == 1) return learn(transaction, commit::committed, out);
    log_.await_quorum(transaction, Phase::two);
    log_.set_alarm(transaction, out.now());
    out.send_others(message_of(transaction, Kind::prepare), transaction.payload);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (log_.self == 0 && message.settled > 0) hear_report(from, message.settled, out);
    Transaction* transaction = log_.enter(message.first);
    if (transaction == nullptr) return;
    switch (message.kind) {
      case Kind::prepare:
        return cast_vote(*transaction, payload, out);
      case Kind::vote:
        return hear_vote(from, *transaction, message.value, out);
      case Kind::phase_2b:
        return hear_2b(from, *transaction, message.ballot, message.value, out);
      case Kind::decision:
        learn(*transaction, paxos_commit::outcome_of(message.value), out);
        return message.count == 0 ? report(from, *transaction, Kind::learned, out) : void();
      default:
        return recover(from, *transaction, message, payload, out);
    }
  }

  void tick(Out& out) {
    for (Transaction& transaction : log_)
      if (transaction.alarm <= out.now()) hurry(transaction, out);
    if (remind_at_ <= out.now()) remind(out);
  }
  [[nodiscard]] Time deadline() const { return std::min(log_.earliest_alarm(), remind_at_); }

  [[nodiscard]] Answer answer(Operation k) const { return log_.answer(k); }

 private:
  using Transaction = paxos_commit::Transaction;

  /// A resource manager votes once. It aborts alone, and is bound by a yes until it has learned the outcome.
  void cast_vote(Transaction& transaction, const Payload& payload, Out& out) {
    if (transaction.has_voted || transaction.outcome != commit::undecided) return;
    const Value vote = log_.votes.refuses(log_.self) ? Value::aborted : Value::prepared;
    transaction.has_voted = true;
    transaction.payload = kept(log_.replicate, payload, out);
    if (vote == Value::prepared) log_.set_alarm(transaction, out.now());
    if (vote == Value::aborted) learn(transaction, commit::aborted, out);
    Message message = message_of(transaction, Kind::vote, vote);
    message.settled = static_cast<std::uint32_t>(settled_);
    for (Rank to = 0; to < log_.group.quorum(); ++to)
      if (to != log_.self) out.send(to, message);
    if (log_.self < log_.group.quorum()) hear_vote(log_.self, transaction, vote, out);
  }

  // ---- what happens only after a time-out -----------------------------------------------------------------------------------

  /// Waited for too long, or interrupted by a crash: the leader leads again, and a manager asks one acceptor after the other.
  [[gnu::noinline, gnu::cold]] void hurry(Transaction& transaction, Out& out) {
    if (log_.self == 0) return lead_unless_busy(transaction, out);
    transaction.alarm = out.now() + patience(transaction);
    ++transaction.waits;
    const Rank asked = transaction.turn;
    transaction.turn = asked + 1 < log_.group.acceptors() ? asked + 1 : 0;
    if (asked == log_.self) return lead_unless_busy(transaction, out);
    report(asked, transaction, Kind::inquire, out);
  }
  [[gnu::noinline, gnu::cold]] void recover(Rank from, Transaction& transaction, const Message& message, const Payload& payload,
                                            Out& out) {
    if (message.kind == Kind::phase_1a) hear_1a(from, transaction, message.ballot, out);
    if (message.kind == Kind::phase_1b) hear_1b(from, transaction, message, values_of(payload), out);
    if (message.kind == Kind::phase_2a) hear_2a(from, transaction, message, payload, out);
    if (message.kind == Kind::refused) transaction.seen = std::max(transaction.seen, message.ballot);
    if (message.kind == Kind::inquire && !is_told(from, transaction, out)) lead_unless_busy(transaction, out);
  }
  /// A manager asks for an outcome, or says that it knows it, and in any case how far it has learned.
  void report(Rank to, const Transaction& transaction, Kind kind, Out& out) const {
    Message message = message_of(transaction, kind);
    message.count = 0;
    message.settled = static_cast<std::uint32_t>(settled_);
    out.send(to, message);
  }
};

}  // namespace coordbench
