#pragma once
// ring_election — identifiers go round a ring; the largest comes back to its rank, which leads.
//
//   (9) ──9──► (4) ──4──► (7) ──7──► (9)     all ranks send their identifiers, in brackets, to the next rank;
//                         4 < 7: stops       a rank passes a larger one on and takes a smaller one off the ring
//              (4) ──9──► (7) ──9──► (9)     `elected`  at the rank whose own identifier comes back
//   (9) ──leader 9──► (4) ──► (7) ──► (9)    `known`    at each rank; `ended` once the announcement is back
//
// Each identifier takes as many messages as there are hops to the next larger one, the largest N; the announcement takes N
// more. By `order`, of identifiers in the direction of messages: ascending 3N - 1, the least; descending N(N + 1)/2 + N, the
// most; random, drawn anew for each election, N H(N) + N on average, H(N) = 1 + 1/2 + … + 1/N, and exactly computable for
// each. The i-th largest identifier goes N/i hops on average, because i - 1 others may stop it.
// The largest identifier is never overtaken, so the delays are exact: elected N, known 2N - 1, ended 2N.
// Nothing is sent again: a message or a rank that is lost may stop an election, but never makes a second leader.
// Source: Chang, Roberts, CACM 22(5) 1979.

#include <optional>

#include "kernels/election/election.hpp"
#include "kernels/parts/draw.hpp"

namespace coordbench {

class RingElection {
 public:
  using Identifier = std::uint64_t;  ///< distinct; the rank is in the lower half
  struct Message {
    enum class Kind : std::uint32_t { candidate, leader };
    static constexpr int count = 1;
    std::uint32_t first;  ///< the election
    Kind kind;
    Identifier identifier;
  };
  using Kind = Message::Kind;
  using Out = Outbox<Message>;

  static constexpr About about{.level = 2,
                               .group = "election",
                               .promise =
                                   "every rank knows one leader, the largest identifier; a lost message or rank stops the "
                                   "election",
                               .survives = "late messages and duplicates",
                               .blocks = "after a loss; while any rank is down",
                               .messages =
                                   "ascending: 3N - 1; descending: N(N + 1)/2 + N; random: N H(N) + N on average, exact "
                                   "for each; 0 at N = 1",
                               .delays = "elected N, known 2N - 1, ended 2N; 0 at N = 1",
                               .source = "Chang, Roberts, CACM 1979",
                               .latency = Latency::makespan,
                               .has_payload = false};
  enum Order : std::int64_t { ascending, descending, random };
  static constexpr std::array parameters{
      Parameter{.name = "order",
                .initial = random,
                .highest = random,
                .help = "how identifiers lie around the ring, in the direction of messages; random: drawn anew each time",
                .choices = {"ascending", "descending", "random"}}};
  enum { elected, known, ended };
  static constexpr std::array marks{Mark{.name = "elected"}, Mark{.name = "known", .where = Where::everywhere, .answers = true},
                                    Mark{.name = "ended"}};

