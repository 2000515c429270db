#include "kernels/crdt/text.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/random.hpp"

namespace coordbench::crdt::text_test {
namespace {

constexpr Id kBeginning{};

/// Of what can be seen, the operations.
std::vector<int> shown(const Text& text) {
  std::vector<int> shown;
  for (const auto& it : text.characters())
    if (it.deleted == 0) shown.push_back(static_cast<int>(it.operation));
  return shown;
}

TEST(Text, StandsInTheOrderInWhichItWasWritten) {
  Text text(10);
  text.insert(kBeginning, {1, 0}, 10);
  text.insert({1, 0}, {2, 0}, 20);
  text.insert({1, 0}, {3, 0}, 30);  // between the two
  text.insert(kBeginning, {4, 0}, 40);
  EXPECT_EQ(shown(text), std::vector({40, 10, 30, 20}));
  EXPECT_EQ(text.length(), 4);
  EXPECT_EQ(text.at(2), (Id{3, 0}));
}

TEST(Text, HidesWhatWasDeletedButKnowsWhereItStood) {
  Text text(10);
  text.insert(kBeginning, {1, 0}, 10);
  text.insert({1, 0}, {2, 0}, 20);
  text.erase({1, 0}, 3);
  text.erase({1, 0}, 4);  // another's, of the same
  EXPECT_EQ(text.length(), 1);
  EXPECT_EQ(text.at(0), (Id{2, 0}));
  EXPECT_FALSE(text.shows(10));
  text.insert({1, 0}, {5, 1}, 50);
  EXPECT_EQ(shown(text), std::vector({50, 20})) << "behind the hidden one";
  text.forget(2);
  EXPECT_TRUE(text.has({1, 0})) << "the first deletion was at clock 3";
  text.forget(3);
  EXPECT_FALSE(text.has({1, 0}));
  EXPECT_FALSE(text.has_deleted());
  EXPECT_EQ(shown(text), std::vector({50, 20}));
}

TEST(Text, RefusesMoreThanItHasRoomFor) {
  Text text(2);
  text.insert(kBeginning, {1, 0}, 1);
  text.insert(kBeginning, {2, 0}, 2);
  text.erase({1, 0}, 3);
  EXPECT_THROW(text.insert(kBeginning, {4, 0}, 4), std::length_error) << "what is hidden takes room";
  text.forget(3);
  EXPECT_NO_THROW(text.insert(kBeginning, {4, 0}, 4));
}

/// An insertion, and which one its anchor is.
struct Insertion {
  Id id, anchor;
};

/// Several write at once: each insertion is behind one that was made before, with a later clock.
std::vector<Insertion> drawn(testing::Random& random) {
  std::vector<Insertion> insertions;
  for (std::uint32_t i = 0; i < 8; ++i) {
    const auto behind = random.below(std::size_t{i} + 1);
    const Id anchor = behind == 0 ? kBeginning : insertions[behind - 1].id;
    insertions.push_back({{anchor.clock + static_cast<std::uint32_t>(random.between(1, 3)), i}, anchor});
  }
  return insertions;
}

/// Applied in a drawn order in which every anchor comes before what stands behind it.
std::vector<int> applied(const std::vector<Insertion>& insertions, testing::Random& random) {
  Text text(insertions.size());
  std::vector<std::size_t> left(insertions.size());
  std::iota(left.begin(), left.end(), 0);
  while (!left.empty()) {
    const std::size_t next = random.below(left.size());
    const Insertion& it = insertions[left[next]];
    if (!text.has(it.anchor)) continue;
    text.insert(it.anchor, it.id, it.id.replica);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(next));
  }
  return shown(text);
}

TEST(Text, IsTheSameInWhateverOrderInsertionsCome) {
  testing::Random random(1);
  for (int turn = 0; turn < 2000; ++turn) {
    const std::vector<Insertion> insertions = drawn(random);
    const std::vector<int> text = applied(insertions, random);
    for (int again = 0; again < 5; ++again) EXPECT_EQ(applied(insertions, random), text);
  }
}

}  // namespace
}  // namespace coordbench::crdt::text_test
