#pragma once
// A duplicate is not news.

#include <array>

#include "tests/safety/common/ledger.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

template <class P>
struct Once {
  static constexpr std::string_view sentence = "Once: a replica reaches each mark of an operation once";
  explicit Once(const Schedule& schedule) : has_reached_(schedule) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    for (const auto& reached : step.reached)
      if (std::exchange(has_reached_(reached.operation, step.rank)[static_cast<std::size_t>(reached.mark)], true)) return false;
    return true;
  }

 private:
  Ledger<std::array<bool, P::marks.size()>> has_reached_;
};

}  // namespace coordbench::testing::common
