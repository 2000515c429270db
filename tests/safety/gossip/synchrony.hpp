#pragma once
// What makes rounds synchronous although word of them and their messages travel apart, and so keeps their distribution exact.

#include <algorithm>

#include "tests/safety/gossip/informed.hpp"

namespace coordbench::testing {

struct Synchrony {
  static constexpr std::string_view sentence =
      "Synchrony: in a round, a rank passes on what it knew before and asks for what it did not";
  explicit Synchrony(const Schedule& schedule) : informed_(schedule) {}

  bool holds(const auto& step, const auto& /*world*/) {
    informed_.learn(step);
    return std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
      const bool passes_on = sent.message.kind == GossipMessage::Kind::rumour;
      return passes_on == informed_.knew_before(step.rank, sent.message.first, sent.message.round);
    });
  }

 private:
  Informed informed_;
};

}  // namespace coordbench::testing
