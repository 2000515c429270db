#pragma once
// What makes rounds synchronous although word of them and their messages travel apart, and so keeps their distribution exact.

#include <algorithm>

#include "tests/safety/gossip/informed.hpp"

namespace coordbench::testing::gossip {

struct Synchrony {
  static constexpr std::string_view sentence =
      "Synchrony: in a round, a rank passes on what it knew before and asks for what it did not";
  explicit Synchrony(const Schedule& schedule)
      : informed_(schedule), is_in_rounds_(schedule.shape["pace"] == coordbench::gossip::lockstep) {}

  bool holds(const auto& step, const auto& /*world*/) {
    informed_.learn(step);
    return !is_in_rounds_ || std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      const bool passes_on = sent.message.kind == coordbench::gossip::Message::Kind::rumour;
      return passes_on == informed_.knew_before(step.rank, sent.message.first, sent.message.round);
    });
  }

 private:
  Informed informed_;
  bool is_in_rounds_;
};

}  // namespace coordbench::testing::gossip
