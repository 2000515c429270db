#pragma once
// three_phase_commit — all participants commit a transaction or none does, and live ranks need not wait for crashed ones.
//
//   coordinator 0 ──vote request──►  participants 1 … N-1
//                 ◄─────vote───────
//                 ──pre-commit────►                         all have voted yes: nobody may abort alone any more
//                 ◄──acknowledge───                         `decided`  nobody is uncertain any more
//                 ────commit──────►                         `learned`  at each participant that had not voted no
//                 ◄──acknowledge───                         `ended`    only with final_acknowledgement; else when decided
//
// With n = N - 1 participants, r of them read-only and v voting no, y = n - r - v wait for the decision. Commit: 2n + 3y
// messages, decided after 4 delays, learned after 5. Abort: 2n + y messages, 2 and 3 delays. With final_acknowledgement y
// messages more, and ended 2 delays after the decision. If all only read: 2n, 2 delays.
//
// With `timeout_us` a rank that is silent for so long is taken to have crashed. The lowest rank that has been up since it voted
// then leads in the coordinator's place (three_phase/termination.hpp), so live ranks decide while others are down. That holds
// only if silence means a crash: no message is lost, none takes longer than a third of the time-out. In a partition the two
// sides may decide differently. A rank that comes back asks; each remembers its last 1,024 decisions.
//
// Source: Skeen, "Nonblocking commit protocols", SIGMOD 1981; Bernstein, Hadzilacos, Goodman 1987, 7.5.

#include <optional>

#include "kernels/three_phase/coordinator.hpp"
#include "kernels/three_phase/recovery.hpp"

namespace coordbench {

class ThreePhaseCommit : public three_phase::Setting {
 public:
  using Message = three_phase::Message;
  using Out = three_phase::Out;
  using Kind = three_phase::Kind;

  static constexpr About about{
      .level = 5,
      .group = "commitment",
      .promise =
          "all participants commit or none does; does not block if crashes are detected reliably; wrong under partitions",
      .survives = "crashes of any ranks, with timeout_us; no loss, no partition",
      .blocks = "never, with timeout_us",
      .messages = "5n, n = N - 1; final_acknowledgement: 6n; 3 fewer (4 with it) for each participant that only reads",
      .delays = "decided 4, learned 5, ended 4; final_acknowledgement: ended 6",
      .source = "Skeen, SIGMOD 1981; Bernstein, Hadzilacos, Goodman 1987, 7.5",
      .latency = Latency::proposer};
  static Cost cost(const Shape& shape, Operation /*k*/) {
    const three_phase::Roles roles(shape);
    const std::int64_t n = roles.participants, y = roles.waiting(), acknowledged = shape["final_acknowledgement"];
    const bool commits = roles.no_votes == 0, is_any_told = y > 0;
    const std::int64_t decide = n == 0 ? 0 : commits && is_any_told ? 4 : 2;
    const std::int64_t learn = is_any_told ? decide + 1 : commits ? -1 : 1;
    return {.messages = 2 * n + (commits ? 3 : 1) * y + acknowledged * y,
            .delays = {decide, learn, decide + (is_any_told ? 2 * acknowledged : 0)}};
  }
  /// One step answers at most everybody; a tick at most everybody in every open transaction. While nothing times out, a
  /// participant speaks to the coordinator alone.
  static Bounds bounds(const Shape& shape, Rank rank) {
    const std::size_t slots = three_phase::Log::length(shape);
    const std::size_t listeners = rank == 0 || times_out(shape) ? static_cast<std::size_t>(shape.ranks) : 1;
    return {.sends = (times_out(shape) ? slots : 1) * listeners, .completions = 2 * slots, .leases = slots};
  }
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return rank == 0 || times_out(shape) ? std::nullopt : std::optional<Rank>(0);
  }

  ThreePhaseCommit(const Shape& shape, Rank self) : log_(shape, self) {}

  /// Call it for transactions that are at most in_flight apart from the oldest not ended.
  void propose(Operation k, Payload payload, Out& out) { request_votes(log_, k, std::move(payload), out); }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Operation k = message.first;
    switch (message.kind) {
      case Kind::vote_request:
        return cast_vote(log_, k, payload, out);
      case Kind::vote_yes:
      case Kind::vote_no:
      case Kind::vote_read_only:
        return count_vote(log_, from, k, message.kind, out);
      case Kind::pre_commit:
        return hear_pre_commit(log_, from, k, out);
      case Kind::acknowledge:
        return count_acknowledgement(log_, from, k, out);
      case Kind::commit:
        return learn(log_, from, k, commit::committed, out);
      case Kind::abort:
        return learn(log_, from, k, commit::aborted, out);
      case Kind::acknowledge_decision:
        return count_final_acknowledgement(log_, from, k, out);
      case Kind::inquire:
        return answer_inquiry(log_, from, k, out);
      default:
        return hear_state(log_, from, k, message.kind, out);
    }
  }

  void tick(Out& out) {
    for (three_phase::Transaction& transaction : log_)
      if (transaction.alarm <= out.now()) time_out(log_, transaction, out);
  }
  [[nodiscard]] Time deadline() const { return log_.earliest_alarm(); }

  /// A crash forgets nothing but the alarms.
  void restart(Out& out) {
    for (three_phase::Transaction& transaction : log_)
      if (transaction.open) recover(log_, transaction, out);
  }

  [[nodiscard]] Answer answer(Operation k) const { return log_.answer(k); }

 private:
  three_phase::Log log_;
};

}  // namespace coordbench
