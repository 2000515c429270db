#pragma once
// anti_entropy — replicas compare what they have, two and two, drawn at random, and exchange what differs.
//
//   caller ──digest──►           partner     every period_us: how far the caller is with each origin
//          ◄──entries, digest?── partner     what the caller lacks; its own digest if it lacks something itself
//          ──entries──►          partner     that
//
// An operation is an update of one origin's value, k mod P, and its spread: `informed` at every rank. A digest has 4P bytes, an
// entry 8 and the value. If nothing differs, nothing is answered. Both sides are level after an exchange: so it spreads as
// push-pull does, in log3 N + O(log log N) periods, and a rank that missed updates gets them from anybody later on. A rank
// calls `ttl` times an operation, from an instant of its own within the first period on (phase=own), or with all others
// (phase=common), in rounds whose distribution is exact if a period is longer than an exchange. Then messages = N ttl + a reply
// for each call from a rank that lacks the update + two for each call from a rank that has it to one that lacks it. At most
// `entries` go at a time, the operation's own first; the rest follows at a later exchange. A rank whose replies have not left
// yet gives no more, because the caller calls again. No rank can know that all are informed: the harness finds out.
// Source: Demers et al., PODC 1987, 1.3 (anti-entropy, push-pull); van Renesse et al., LADIS 2008 (digests of versions).

#include "harness/protocol.hpp"
#include "kernels/gossip/expectation.hpp"
#include "kernels/gossip/partners.hpp"
#include "kernels/gossip/setting.hpp"
#include "kernels/gossip/versions.hpp"
#include "kernels/parts/proposers.hpp"

namespace coordbench {

class AntiEntropy : public Proposers {
 public:
  enum class Kind : std::uint16_t { digest, entries, entries_and_digest };
  struct Message {
    static constexpr int count = 1;  ///< every message is of one operation
    std::uint32_t first;             ///< the newest operation that its sender has heard of
    std::uint16_t call;              ///< which of its caller's calls the exchange is
    Kind kind;
  };
  using Out = Outbox<Message>;
  using Versions = gossip::Versions;
  enum Phase : std::int64_t { phase_own, phase_common };

  static constexpr About about{.level = 1,
                               .group = "gossip",
                               .promise =
                                   "every rank has the update in the end, except with a probability that shrinks with "
                                   "ttl",
                               .survives = "loss; ranks that are down: the others meet without them",
                               .blocks = "never",
                               .messages =
                                   "random; phase=common: N ttl calls, and O(N) answers, whose exact expectation is "
                                   "known",
                               .delays = "random: log3 N + O(log log N) calls per rank, 2 or 3 delays each",
                               .source = "Demers et al., PODC 1987, 1.3; van Renesse et al., LADIS 2008",
                               .latency = Latency::makespan,
                               .count_rule = CountRule::expected};
  static constexpr std::array parameters{
      gossip::kPeriod, gossip::ttl(16),
      Parameter{.name = "phase",
                .highest = 1,
                .help = "when a rank first calls: at a time of its own, or all at once",
                .choices = {"own", "common"}},
      Parameter{.name = "entries", .initial = 16, .lowest = 1, .highest = 4096, .help = "most entries in a message"},
      Proposers::parameter("how many ranks make updates: ranks 0, 1, …; 0: all")};
  enum { informed };
  static constexpr std::array marks{Mark{.name = "informed", .where = Where::everywhere, .answers = true}};

