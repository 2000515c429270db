#pragma once
// What two-phase commit promises, and what it claims to survive: everything but the loss of its log.

#include "tests/safety/two_phase_commit/agreement.hpp"
#include "tests/safety/two_phase_commit/integrity.hpp"
#include "tests/safety/two_phase_commit/nontriviality.hpp"
#include "tests/safety/two_phase_commit/reversal.hpp"
#include "tests/safety/two_phase_commit/termination.hpp"
#include "tests/safety/two_phase_commit/unanimity.hpp"

namespace coordbench::testing {

struct TwoPhaseCommitSafety {
  using Protocol = TwoPhaseCommit;
  /// A process that reverses itself also disagrees with somebody, and so does who commits against a no: the narrower first.
  using Invariants =
      std::tuple<CommitNoReversal, CommitUnanimity, CommitAgreement, CommitIntegrity, CommitNontriviality, CommitTermination>;

  static std::string describe(const CommitMessage& message) {
    static constexpr std::array<std::string_view, 8> kWords{"prepare", "vote yes", "vote no",     "vote read-only",
                                                            "commit",  "abort",    "acknowledge", "inquire"};
    return std::string(kWords[static_cast<std::size_t>(message.kind)]) + " " + std::to_string(message.first);
  }

  static void draw(Schedule& schedule, Random& random) {
    const int participants = schedule.shape.ranks - 1;
    const int read_only = random.below(3) == 0 ? random.between(1, participants) : 0;
    const int no_votes = random.below(4) == 0 ? random.between(0, participants - read_only) : 0;
    set(schedule.shape, "variant", random.below(3));
    set(schedule.shape, "read_only", read_only);
    set(schedule.shape, "no_votes", no_votes);
    set(schedule.shape, "timeout_us", random.between(2, 12));
    schedule.shape.in_flight = random.between(1, 3);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing
