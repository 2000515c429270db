#pragma once
// What every collective must show without MPI: the closed form and the right answer, at every root, size and N.

#include <gtest/gtest.h>

#include <set>

#include "tests/support/shapes.hpp"
#include "tests/support/thread_world.hpp"

namespace coordbench::testing {

/// Most requests that collective C may have open at a time.
template <class C>
std::size_t posted_max(const Shape& shape) {
  if constexpr (requires { C::posted_max(shape); })
    return C::posted_max(shape);
  else
    return 0;
}

/// Asserts messages == the closed form, right answers everywhere, no more open requests than declared, nothing left over.
template <class C>
void expect_closed_form(const Shape& shape, int operations = 3) {
  const auto result = run_collective<C>(shape, operations);
  EXPECT_EQ(result.messages, operations * C::messages(shape)) << "N = " << shape.ranks << ", bytes = " << shape.payload_bytes;
  EXPECT_EQ(result.wrong_answers, 0) << "N = " << shape.ranks << ", bytes = " << shape.payload_bytes;
  EXPECT_LE(result.most_posted, posted_max<C>(shape)) << "N = " << shape.ranks << ", bytes = " << shape.payload_bytes;
  EXPECT_FALSE(result.leftovers);
}

/// Three roots that differ where N allows: the first, the middle, the last rank.
inline std::set<Rank> three_roots(int ranks) { return {0, ranks / 2, ranks - 1}; }

/// Messages of one operation of C on `ranks` ranks, as counted.
template <class C>
std::int64_t messages_counted(int ranks) {
  return run_collective<C>(shape_of<C>(ranks), 1).messages;
}

/// expect_closed_form at every N up to `ranks_max`: no payload, one element of either width, odd sizes, more than a page.
template <class C>
void expect_closed_form_up_to(int ranks_max) {
  for (int ranks = 1; ranks <= ranks_max; ++ranks)
    for (const std::int64_t bytes : {0, 1, 8, 4097, 16'384}) expect_closed_form<C>(shape_of<C>(ranks, bytes));
}

/// The same at three roots.
template <class C>
void expect_closed_form_at_roots_up_to(int ranks_max) {
  for (int ranks = 1; ranks <= ranks_max; ++ranks)
    for (const Rank root : three_roots(ranks))
      for (const std::int64_t bytes : {0, 1, 8, 4097, 16'384})
        expect_closed_form<C>(shape_of<C>(ranks, bytes, {{"root", root}}));
}

}  // namespace coordbench::testing
