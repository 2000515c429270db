#pragma once
// Who does what in an atomic commitment, and which decision each presumption lets go unacknowledged.
// Source: Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, sections 2 and 3.

#include "harness/protocol.hpp"

namespace coordbench {

struct CommitRoles {
  enum Variant : std::int64_t { presumed_nothing, presumed_abort, presumed_commit };
  enum Outcome : std::uint8_t { undecided, committed, aborted };
  enum class Vote : std::uint8_t { yes, no, read_only };

  explicit CommitRoles(const Shape& shape)
      : participants(shape.ranks - 1), read_only(shape["read_only"]), no_votes(shape["no_votes"]), variant(shape["variant"]) {}

  /// Participants that vote yes, and so must learn the decision.
  [[nodiscard]] std::int64_t waiting() const { return participants - read_only - no_votes; }

  /// The first participants only read, the last ones vote no.
  [[nodiscard]] Vote vote_of(Rank rank) const {
    if (rank <= read_only) return Vote::read_only;
    return rank > participants - no_votes ? Vote::no : Vote::yes;
  }

  [[nodiscard]] Outcome expected_outcome() const { return no_votes > 0 ? aborted : committed; }

  /// What may be presumed of a forgotten transaction need not be acknowledged: no information means that outcome.
  [[nodiscard]] bool acknowledges(Outcome outcome) const { return outcome != presumed_outcome(); }
  [[nodiscard]] Outcome presumed_outcome() const {
    return variant == presumed_abort ? aborted : variant == presumed_commit ? committed : undecided;
  }

  [[nodiscard]] std::int64_t messages() const {
    return 2 * participants + waiting() * (acknowledges(expected_outcome()) ? 2 : 1);
  }

  std::int64_t participants, read_only, no_votes, variant;
};

inline constexpr std::array kCommitParameters{
    Parameter{.name = "variant",
              .initial = CommitRoles::presumed_nothing,
              .lowest = 0,
              .highest = 2,
              .help = "what a forgotten transaction is presumed to be",
              .choices = {"presumed_nothing", "presumed_abort", "presumed_commit"}},
    Parameter{.name = "read_only", .initial = 0, .lowest = 0, .highest = 1'048'575, .help = "participants that only read"},
    Parameter{.name = "no_votes", .initial = 0, .lowest = 0, .highest = 1'048'575, .help = "participants that vote no"},
    Parameter{.name = "timeout_us",
              .initial = 0,
              .lowest = 0,
              .highest = 60'000'000,
              .help = "wait before asking again, 0 = never; one that fires fails a case"}};

}  // namespace coordbench
