#pragma once
// What remains without write-backs: Lamport, Distributed Computing 1(2) 1986, for one writer; Shao, Welch, Pierce, Lee, SIAM J.
// Computing 40(1) 2011, for several.

#include <algorithm>
#include <vector>

#include "kernels/quorum_register.hpp"
#include "tests/safety/quorum_register/quorums.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct Regularity {
  static constexpr std::string_view sentence =
      "Regularity: a read returns a value whose writing had begun, and which no write replaced that ended before the read "
      "began";
  /// Only quorums that meet promise it.
  explicit Regularity(const Schedule& schedule) : Regularity(schedule, quorums_meet(schedule.shape)) {}
  Regularity(const Schedule& schedule, bool is_promised)
      : is_promised_(is_promised), writes_(static_cast<std::size_t>(schedule.operations)), begun_(writes_.size()) {}

  bool holds(const Step<QuorumRegister>& step, const auto& world) {
    if (!is_promised_) return true;
    const auto is_read = [&world](Operation k) { return QuorumRegister::kind(world.shape(), k) == 1; };
    ++now_;
    if (step.cause == Cause::propose) begun_[index(step.operation)] = now_;
    if (step.cause == Cause::propose && !is_read(step.operation)) writes_[index(step.operation)].begun = now_;
    for (const auto& answer : step.answered) {
      if (!is_read(answer.operation)) writes_[index(answer.operation)].ended = now_;
      if (is_read(answer.operation) && !may_return(answer.of, begun_[index(answer.operation)])) return false;
    }
    return true;
  }

 private:
  struct Write {
    Time begun = kNever, ended = kNever;
  };
  static std::size_t index(Operation operation) { return static_cast<std::size_t>(operation); }

  [[nodiscard]] bool may_return(Operation of, Time read_begun) const {
    const Write value = of < 0 ? Write{0, 0} : writes_[index(of)];
    return value.begun <= now_ && std::none_of(writes_.begin(), writes_.end(), [&](const Write& other) {
             return value.ended < other.begun && other.ended < read_begun;
           });
  }

  bool is_promised_;
  Time now_ = 0;               ///< steps so far
  std::vector<Write> writes_;  ///< [operation]
  std::vector<Time> begun_{};  ///< [operation]
};

}  // namespace coordbench::testing::quorum_register
