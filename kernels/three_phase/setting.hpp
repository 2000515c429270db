#pragma once
// Three-phase commit: the messages, the roles and the parameters.
// Source: Skeen, SIGMOD 1981; Bernstein, Hadzilacos, Goodman 1987, 7.5.

#include <string>

#include "kernels/commit/commitment.hpp"

namespace coordbench::three_phase {

/// The coordinator knows the outcome; a participant does; the coordinator need not tell anybody any more.
enum Instant : int { decided, learned, ended };
enum class Kind : std::uint16_t {
  vote_request,
  vote_yes,
  vote_no,
  vote_read_only,
  pre_commit,
  acknowledge,  ///< of a pre-commit
  commit,
  abort,
  acknowledge_decision,
  inquire,  ///< only when something fails: who knows the decision, and who is up?
  uncertain,
  pre_committed,           ///< an answer to an inquiry, as the one before, of a rank that has been up since it voted
  recovered_uncertain,     ///< … and, as the next one, of a rank that has crashed since then
  recovered_pre_committed  // the order is that of Peer
};
using Message = commit::MessageOf<Kind>;
using Out = Outbox<Message>;

/// Rank 0 coordinates and votes yes. Of the others, the first only read and the last vote no.
struct Roles : commit::Votes {
  explicit Roles(const Shape& shape) : Votes(shape), read_only(shape["read_only"]) {}

  [[nodiscard]] Kind vote_of(Rank rank) const {
    if (rank <= read_only) return Kind::vote_read_only;
    return refuses(rank) ? Kind::vote_no : Kind::vote_yes;
  }
  /// Participants that vote yes, and so must learn the decision.
  [[nodiscard]] std::int64_t waiting() const { return participants - read_only - no_votes; }
  /// The next rank behind this one that must learn the decision if it is up; those that only read need not.
  [[nodiscard]] Rank next(Rank rank) const { return static_cast<Rank>(rank < read_only ? read_only + 1 : rank + 1); }

  std::int64_t read_only;
};

/// What the kernel declares, less what it costs.
class Setting : public commit::Commitment {
 public:
  static constexpr std::array parameters{
      Parameter{.name = "final_acknowledgement",
                .highest = 1,
                .help = "whether participants acknowledge the decision, so that the coordinator may forget it"},
      Parameter{.name = "read_only", .highest = 1'048'575, .help = "how many participants only read"}, commit::kNoVotes,
      Parameter{.name = "timeout_us",
                .highest = 60'000'000,
                .help = "silence after which a rank is taken to have crashed, at least three message delays; 0: never"},
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

}  // namespace coordbench::three_phase