  static Cost cost(const Shape& shape, Operation k) {
    const std::int64_t n = shape.ranks;
    if (n == 1) return {.messages = 0, .delays = {0, 0, 0}};
    return {.messages = hops(shape, k) + n, .delays = {n, 2 * n - 1, 2 * n}};
  }
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation k) { return mark == known || leads(shape, k, rank); }
  static bool accepts(const Shape& shape, Operation k, const Answer& answer) {
    const bool is_rank = answer.outcome >= 0 && answer.outcome < shape.ranks;
    return answer.of == Answer::nothing && is_rank && leads(shape, k, static_cast<Rank>(answer.outcome));
  }
  static std::string unfit(const Shape& shape) { return election::unfit(shape); }
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return shape.ranks == 1 ? std::nullopt : std::optional<Rank>(rank == 0 ? shape.ranks - 1 : rank - 1);
  }
  /// All identifiers and the announcement may wait.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    return {.sends = 1, .completions = 3, .receives = static_cast<std::size_t>(shape.ranks) + 1, .leases = 1};
  }

  RingElection(const Shape& shape, Rank self)
      : identifiers_(shape), self_(self), next_(self + 1 == shape.ranks ? 0 : self + 1) {}

  /// Every rank is a candidate.
  void begin(Operation k, Out& out) {
    const Identifier own = identifiers_(k, self_);
    if (next_ == self_) {
      lead(k, own, out);
      told_.tell(k, ended, out);
    } else {
      out.send(next_, {.first = static_cast<std::uint32_t>(k), .kind = Kind::candidate, .identifier = own});
    }
  }

  /// A message of an earlier election is held against this rank's identifier in that one, so it goes where it would have gone.
  void step(Rank /*from*/, const Message& message, const Payload& /*payload*/, Out& out) {
    const Operation k = message.first;
    const Identifier own = identifiers_(k, self_);
    if (message.kind == Kind::leader)
      hear_of_leader(k, own, message, out);
    else if (message.identifier > own)
      out.send(next_, message);
    else if (message.identifier == own)
      lead(k, own, out);
  }

  /// Of the newest election whose leader it knows.
  [[nodiscard]] Answer answer(Operation /*k*/) const { return election::leader_is(rank_of(leader_)); }

  /// The identifier of a rank in an election.
  static Identifier identifier(const Shape& shape, Operation k, Rank rank) { return Identifiers(shape)(k, rank); }
  static Rank rank_of(Identifier identifier) { return static_cast<Rank>(static_cast<std::uint32_t>(identifier)); }

 private:
  class Identifiers {
   public:
    explicit Identifiers(const Shape& shape) : order_(shape["order"]), ranks_(shape.ranks), seed_(shape.seed) {}
    Identifier operator()(Operation k, Rank rank) const {
      return static_cast<Identifier>(place(k, rank)) << 32U | static_cast<std::uint32_t>(rank);
    }

   private:
    static constexpr int kDrawn = 1 << 30;

    /// Draws make every order of the ring as likely as any other; the rank decides between equal draws, which are rare.
    [[nodiscard]] int place(Operation k, Rank rank) const {
      if (order_ == random) return Draw(seed_, k, rank).below(kDrawn);
      return order_ == ascending ? rank : ranks_ - 1 - rank;
    }
    std::int64_t order_;
    int ranks_;
    std::uint64_t seed_;
  };

  static bool leads(const Shape& shape, Operation k, Rank rank) {
    const Identifiers identifiers(shape);
    for (Rank other = 0; other < shape.ranks; ++other)
      if (identifiers(k, other) > identifiers(k, rank)) return false;
    return rank < shape.ranks;
  }
  /// Messages of all identifiers together.
  static std::int64_t hops(const Shape& shape, Operation k) {
    const std::int64_t n = shape.ranks;
    if (shape["order"] == ascending) return 2 * n - 1;
    if (shape["order"] == descending) return n * (n + 1) / 2;
    const Identifiers identifiers(shape);
    std::vector<Identifier> ring;
    for (Rank rank = 0; rank < 2 * shape.ranks; ++rank) ring.push_back(identifiers(k, rank % shape.ranks));
    std::int64_t hops = 0;
    for (auto start = ring.begin(); start != ring.begin() + n; ++start)
      hops += std::find_if(start + 1, start + n, [start](Identifier other) { return other > *start; }) - start;
    return hops;
  }

  /// A second copy of this rank's identifier elects nobody.
  void lead(Operation k, Identifier own, Out& out) {
    if (!told_.tell(k, elected, out)) return;
    leader_ = own;
    told_.tell(k, known, out);
    if (next_ != self_) out.send(next_, {.first = static_cast<std::uint32_t>(k), .kind = Kind::leader, .identifier = own});
  }
  void hear_of_leader(Operation k, Identifier own, const Message& message, Out& out) {
    if (message.identifier == own) {
      told_.tell(k, ended, out);
    } else if (told_.tell(k, known, out)) {
      leader_ = message.identifier;
      out.send(next_, message);
    }
  }

  Identifiers identifiers_;
  Rank self_, next_;
  Identifier leader_ = UINT32_MAX;  ///< nobody's
  election::Told told_{};
};

}  // namespace coordbench
