#pragma once
// Two-phase commit with a coordinator: the roles and the messages.
// Source: Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, sections 2 and 3.

#include <algorithm>

#include "kernels/commit/commitment.hpp"

namespace coordbench::commit {

enum Variant : std::int64_t { presumed_nothing, presumed_abort, presumed_commit };
/// The coordinator knows the outcome; a participant does; the coordinator may forget.
enum Instant : int { decided, learned, ended };
enum class Kind : std::uint32_t { prepare, vote_yes, vote_no, vote_read_only, commit, abort, acknowledge, inquire };

struct Message {
  static constexpr int count = 1;  ///< every message is of one transaction
  std::uint32_t first;             ///< the transaction
  Kind kind;

  static Message of(Operation transaction, Kind kind) { return {static_cast<std::uint32_t>(transaction), kind}; }
};

/// Who does what. Rank 0 coordinates; of the others, the first only read and the last vote no.
struct Roles : Votes {
  explicit Roles(const Shape& shape) : Votes(shape), read_only(shape["read_only"]), variant(shape["variant"]) {}

  [[nodiscard]] Kind vote_of(Rank rank) const {
    if (rank <= read_only) return Kind::vote_read_only;
    return refuses(rank) ? Kind::vote_no : Kind::vote_yes;
  }
  /// Participants that vote yes, and so must learn the decision.
  [[nodiscard]] std::int64_t waiting() const { return participants - read_only - no_votes; }
  /// What may be concluded of a transaction that the coordinator has forgotten.
  [[nodiscard]] Outcome presumed_outcome() const {
    return variant == presumed_abort ? aborted : variant == presumed_commit ? committed : undecided;
  }
  /// What is presumed need not be acknowledged, because a coordinator that has no information means that outcome.
  [[nodiscard]] bool acknowledges(Outcome outcome) const { return outcome != presumed_outcome(); }

  std::int64_t read_only, variant;
};

/// The parameters of all, and one of a protocol's own.
template <std::size_t count>
constexpr std::array<Parameter, count + 1> with(const std::array<Parameter, count>& all, const Parameter& own) {
  std::array<Parameter, count + 1> joined;
  std::copy(all.begin(), all.end(), joined.begin());
  joined.back() = own;
  return joined;
}

class AtomicCommitment : public Commitment {
 public:
  using Message = commit::Message;
  using Out = Outbox<Message>;
  using Kind = commit::Kind;

  static constexpr std::array parameters{
      Parameter{.name = "variant",
                .initial = presumed_nothing,
                .highest = presumed_commit,
                .help = "what is presumed of a transaction that the coordinator has forgotten",
                .choices = {"presumed_nothing", "presumed_abort", "presumed_commit"}},
      Parameter{.name = "read_only", .highest = 1'048'575, .help = "how many participants only read"}, kNoVotes,
      Parameter{.name = "timeout_us",
                .highest = 60'000'000,
                .help = "wait before asking again, 0: never; a time-out that expires makes the case fail"},
      kReplicate};
  static constexpr std::array marks{Mark{.name = "decided", .answers = true},
                                    Mark{.name = "learned", .where = Where::everywhere, .answers = true},
                                    Mark{.name = "ended"}};

  /// Participants that voted yes or no learn the outcome; those that only read have left by then.
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation /*k*/) {
    return mark == learned ? rank > shape["read_only"] : rank == 0;
  }
  static std::string unfit(const Shape& shape) {
    return Roles(shape).waiting() >= 0 ? "" : "more read-only participants and no-votes than participants";
  }
};

}  // namespace coordbench::commit
