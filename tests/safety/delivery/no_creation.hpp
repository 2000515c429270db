#pragma once
// Nothing comes of nothing.

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::delivery {

template <class P>
struct NoCreation {
  static constexpr std::string_view sentence =
      "No creation: a rank speaks of and marks only what it is asked for or has a message of, and sends again only what goes "
      "on";
  explicit NoCreation(const Schedule& /*schedule*/) {}

  bool holds(const Step<P>& step, const auto& world) const {
    if (step.cause == Cause::tick)
      return step.reached.empty() && std::all_of(step.sent.begin(), step.sent.end(), [&](const auto& sent) {
               return world.was_proposed(sent.message.first) && !world.has_ended(sent.message.first);
             });
    const Operation it = step.cause == Cause::deliver ? static_cast<Operation>(step.message->first) : step.operation;
    return std::all_of(step.sent.begin(), step.sent.end(), [it](const auto& sent) { return sent.message.first == it; }) &&
           std::all_of(step.reached.begin(), step.reached.end(), [it](const auto& mark) { return mark.operation == it; });
  }
};

}  // namespace coordbench::testing::delivery
