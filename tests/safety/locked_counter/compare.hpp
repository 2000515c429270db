#pragma once
// Swapping makes progress: a swap is refused only if another one succeeded before it.

#include "tests/safety/locked_counter/world.hpp"

namespace coordbench::testing::locked_counter {

struct Compare {
  static constexpr std::string_view sentence =
      "Compare: a swap is done if the counter has the value that it expects, else refused";
  explicit Compare(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) {
    if (step.rank != 0) return true;
    const std::uint32_t before = std::exchange(value_, world.machine(0).value());
    for (const auto& sent : step.sent) {
      const bool is_done = sent.message.kind == Kind::swapped;
      if (!is_done && sent.message.kind != Kind::refused) continue;
      if (is_done != (step.message->value == before) || value_ != before + (is_done ? 1 : 0)) return false;
      if (sent.message.value != value_) return false;
    }
    return true;
  }

 private:
  std::uint32_t value_ = 0;  ///< of the counter
};

}  // namespace coordbench::testing::locked_counter
