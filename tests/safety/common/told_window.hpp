#pragma once
// For the replicas of told_once.hpp: what they must remember is bounded.

#include "tests/safety/common/told_once.hpp"

namespace coordbench::testing::common {

template <class P>
struct ToldWindow {
  static constexpr std::string_view sentence =
      "Window: a replica tells of an update only once all peers have acknowledged those that are `keep` or more older";
  explicit ToldWindow(const Schedule& schedule)
      : is_acknowledged_(schedule),
        missing_(static_cast<std::size_t>(schedule.operations), schedule.shape.ranks - 1),
        oldest_(static_cast<std::size_t>(schedule.shape.ranks), 0),
        proposers_(proposers_of<P>(schedule.shape)),
        keep_(schedule.shape["keep"]),
        resends_(schedule.shape["resend_us"] > 0) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (!resends_) return true;
    if (step.cause == Cause::deliver && !is_update<P>(*step.message)) {
      char& is_acknowledged = is_acknowledged_(step.message->first, step.from);
      if (is_acknowledged == 0) --missing_[step.message->first];
      is_acknowledged = 1;
    }
    std::int64_t& oldest = oldest_[static_cast<std::size_t>(step.rank)];
    while (is_acknowledged_by_all(oldest * proposers_ + step.rank)) ++oldest;
    for (const auto& sent : step.sent)
      if (is_update<P>(sent.message) && sent.message.first / proposers_ >= oldest + keep_) return false;
    return true;
  }

 private:
  [[nodiscard]] bool is_acknowledged_by_all(Operation k) const {
    return k < static_cast<Operation>(missing_.size()) && missing_[static_cast<std::size_t>(k)] == 0;
  }

  Ledger<char> is_acknowledged_;
  std::vector<int> missing_;          ///< [operation]: acknowledgements
  std::vector<std::int64_t> oldest_;  ///< [replica]: of its own updates, the first that somebody has not acknowledged
  std::int64_t proposers_, keep_;
  bool resends_;
};

}  // namespace coordbench::testing::common
