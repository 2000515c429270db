#pragma once
// quorum_register — servers hold copies of one register; any proposer reads or writes it through quorums, without a leader.
//
//   proposer p ──query──►  servers           which value do you hold, and how new is it?
//              ◄──held───                    `chosen`  once R have told: a write takes a stamp above all that it heard,
//              ──store──►  servers                     a read takes the newest value, and writes it back
//              ◄─stored──                    `ended`   once W hold it
//
// A proposer that holds a copy counts it without a message: 4n messages and 4 delays, n = N - 1; a client sends to all N.
// Without the write-back a read costs half, but two reads may see a new value and then the old one; `if_needed` leaves it out
// where W of those heard agree. `thrifty` asks only R or W. Majorities unless given. With R + W > N (replicas) every query
// meets each value whose writing has ended: linearizable, also with several writers, although W + W <= N, because a write
// queries before it takes a stamp. It survives lost, duplicated and delayed messages and crashes of servers that keep their
// copies; it is live while the greater of R and W can talk. With R + W <= N reads may be stale: with `quorums=drawn` and a
// sole writer (`write_query=never`), one operation at a time and no write-back, a share C(N - W, R) / C(N, R) of them.
// Source: Attiya, Bar-Noy, Dolev, JACM 42(1) 1995; several writers, and so two phases of a write: Lynch, Shvartsman, FTCS 1997;
// R and W: Gifford, SOSP 1979; stale reads: Bailis et al., PVLDB 5(8) 2012.

#include <algorithm>

#include "harness/protocol.hpp"
#include "kernels/parts/window.hpp"
#include "kernels/quorum_register/cost.hpp"
#include "kernels/quorum_register/message.hpp"

namespace coordbench {

class QuorumRegister {
 public:
  using enum quorum_register::When;
  using Kind = quorum_register::Kind;
  using Stamp = quorum_register::Stamp;
  using Message = quorum_register::Message;
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 3,
      .group = "register",
      .promise =
          "a linearizable register if R + W > N, available while R and W servers are up; only a regular one with "
          "write_back=never; with R + W <= N reads may be stale",
      .survives = "loss, with timeout_us; servers down, as long as R and W are up; crashes that keep the copy",
      .blocks = "while fewer servers can talk than the greater of R and W",
      .messages =
          "4n, n = N - 1; --clients: 4N; reads with write_back=never: 2n, if_needed: 2n to 4n; writes with write_query=never: "
          "2n; thrifty: floor(N/2) in place of n, or R - 1 and W - 1; replicas: their number in place of N",
      .delays =
          "chosen 2, ended 4; reads with write_back=never: ended 2, if_needed: 2 or 4; writes with write_query=never: 0 "
          "and 2; a phase whose quorum is the proposer's own copy: 0",
      .source = "Attiya, Bar-Noy, Dolev, JACM 1995; Lynch, Shvartsman, FTCS 1997",
      .latency = Latency::proposer,
      .count_rule = CountRule::range};
  static constexpr std::array parameters = quorum_register::kParameters;
  enum { chosen = quorum_register::chosen, ended = quorum_register::ended };
  static constexpr std::array marks{Mark{.name = "chosen"}, Mark{.name = "ended", .answers = true}};
  static constexpr std::array<std::string_view, 2> kinds{"write", "read"};
  static constexpr int clients_most = 4096;

