#pragma once
// What the user asked for so far, and which update of which origin an operation is.

#include <algorithm>
#include <vector>

#include "kernels/anti_entropy.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::anti_entropy {

using Step = coordbench::testing::Step<AntiEntropy>;
using Kind = AntiEntropy::Kind;
using Numbers = std::vector<AntiEntropy::Versions::Number>;  ///< [origin]

inline Rank origin_of(const Shape& shape, Operation operation) { return proposer_of<AntiEntropy>(shape, operation); }
inline AntiEntropy::Versions::Number number_of(const Shape& shape, Operation operation) {
  return static_cast<AntiEntropy::Versions::Number>(operation / proposers_of<AntiEntropy>(shape)) + 1;
}

/// [origin]: the newest update that it was asked for.
class Asked {
 public:
  explicit Asked(const Schedule& schedule)
      : shape_(schedule.shape), newest_(static_cast<std::size_t>(proposers_of<AntiEntropy>(shape_)), 0) {}
  void follow(const Step& step) {
    if (step.cause != Cause::propose) return;
    newest_[static_cast<std::size_t>(origin_of(shape_, step.operation))] = number_of(shape_, step.operation);
  }
  [[nodiscard]] const Numbers& newest() const { return newest_; }

 private:
  Shape shape_;
  Numbers newest_;
};

}  // namespace coordbench::testing::anti_entropy
