#pragma once
// What all protocols of atomic commitment share: the problem, who votes what, and what they declare.
// Source: Bernstein, Hadzilacos, Goodman 1987, 7.3 (AC1–AC5).

#include "harness/protocol.hpp"
#include "kernels/parts/replicate.hpp"

namespace coordbench::commit {

enum Outcome : std::uint8_t { undecided, committed, aborted };

/// A message of one transaction. `Kind` is the protocol's own enumeration.
template <class Kind_>
struct MessageOf {
  using Kind = Kind_;

  std::uint32_t first;      ///< the transaction
  Kind kind;                ///< in 16 bits
  std::uint16_t count = 1;  ///< 0 if the message is background, because it has been sent before

  static MessageOf of(Operation transaction, Kind kind) { return {static_cast<std::uint32_t>(transaction), kind}; }
  static MessageOf again(Operation transaction, Kind kind) { return {static_cast<std::uint32_t>(transaction), kind, 0}; }
};

/// Rank 0 brings the transaction and agrees. Of the other ranks, the last vote no.
struct Votes {
  explicit Votes(const Shape& shape) : participants(shape.ranks - 1), no_votes(shape["no_votes"]) {}

  [[nodiscard]] bool refuses(Rank rank) const { return rank > participants - no_votes; }
  /// The decision while nothing fails.
  [[nodiscard]] Outcome expected_outcome() const { return no_votes > 0 ? aborted : committed; }

  std::int64_t participants, no_votes;
};

inline constexpr Parameter kNoVotes{.name = "no_votes", .highest = 1'048'575, .help = "how many participants vote no"};
inline constexpr Parameter kTimeout{.name = "timeout_us", .highest = 60'000'000, .help = "wait before asking again, 0: never"};

/// What a protocol of the family declares, less what it costs.
class Commitment {
 public:
  static constexpr std::array parameters{kNoVotes, kTimeout, kReplicate};

  static bool accepts(const Shape& shape, Operation k, const Answer& answer) {
    return answer.outcome == Votes(shape).expected_outcome() && answer.operation_of(k) == k;
  }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  static std::string unfit(const Shape& shape) {
    return Votes(shape).no_votes < shape.ranks ? "" : "more no-votes than participants";
  }
};

}  // namespace coordbench::commit