  static int kind(const Shape& shape, Operation operation) { return is_read(shape.seed, shape["reads"], operation) ? 1 : 0; }
  static Cost cost(const Shape& shape, Operation operation) {
    return quorum_register::cost_of(shape, operation, kind(shape, operation) == 1);
  }
  static double stale_share(const Shape& shape) { return quorum_register::stale_share_of(shape); }
  static int proposers(const Shape& shape) { return Setting::proposers_of(shape); }
  static std::string unfit(const Shape& shape) { return Setting::unfit(shape); }
  /// A write returns nothing; a read returns what some write wrote, or the initial value, which has no bytes.
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer) {
    const bool has_value = answer.of >= 0;
    const auto bytes = static_cast<std::size_t>(has_value ? shape.payload_bytes : 0);
    if (answer.outcome != 1 || answer.payload.size() != bytes) return false;
    if (kind(shape, operation) == 0) return answer.of == Answer::nothing;
    return answer.of == Answer::initial || (has_value && kind(shape, answer.of) == 0);
  }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  static Bounds bounds(const Shape& shape, Rank rank);

  QuorumRegister(const Shape& shape, Rank self)
      : setting_(shape),
        self_(self),
        has_copy_(setting_.has_copy(self)),
        sends_next_(!setting_.draws && (shape.clients > 0 || setting_.copies_everywhere)),
        reads_(shape["reads"]),
        write_back_(shape["write_back"]),
        replicate_(shape["replicate"]),
        timeout_(shape["timeout_us"] * 1000),
        proposers_(static_cast<std::uint32_t>(setting_.proposers)),
        open_(Window<Open>::length(shape)),
        words_((static_cast<std::size_t>(setting_.replicas) + 63) / 64),
        replied_(open_.size() * words_),
        drawn_(setting_.replicas) {}

  // ---- the proposer ------------------------------------------------------------------------------------------------------

  /// Call it for operations of which at most in_flight of this proposer are open.
  void propose(Operation operation, Payload payload, Out& out) {
    Open& open = slot(operation);
    open.operation = operation;
    open.reads = is_read(setting_.seed, reads_, operation);
    if (!open.reads && !setting_.asks_for_stamps) return choose_own(open, std::move(payload), out);
    const bool counts = counts_own(open, quorum_register::query);
    open.newest = counts ? held_ : Stamp{};
    open.holders = counts ? 1 : 0;
    open.payload = !open.reads ? std::move(payload) : counts ? value_ : Payload();
    ask(open, Kind::held, counts, out);
    if (open.missing == 0) choose(open, out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    switch (message.kind) {
      case Kind::query_stamp:
        return out.send(from, {message.first, Kind::held, held_});
      case Kind::query_value:
        return out.send(from, {message.first, Kind::held, held_}, value_);
      case Kind::store:
        keep(message.stamp, payload, out);
        return out.send(from, {message.first, Kind::stored, message.stamp});
      case Kind::held:
        return hear(from, message, payload, out);
      default:
        return count_copy(from, message, out);
    }
  }

  /// Asks again for what has been missing for too long.
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    for (Open& open : open_)
      if (open.alarm <= out.now()) ask_again(open, out);
  }
  [[nodiscard]] Time deadline() const {
    Time earliest = kNever;
    for (const Open& open : open_) earliest = std::min(earliest, open.alarm);
    return earliest;
  }

  /// Of the operation that ended last.
  [[nodiscard]] Answer answer(Operation operation) const { return operation == answered_ ? answer_ : Answer{}; }
  /// How new the value of this server is; of a rank without a copy always the initial one.
  [[nodiscard]] Stamp held() const { return held_; }

 private:
  using Setting = quorum_register::Setting;
  using Phase = quorum_register::Phase;
  /// An operation of this proposer.
  struct Open {
    Operation operation = -1;
    Kind awaits = Kind::nothing;  ///< held, stored, or nothing once it has ended
    bool reads = false;
    int missing = 0;  ///< replies until a quorum has answered
    int holders = 0;  ///< of those who answered the query: how many hold the newest value
    Stamp newest{};   ///< that was heard of, then the stamp to store
    Payload payload{};
    Time alarm = kNever;
  };

  static bool is_read(std::uint64_t seed, std::int64_t percent, Operation operation) {
    return Draw(seed, operation).below(100) < percent;
  }

  /// A phase begins: whether this rank's own copy is in its quorum.
  bool counts_own(const Open& open, Phase phase) {
    if (!setting_.draws) [[likely]]
      return has_copy_;
    setting_.draw_quorum(drawn_, open.operation, phase);
    return drawn_.has(self_);
  }
  /// `reply` is awaited from a quorum.
  void ask(Open& open, Kind reply, bool counts, Out& out) {
    const Phase phase = reply == Kind::held ? quorum_register::query : quorum_register::store;
    const int own = counts ? 1 : 0, asked = setting_.asked[phase] - own;
    open.awaits = reply;
    open.missing = setting_.quorum[phase] - own;
    std::fill_n(replied_to(open), words_, 0);
    if (timeout_ > 0) open.alarm = out.now() + timeout_;
    if (!sends_next_) [[unlikely]]
      return ask_each(open, asked, out);
    out.send_others(question_of(open), reply == Kind::stored ? open.payload : Payload(), asked);
  }
  /// Those that were drawn, or of the replicas the next ones.
  [[gnu::noinline]] void ask_each(const Open& open, int asked, Out& out) {
    Rank to = has_copy_ ? self_ : self_ % setting_.replicas;
    for (int left = setting_.replicas; left > 0 && asked > 0; --left, to = to + 1 < setting_.replicas ? to + 1 : 0) {
      if (to == self_ || (setting_.draws && !drawn_.has(to))) continue;
      out.send(to, question_of(open), open.awaits == Kind::stored ? open.payload : Payload());
      --asked;
    }
  }
  static Message question_of(const Open& open) {
    const Kind query = open.reads ? Kind::query_value : Kind::query_stamp;
    return {static_cast<std::uint32_t>(open.operation), open.awaits == Kind::held ? query : Kind::store, open.newest};
  }

  void hear(Rank from, const Message& message, const Payload& payload, Out& out) {
    Open& open = slot(message.first);
    if (!is_first_reply(open, from, message)) return;
    if (message.stamp.is_newer_than(open.newest)) {
      open.newest = message.stamp;
      open.holders = 0;
      if (open.reads) open.payload = payload;
    }
    if (message.stamp == open.newest) ++open.holders;
    if (--open.missing == 0) choose(open, out);
  }

  void choose(Open& open, Out& out) {
    out.complete(open.operation, chosen);
    if (!open.reads)
      open.newest = {open.newest.sequence + 1, static_cast<std::uint32_t>(open.operation) + 1};
    else if (write_back_ == never || (write_back_ == if_needed && open.holders >= setting_.quorum[quorum_register::store]))
      return end(open, out);
    store(open, out);
  }
  /// A sole writer numbers its values by itself.
  [[gnu::noinline]] void choose_own(Open& open, Payload payload, Out& out) {
    open.newest = {static_cast<std::uint32_t>(open.operation), 0};
    open.payload = std::move(payload);
    choose(open, out);
  }
  void store(Open& open, Out& out) {
    const bool counts = counts_own(open, quorum_register::store);
    if (counts) keep(open.newest, open.payload, out);
    ask(open, Kind::stored, counts, out);
    if (open.missing == 0) end(open, out);
  }

  void count_copy(Rank from, const Message& message, Out& out) {
    Open& open = slot(message.first);
    if (!is_first_reply(open, from, message)) return;
    if (--open.missing == 0) end(open, out);
  }

  void end(Open& open, Out& out) {
    open.awaits = Kind::nothing;
    open.alarm = kNever;
    answered_ = open.operation;
    answer_ = {.outcome = 1, .of = Answer::nothing};
    if (open.reads) answer_ = {1, open.payload, static_cast<Operation>(open.newest.writer) - 1};
    open.payload = {};
    out.complete(open.operation, ended);
  }

  /// Replies may be late, of an earlier phase or of an operation that this slot has forgotten, or come twice.
  bool is_first_reply(const Open& open, Rank from, const Message& message) {
    if (open.operation != message.first || open.awaits != message.kind) return false;
    std::uint64_t& word = replied_to(open)[from / 64];
    const std::uint64_t bit = std::uint64_t{1} << (from % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }
  /// Everyone who has not answered, however few were asked at first.
  [[gnu::noinline, gnu::cold]] void ask_again(Open& open, Out& out) {
    open.alarm = out.now() + timeout_;
    for (Rank to = 0; to < setting_.replicas; ++to) {
      if (to == self_ || (replied_to(open)[to / 64] >> (to % 64) & 1U) != 0) continue;
      out.send(to, question_of(open), open.awaits == Kind::stored ? open.payload : Payload());
    }
  }

  Open& slot(Operation operation) {
    return open_[proposers_.quotient(static_cast<std::uint32_t>(operation)) & (open_.size() - 1)];
  }
  [[nodiscard]] std::uint64_t* replied_to(const Open& open) {
    return replied_.data() + static_cast<std::size_t>(&open - open_.data()) * words_;
  }

  // ---- the server --------------------------------------------------------------------------------------------------------

  void keep(const Stamp& stamp, const Payload& payload, Out& out) {
    if (!stamp.is_newer_than(held_)) return;
    held_ = stamp;
    value_ = kept(replicate_, payload, out);
  }

  const Setting setting_;
  Rank self_;
  bool has_copy_, sends_next_;  ///< a phase asks the servers behind this rank
  std::int64_t reads_, write_back_, replicate_;
  Time timeout_;
  Divisor proposers_;
  std::vector<Open> open_;  ///< [operation div proposers, mod their number]: only this proposer's own
  std::size_t words_;
  std::vector<std::uint64_t> replied_;  ///< [slot of open_, server / 64]: a bit for each reply to the phase
  quorum_register::Drawn drawn_;        ///< the quorum of the phase that has just begun
  Operation answered_ = -1;
  Answer answer_{};
  Stamp held_{};
  Payload value_{};
};

/// A step sends at most one envelope, two without other servers, or each time one to each server that it asks; a tick one to
/// each server for each open operation. Kept are the values of open operations, of the last one that ended, and of the
/// register.
inline Bounds QuorumRegister::bounds(const Shape& shape, Rank /*rank*/) {
  const Setting setting(shape);
  const auto open = static_cast<std::size_t>(shape.in_flight), replicas = static_cast<std::size_t>(setting.replicas);
  const std::size_t envelopes = setting.draws || !setting.copies_everywhere ? 2 * replicas : 2;
  return {.sends = envelopes + (times_out(shape) ? open * replicas : 0), .completions = 2, .leases = open + 2};
}

}  // namespace coordbench
