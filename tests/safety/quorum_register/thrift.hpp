#pragma once
// How many servers a phase asks when it begins.

#include <array>
#include <vector>

#include "kernels/quorum_register.hpp"
#include "tests/safety/quorum_register/quorums.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::quorum_register {

struct Thrift {
  static constexpr std::string_view sentence =
      "Thrift: before a time-out a phase asks as many servers as it waits for if it is thrifty or draws them, and each once";
  explicit Thrift(const Schedule& schedule)
      : is_promised_(schedule.shape["thrifty"] == 1 || schedule.shape["quorums"] == coordbench::quorum_register::drawn),
        quorum_{read_quorum_of(schedule.shape), write_quorum_of(schedule.shape)} {}

  bool holds(const Step<QuorumRegister>& step, const auto& /*world*/) {
    if (!is_promised_ || step.cause == Cause::tick) return true;
    questions_.clear();
    for (const auto& sent : step.sent) {
      const bool stores = sent.message.kind == Kind::store;
      if (!stores && sent.message.kind != Kind::query_stamp && sent.message.kind != Kind::query_value) continue;
      for (const auto& [to, was_store] : questions_)
        if (to == sent.to && was_store == stores) return false;
      questions_.emplace_back(sent.to, stores);
    }
    std::array<int, 2> asked{};
    for (const auto& question : questions_) ++asked[question.second ? 1 : 0];
    return asked[0] <= quorum_[0] && asked[1] <= quorum_[1];
  }

 private:
  using Kind = QuorumRegister::Kind;

  bool is_promised_;
  std::array<int, 2> quorum_;                       ///< R and W
  std::vector<std::pair<Rank, bool>> questions_{};  ///< of this step: to which server, and whether to store
};

}  // namespace coordbench::testing::quorum_register
