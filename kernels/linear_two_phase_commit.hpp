#pragma once
// linear_two_phase_commit — all participants commit a transaction or none does, as the last rank of a chain decides.
//
//   0 ──prepare──► 1 ──prepare──► … ──prepare──► N-1     a rank that votes yes asks the next one   `decided` at the last
//   0 ◄──commit─── 1 ◄──commit─── … ◄──commit─── N-1     the decision goes back                    `learned` at each rank
//
// With n = N - 1: 2n messages, decided after n delays, learned after 2n, by rank 0 as the last. The first rank m that votes no
// decides to abort and asks nobody: 2m messages, decided after m, learned after 2m, and the ranks behind it never hear of the
// transaction. When rank 0 has learned, all have, so everybody may forget without an acknowledgement.
// It blocks: a rank that has voted yes cannot decide alone, however long the rest of the chain stays silent.
//
// Source: Gray, Notes on Data Base Operating Systems, 1978 (nested commit); Bernstein, Hadzilacos, Goodman 1987, 7.4.

#include "kernels/commit/log.hpp"
#include "kernels/parts/delays.hpp"

namespace coordbench {

class LinearTwoPhaseCommit : public commit::Commitment {
 public:
  enum class Kind : std::uint16_t { prepare, commit, abort };
  using Message = commit::MessageOf<Kind>;
  using Out = Outbox<Message>;
  static constexpr About about{.level = 5,
                               .group = "commitment",
                               .promise = "all participants commit or none does",
                               .survives = "loss, with timeout_us; crashes that keep the log",
                               .blocks = "while any rank is down",
                               .messages = "2n, n = N - 1; 2m if rank m is the first to vote no",
                               .delays = "decided n, learned 2n; m and 2m if rank m is the first to vote no",
                               .source = "Gray 1978; Bernstein, Hadzilacos, Goodman 1987, 7.4",
                               .latency = Latency::proposer};
  enum { decided, learned };
  static constexpr std::array marks{Mark{.name = "decided", .where = Where::tail},
                                    Mark{.name = "learned", .where = Where::everywhere, .answers = true}};

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const std::int64_t m = decider(shape);
    return {.messages = 2 * m, .delays = {m, 2 * m}};
  }
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation /*k*/) {
    return mark == decided ? rank == decider(shape) : rank <= decider(shape);
  }
  static std::string unfit(const Shape& shape) {
    if (2 * (std::int64_t{shape.ranks} - 1) > kDelaysMost)
      return "more than 16384 ranks, whose 2(N - 1) delays are not counted; give fewer";
    return Commitment::unfit(shape);
  }
  /// A time-out may expire in every open transaction at once.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const std::size_t slots = Log::length(shape);
    return {.sends = times_out(shape) ? slots : 1, .leases = slots};
  }

  LinearTwoPhaseCommit(const Shape& shape, Rank self)
      : log_(shape, self), is_last_(self == shape.ranks - 1), refuses_(commit::Votes(shape).refuses(self)) {}

  /// Call it for transactions that are at most in_flight apart from the oldest not ended.
  void propose(Operation k, Payload payload, Out& out) { vote(k, std::move(payload), out); }

  /// Late copies, of a transaction that is decided or whose slot has a later one, are passed over.
  void step(Rank /*from*/, const Message& message, const Payload& payload, Out& out) {
    const Operation k = message.first;
    Entry& entry = log_[k];
    if (message.kind == Kind::prepare) {
      if (entry.operation < k) return vote(k, kept(log_.replicate, payload, out), out);
      if (entry.operation == k && !entry.waits()) tell_again(entry, out);
    } else if (entry.operation == k && entry.waits()) {
      learn(entry, message.kind == Kind::commit ? commit::committed : commit::aborted, out);
    }
  }

  void tick(Out& out) {
    for (Entry& entry : log_)
      if (entry.alarm <= out.now()) ask_again(entry, out);
  }
  [[nodiscard]] Time deadline() const { return log_.earliest_alarm(); }

  /// Everything was written before it was told, so a crash forgets nothing but the alarms.
  void restart(Out& out) {
    for (Entry& entry : log_)
      if (entry.waits()) ask_again(entry, out);
  }

  [[nodiscard]] Answer answer(Operation k) const { return log_.answer(k); }

 private:
  struct Entry {
    /// Whether this rank has voted yes and does not know the decision.
    [[nodiscard]] bool waits() const { return operation >= 0 && outcome == commit::undecided; }

    Operation operation = -1;
    commit::Outcome outcome = commit::undecided;
    Time alarm = kNever;
    Payload payload{};
  };
  using Log = commit::LogOf<Entry>;

  /// The last rank, or the first that votes no. It decides alone, because it is the last that is asked.
  static std::int64_t decider(const Shape& shape) {
    const commit::Votes votes(shape);
    return votes.participants - (votes.no_votes > 0 ? votes.no_votes - 1 : 0);
  }
  static Kind kind_of(commit::Outcome outcome) { return outcome == commit::committed ? Kind::commit : Kind::abort; }

  /// The slot's last transaction is decided, or no later one would have been proposed.
  void vote(Operation k, Payload payload, Out& out) {
    Entry& entry = log_[k] = {.operation = k, .payload = std::move(payload)};
    if (refuses_) return decide(entry, commit::aborted, out);
    if (is_last_) return decide(entry, commit::committed, out);
    log_.set_alarm(entry, out.now());
    out.send(log_.self + 1, Message::of(k, Kind::prepare), entry.payload);
  }
  void decide(Entry& entry, commit::Outcome outcome, Out& out) {
    out.complete(entry.operation, decided);
    learn(entry, outcome, out);
  }
  void learn(Entry& entry, commit::Outcome outcome, Out& out) {
    entry.outcome = outcome;
    entry.alarm = kNever;
    out.complete(entry.operation, learned);
    if (log_.self > 0) out.send(log_.self - 1, Message::of(entry.operation, kind_of(outcome)));
  }

  // ---- what happens only when something fails ------------------------------------------------------------------------------

  [[gnu::noinline, gnu::cold]] void ask_again(Entry& entry, Out& out) {
    log_.set_alarm(entry, out.now());
    out.send(log_.self + 1, Message::again(entry.operation, Kind::prepare), entry.payload);
  }
  /// Whoever asks for what is decided has missed the decision.
  [[gnu::noinline, gnu::cold]] void tell_again(const Entry& entry, Out& out) {
    out.send(log_.self - 1, Message::again(entry.operation, kind_of(entry.outcome)));
  }

  Log log_;
  bool is_last_, refuses_;
};

}  // namespace coordbench
