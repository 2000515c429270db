#pragma once
// The closed form holds whatever fails.

#include "tests/safety/sequencer/world.hpp"

namespace coordbench::testing::sequencer {

struct CountedOnce {
  static constexpr std::string_view sentence =
      "Counted once: messages of an operation are at most its closed form, because what is sent again is background";
  explicit CountedOnce(const Schedule& schedule)
      : shape_(schedule.shape), sent_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const Step& step, const auto& /*world*/) {
    for (const auto& sent : step.sent)
      if (sent.message.count > 0 && ++sent_[sent.message.first] > Sequencer::cost(shape_, sent.message.first).messages.most)
        return false;
    return true;
  }

 private:
  Shape shape_;
  std::vector<int> sent_;  ///< [operation]
};

}  // namespace coordbench::testing::sequencer
