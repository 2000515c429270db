#pragma once
// AC1 of atomic commitment (Bernstein, Hadzilacos, Goodman 1987, 7.3).

#include "tests/safety/common/agreement.hpp"

namespace coordbench::testing::commitment {

template <class P>
struct Agreement : common::Agreement<P> {
  using common::Agreement<P>::Agreement;
  static constexpr std::string_view sentence = "AC1: all processes that reach a decision reach the same one";
};

}  // namespace coordbench::testing::commitment
