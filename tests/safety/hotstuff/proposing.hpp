#pragma once
// Yin et al., PODC 2019, algorithm 2: a leader waits for N - f new-view messages, and extends highQC, the highest certificate
// of them. A quorum that is locked is among those who sent them, but for f that may lie.

#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

/// What a traitor has told is not known.
struct HighestCertificate {
  static constexpr std::string_view sentence =
      "Highest Certificate: what a correct leader proposes first in a round extends a certificate at least as high as those "
      "of N - f servers that have entered the round";
  explicit HighestCertificate(const Schedule& schedule) : known_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    const parts::Core& core = server->core();
    Known& known = known_[static_cast<std::size_t>(step.rank)];
    if (core.pacemaker.round() > known.round) entered_[{core.pacemaker.round(), step.rank}] = known.high;
    known = {core.pacemaker.round(), core.rules.high().view};
    const bool is_first = std::any_of(step.sent.begin(), step.sent.end(), [](const auto& sent) {
      return sent.message.kind == Kind::propose && sent.message.step == 1 && sent.message.round > 0;
    });
    return !is_first || entered_not_above(known, world) >= core.setting.quorum;
  }

 private:
  struct Known {
    std::uint32_t round = 0;
    View high{};
  };
  /// Servers that are in the leader's round, or were, and came there with no higher certificate.
  [[nodiscard]] int entered_not_above(const Known& leader, const auto& world) const {
    int count = 0;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank) {
      const auto entered = entered_.find({leader.round, rank});
      count += !world.is_correct(rank) || (entered != entered_.end() && entered->second <= leader.high) ? 1 : 0;
    }
    return count;
  }

  std::vector<Known> known_;  ///< [rank]: after its last step
  std::map<std::pair<std::uint32_t, Rank>, View> entered_;
};

}  // namespace coordbench::testing::hotstuff
