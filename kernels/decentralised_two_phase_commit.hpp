#pragma once
// decentralised_two_phase_commit — all ranks commit a transaction or none does; each decides by itself, from all votes.
//
//   0 ───vote───► all others      rank 0's yes brings the transaction, and so asks for their votes
//   each ─vote──► all others      `decided`  at each rank once it knows all votes, or knows of a no and has voted
//                                 `ended`    at each rank once it knows all votes
//
// N(N - 1) messages, however many vote no. Two delays, because a vote waits for rank 0's alone. Where messages of different
// ranks overtake each other, other votes may arrive before rank 0's, and each adds a delay to the chain: up to N.
// A rank votes on transaction k once it knows all votes on k - in_flight. So nobody is ever asked for a vote that it has
// forgotten, though nothing is acknowledged: rank 0 proposes k + in_flight once it knows all votes on k, and by then each rank
// has voted on k, and knows all votes on k - in_flight.
// It blocks: a rank that has voted yes cannot decide without the votes of all.
//
// Source: Skeen, Nonblocking Commit Protocols, SIGMOD 1981; Bernstein, Hadzilacos, Goodman 1987, 7.4 (decentralized 2PC).

#include <algorithm>

#include "kernels/commit/log.hpp"
#include "kernels/parts/delays.hpp"

namespace coordbench {

class DecentralisedTwoPhaseCommit : public commit::Commitment {
 public:
  enum class Kind : std::uint16_t { vote_yes, vote_no, inquire };
  using Message = commit::MessageOf<Kind>;
  using Out = Outbox<Message>;
  static constexpr About about{.level = 5,
                               .group = "commitment",
                               .promise = "all participants commit or none does, as each decides itself",
                               .survives = "loss, with timeout_us; crashes that keep the log",
                               .blocks = "while any rank is down",
                               .messages = "N(N - 1)",
                               .delays = "decided and ended 2; up to N where messages of different ranks overtake each other",
                               .source = "Skeen, SIGMOD 1981; Bernstein, Hadzilacos, Goodman 1987, 7.4",
                               .latency = Latency::proposer};
  enum { decided, ended };
  static constexpr std::array marks{Mark{.name = "decided", .where = Where::everywhere, .answers = true},
                                    Mark{.name = "ended", .where = Where::everywhere}};

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const std::int64_t ranks = shape.ranks;
    const Range delays{ranks > 1 ? 2 : 0, ranks > 1 ? ranks : 0};
    return {.messages = ranks * (ranks - 1), .delays = {delays, delays}};
  }
  /// A step votes, and by ending its transaction may let the rank vote on another. A time-out may expire in all of them.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const std::size_t slots = Log::length(shape);
    return {.sends = times_out(shape) ? slots * static_cast<std::size_t>(shape.ranks) + 2 : 2, .leases = slots};
  }
  static std::string unfit(const Shape& shape) {
    if (shape.ranks > kDelaysMost) return "more than 32767 ranks, whose delays are not counted; give fewer";
    return Commitment::unfit(shape);
  }

  DecentralisedTwoPhaseCommit(const Shape& shape, Rank self)
      : log_(shape, self),
        ranks_(static_cast<std::size_t>(shape.ranks)),
        window_(shape.in_flight),
        vote_(commit::Votes(shape).refuses(self) ? Kind::vote_no : Kind::vote_yes),
        known_(log_.size() * ranks_) {}

  /// Call it for transactions that are at most in_flight apart from the oldest not ended.
  void propose(Operation k, Payload payload, Out& out) {
    Entry& entry = open(k);
    entry.payload = std::move(payload);
    vote(entry, out);
  }

  /// What arrives of a transaction whose slot has a later one is a late copy.
  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Operation k = message.first;
    if (log_[k].operation > k) return;
    Entry& entry = log_[k].operation == k ? log_[k] : open(k);
    if (message.kind == Kind::inquire) return answer_inquiry(entry, from, payload, out);
    count_vote(entry, from, message.kind, payload, out);
  }

  void tick(Out& out) {
    for (Entry& entry : log_)
      if (entry.alarm <= out.now()) inquire(entry, out);
  }
  [[nodiscard]] Time deadline() const { return log_.earliest_alarm(); }

  /// Everything was written before it was told, so a crash forgets nothing but the alarms.
  void restart(Out& out) {
    for (Entry& entry : log_)
      if (entry.operation >= 0 && knows(entry, log_.self) && entry.missing > 0) inquire(entry, out);
  }

  [[nodiscard]] Answer answer(Operation k) const { return log_.answer(k); }

 private:
  struct Entry {
    Operation operation = -1;
    std::int64_t missing = 0;  ///< votes that this rank does not know
    bool refused = false;      ///< it knows of a no
    commit::Outcome outcome = commit::undecided;
    Time alarm = kNever;  ///< set while it has voted and misses votes
    Payload payload{};
  };
  using Log = commit::LogOf<Entry>;

  /// The slot's last transaction has ended here, or nobody would have heard of this one.
  Entry& open(Operation k) {
    std::fill_n(known_of(k), ranks_, char{0});
    return log_[k] = {.operation = k, .missing = static_cast<std::int64_t>(ranks_)};
  }
  void count_vote(Entry& entry, Rank from, Kind vote, const Payload& payload, Out& out) {
    if (knows(entry, from)) return;
    learn(entry, from, vote);
    if (from == 0) entry.payload = kept(log_.replicate, payload, out);
    knows(entry, log_.self) ? conclude(entry, out) : vote_in_turn(entry, out);
  }
  /// Once it has been asked, and knows all votes on the transaction a window before.
  void vote_in_turn(Entry& entry, Out& out) {
    if (knows(entry, 0) && has_ended(entry.operation - window_)) vote(entry, out);
  }
  void vote(Entry& entry, Out& out) {
    learn(entry, log_.self, vote_);
    log_.set_alarm(entry, out.now());
    out.send_others(Message::of(entry.operation, vote_), brought(entry));
    conclude(entry, out);
  }
  /// It has voted. The transaction a window behind may have waited for this one to end.
  void conclude(Entry& entry, Out& out) {
    if (entry.outcome == commit::undecided && (entry.refused || entry.missing == 0)) {
      entry.outcome = entry.refused ? commit::aborted : commit::committed;
      out.complete(entry.operation, decided);
    }
    if (entry.missing > 0) return;
    entry.alarm = kNever;
    out.complete(entry.operation, ended);
    Entry& next = log_[entry.operation + window_];
    if (next.operation == entry.operation + window_) vote_in_turn(next, out);
  }

  void learn(Entry& entry, Rank of, Kind vote) {
    known_of(entry.operation)[of] = 1;
    entry.refused |= vote == Kind::vote_no;
    --entry.missing;
  }
  [[nodiscard]] bool knows(const Entry& entry, Rank of) const {
    return known_[log_.index(entry.operation) * ranks_ + static_cast<std::size_t>(of)] != 0;
  }
  [[nodiscard]] bool has_ended(Operation k) const { return k < 0 || (log_[k].operation == k && log_[k].missing == 0); }
  /// Rank 0 alone brings the transaction.
  [[nodiscard]] Payload brought(const Entry& entry) const { return log_.self == 0 ? entry.payload : Payload{}; }
  char* known_of(Operation k) { return known_.data() + log_.index(k) * ranks_; }

  // ---- what happens only when something fails ------------------------------------------------------------------------------

  /// Rank 0 brings the transaction once more, in case it has not been heard of.
  [[gnu::noinline, gnu::cold]] void inquire(Entry& entry, Out& out) {
    log_.set_alarm(entry, out.now());
    for (Rank to = 0; to < static_cast<Rank>(ranks_); ++to)
      if (!knows(entry, to)) out.send(to, Message::again(entry.operation, Kind::inquire), brought(entry));
  }
  [[gnu::noinline, gnu::cold]] void answer_inquiry(Entry& entry, Rank from, const Payload& payload, Out& out) {
    if (from == 0 && !knows(entry, 0)) return count_vote(entry, 0, Kind::vote_yes, payload, out);
    if (knows(entry, log_.self)) out.send(from, Message::again(entry.operation, vote_));
  }

  Log log_;
  std::size_t ranks_;
  Operation window_;
  Kind vote_;
  std::vector<char> known_;  ///< [slot, rank]: whether this rank knows the vote
};

}  // namespace coordbench
