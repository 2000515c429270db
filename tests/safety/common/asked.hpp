#pragma once
// What the user asked for so far.

#include <vector>

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

/// [rank]: how many operations it was asked for.
class Asked {
 public:
  explicit Asked(const Schedule& schedule) : asked_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}
  void follow(const auto& step) {
    if (step.cause == Cause::propose) ++asked_[static_cast<std::size_t>(step.rank)];
  }
  [[nodiscard]] std::uint64_t at(Rank rank) const { return asked_[static_cast<std::size_t>(rank)]; }

 private:
  std::vector<std::uint64_t> asked_;
};

/// The number of an operation among those of its proposer, from 1.
template <class P>
std::uint64_t number_of(const Shape& shape, Operation operation) {
  return static_cast<std::uint64_t>(operation / proposers_of<P>(shape)) + 1;
}

}  // namespace coordbench::testing::common
