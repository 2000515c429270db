#pragma once
// Attempts are numbered, and an acknowledgement says which one it answers.

#include <vector>

#include "kernels/exactly_once_send.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::exactly_once_send {

struct Attempts {
  static constexpr std::string_view sentence =
      "Attempts: an operation's sendings are numbered from 1, and each that arrives is acknowledged by its number";
  explicit Attempts(const Schedule& schedule)
      : receiver_(coordbench::delivery::receiver(schedule.shape)), sent_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const Step<ExactlyOnceSend>& step, const auto& /*world*/) {
    if (step.cause == Cause::deliver && step.rank == receiver_)
      return step.sent.size() == 1 && step.sent.front().message.attempt == step.message->attempt;
    return std::all_of(step.sent.begin(), step.sent.end(), [this](const auto& sent) {
      return sent.message.attempt == ++sent_[static_cast<std::size_t>(sent.message.first)];
    });
  }

 private:
  Rank receiver_;
  std::vector<std::uint32_t> sent_;  ///< [operation]: attempts so far
};

}  // namespace coordbench::testing::exactly_once_send