  static Cost cost(const Shape& shape, Operations operations) {
    if (shape["phase"] == phase_own && shape.ranks > 1) return {.messages = -1, .delays = {-1}};
    return {.messages = static_cast<double>(operations.count) * expected_messages(shape), .delays = {-1}};
  }
  static std::string unfit(const Shape& shape) {
    return shape.in_flight > 1 ? "two updates cannot be under way at once" : Proposers::unfit(shape);
  }
  static bool times_out(const Shape& /*shape*/) { return true; }
  /// A rank calls again, even if its last call was lost.
  static UnderLoss under_loss(const Shape& /*shape*/) { return UnderLoss::tolerates; }
  /// A rank that calls has to know that an operation has begun.
  static bool starts_everywhere(const Shape& /*shape*/) { return true; }
  static Silence silence(const Shape& shape) {
    const Time period = shape["period_us"] * 1000;
    return {.first = shape["ttl"] * period, .again = period};
  }
  /// The answer is the newest value of the operation's origin, which may be a later operation's.
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer) {
    const Operation of = answer.operation_of(operation);
    return answer.outcome == 1 && of >= operation && (of - operation) % proposers(shape) == 0;
  }
  /// A digest, and replies until their receivers have them; a value of each origin is kept.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const auto origins = static_cast<std::size_t>(proposers(shape)), ranks = static_cast<std::size_t>(shape.ranks);
    return {.sends = 1,
            .completions = 1,
            .receives = 2 * ranks,
            .leases = origins + 2,
            .made = 1 + std::min(2 * ranks, kRepliesMost),
            .made_bytes = Versions::bytes_most(static_cast<int>(origins), shape.payload_bytes, shape["entries"])};
  }

  AntiEntropy(const Shape& shape, Rank self)
      : Proposers(shape),
        shape_(shape),
        self_(self),
        period_(shape["period_us"] * 1000),
        ttl_(static_cast<int>(shape["ttl"])),
        has_own_phase_(shape["phase"] == phase_own),
        versions_(proposers(shape), shape.payload_bytes, shape["entries"]) {}

  void begin(Operation operation, Out& out) { take_part(operation, out); }
  void propose(Operation operation, const Payload& value, Out& out) {
    take_part(operation, out);
    versions_.set(self_, number_of(operation) + 1, value);
    out.complete(operation, informed);
  }

  [[nodiscard]] Time deadline() const { return alarm_; }
  void tick(Out& out) {
    alarm_ = ++called_ < ttl_ ? out.now() + period_ : kNever;
    Payload digest = out.allocate(versions_.digest_bytes());
    versions_.write_digest(digest.bytes());
    const Rank partner = *gossip::Partners(shape_, 1, operation_, called_, self_).begin();
    send(partner, Kind::digest, called_, std::move(digest), out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    take_part(message.first, out);
    if (message.kind == Kind::digest) return answer_call(from, message.call, payload.bytes(), out);
    const std::size_t digest = message.kind == Kind::entries_and_digest ? versions_.digest_bytes() : 0;
    const auto keep = [&out](const Payload& value) { return out.in_own_memory(value); };
    const auto learn = [&](Rank origin, Versions::Number number) {
      if (operation_of(origin, Operation{number} - 1) == operation_) out.complete(operation_, informed);
    };
    versions_.join(payload, digest, keep, learn);
    if (digest > 0) reply(from, message.call, false, versions_.newer_than(payload.bytes(), proposer_of(operation_)), out);
  }

  /// The newest operation that this rank has heard of.
  [[nodiscard]] Operation takes_part_in() const { return operation_; }
  [[nodiscard]] const Versions& versions() const { return versions_; }
  [[nodiscard]] Answer answer(Operation operation) const {
    const Rank origin = proposer_of(operation);
    const Operation newest = operation_of(origin, Operation{versions_.number(origin)} - 1);
    return newest < operation ? Answer{} : Answer{1, versions_.value(origin), newest};
  }

 private:
  static constexpr std::size_t kRepliesMost = 32;  ///< calls of one rank at once: of N callers few find the same
  static constexpr int kPhase = 1 << 30U;          ///< a draw that is no partner's

  static double expected_messages(const Shape& shape) {
    if (shape.ranks == 1) return 0;
    const gossip::Expectation replies(shape.ranks, 1, {.pushes = true, .pulls = true}, {.call = 0, .answer = 1, .news = 2});
    return static_cast<double>(shape.ranks * shape["ttl"]) + replies.messages();
  }

  /// Begins to call for a newer operation. Messages of older ones are as good as any, but call for nothing.
  void take_part(Operation operation, Out& out) {
    if (operation <= operation_) return;
    operation_ = operation;
    called_ = 0;
    if (shape_.ranks > 1) alarm_ = out.now() + (has_own_phase_ ? phase() : 0);
  }
  [[nodiscard]] Time phase() const {
    return 1000 * Time{Draw(shape_.seed, operation_, self_, kPhase).below(static_cast<int>(period_ / 1000))};
  }

  void answer_call(Rank caller, int call, std::span<const std::byte> digest, Out& out) {
    reply(caller, call, versions_.lacks(digest), versions_.newer_than(digest, proposer_of(operation_)), out);
  }
  void reply(Rank to, int call, bool asks, std::span<const std::uint32_t> origins, Out& out) {
    if ((!asks && origins.empty()) || !out.has_room()) return;
    const std::size_t digest = asks ? versions_.digest_bytes() : 0;
    Payload payload = out.allocate(digest + origins.size() * versions_.entry_bytes());
    if (asks) versions_.write_digest(payload.bytes());
    versions_.write_entries(origins, payload.bytes().subspan(digest));
    send(to, asks ? Kind::entries_and_digest : Kind::entries, call, std::move(payload), out);
  }
  void send(Rank to, Kind kind, int call, Payload payload, Out& out) const {
    out.send(to, {static_cast<std::uint32_t>(operation_), static_cast<std::uint16_t>(call), kind}, std::move(payload));
  }

  Shape shape_;
  Rank self_;
  Time period_;
  int ttl_;
  bool has_own_phase_;
  Versions versions_;
  Operation operation_ = -1;
  Time alarm_ = kNever;
  int called_ = 0;
};

}  // namespace coordbench
