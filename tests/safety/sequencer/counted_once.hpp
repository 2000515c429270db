#pragma once
// The closed form holds whatever fails, in each epoch.

#include <map>

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct CountedOnce {
  static constexpr std::string_view sentence =
      "Counted once: messages of an operation are at most its closed form in an epoch, because what is sent again is "
      "background";
  explicit CountedOnce(const Schedule& schedule)
      : shape_(schedule.shape), sent_(static_cast<std::size_t>(schedule.operations)) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& sent : step.sent) {
      const auto& message = sent.message;
      if (message.count > 0 && ++sent_[message.first][message.epoch] > most(message)) return false;
    }
    return true;
  }

 private:
  /// In a later epoch another rank may be the sequencer, so that an operation is no longer the sequencer's own.
  [[nodiscard]] double most(const Sequencer::Message& message) const {
    if (message.epoch == 0) return Sequencer::cost(shape_, message.first).messages.most;
    Shape other = shape_;
    double most = 0;
    for (Operation k = 0; k < shape_.ranks * (Sequencer::proposers(other) + 1); ++k)
      most = std::max(most, Sequencer::cost(shape_, k).messages.most);
    return most;
  }

  Shape shape_;
  std::vector<std::map<std::uint16_t, int>> sent_;  ///< [operation, epoch]
};

}  // namespace coordbench::testing::sequencer
