#pragma once
// A value for each operation and rank of a schedule.

#include <vector>

#include "tests/safety/schedule.hpp"

namespace coordbench::testing::common {

template <class Value>
class Ledger {
 public:
  explicit Ledger(const Schedule& schedule)
      : ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        values_(static_cast<std::size_t>(schedule.operations) * ranks_, Value{}) {}
  Value& operator()(Operation operation, Rank rank) {
    return values_[static_cast<std::size_t>(operation) * ranks_ + static_cast<std::size_t>(rank)];
  }

 private:
  std::size_t ranks_;
  std::vector<Value> values_;
};

}  // namespace coordbench::testing::common
