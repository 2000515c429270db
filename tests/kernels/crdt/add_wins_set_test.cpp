#include "kernels/crdt/add_wins_set.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/random.hpp"

namespace coordbench::crdt::add_wins_set_test {
namespace {

using testing::Random;
using Set = AddWinsSet;
using Bytes = std::vector<std::byte>;

constexpr int kElements = 3, kReplicas = 4;

Bytes written(const Set& set) {
  Bytes bytes(set.state().bytes());
  set.state().write(bytes);
  return bytes;
}
Bytes written(const Set::Update& update) {
  Bytes bytes(Set::bytes(update));
  Set::write(update, bytes);
  return bytes;
}
bool is_same(const Set& a, const Set& b) {
  const auto same = [](const Dots& x, const Dots& y) {
    return std::equal(x.all().begin(), x.all().end(), y.all().begin(), y.all().end());
  };
  return a.state().known == b.state().known && same(a.state().dots, b.state().dots) && same(a.state().early, b.state().early);
}
Set join(Set a, const Set& b) {
  a.join(0, written(b));
  return a;
}
bool join(Set& set, Rank replica, const Bytes& update) { return set.join(replica, set.read_update(update)); }

/// Replicas that add, remove, and hear of each other by deltas and states, in any order but a replica's own.
class Replicas {
 public:
  Replicas() : sets_(kReplicas, Set(kElements, kReplicas)), told_(kReplicas), updates_(kReplicas) {
    for (auto& told : told_) told.fill(0);
  }

  void step(Random& random) {
    const auto one = random.below(std::size_t{kReplicas}), other = random.below(std::size_t{kReplicas});
    if (random.below(3) == 0) {
      const auto element = static_cast<std::uint32_t>(random.below(kElements));
      updates_[one].push_back(written(sets_[one].update(static_cast<Rank>(one), element, random.below(2) == 0)));
    } else if (random.below(4) == 0) {
      sets_[one] = join(sets_[one], sets_[other]);
    } else if (one != other && told_[one][other] < updates_[other].size()) {
      EXPECT_TRUE(join(sets_[one], static_cast<Rank>(other), updates_[other][told_[one][other]++]));
    }
  }
  [[nodiscard]] const Set& set(std::size_t replica) const { return sets_[replica]; }
  [[nodiscard]] Set& set(std::size_t replica) { return sets_[replica]; }
  [[nodiscard]] const std::vector<Bytes>& updates(std::size_t replica) const { return updates_[replica]; }

 private:
  std::vector<Set> sets_;
  std::vector<std::array<std::size_t, kReplicas>> told_;  ///< [receiver][sender]: so many of its updates
  std::vector<std::vector<Bytes>> updates_;
};

Replicas drawn(std::uint64_t seed) {
  Random random(seed);
  Replicas run;
  for (int left = random.between(0, 40); left > 0; --left) run.step(random);
  return run;
}

TEST(AddWinsSet, JoinsAreIdempotentCommutativeAndAssociative) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const Replicas run = drawn(seed);
    const Set &a = run.set(0), &b = run.set(1), &c = run.set(2);
    EXPECT_TRUE(is_same(join(a, a), a)) << "seed " << seed;
    EXPECT_TRUE(is_same(join(a, b), join(b, a))) << "seed " << seed;
    EXPECT_TRUE(is_same(join(join(a, b), c), join(a, join(b, c)))) << "seed " << seed;
  }
}

TEST(AddWinsSet, DeltasInTheOrderOfTheirReplicasComeToTheStateOfAllStates) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const Replicas run = drawn(seed);
    Set by_states(kElements, kReplicas), by_deltas(kElements, kReplicas);
    for (std::size_t replica = 0; replica < kReplicas; ++replica) by_states = join(by_states, run.set(replica));
    std::array<std::size_t, kReplicas> next{};
    Random random(seed);
    for (int turn = 0; turn < 1000; ++turn) {
      const auto replica = random.below(std::size_t{kReplicas});
      if (next[replica] < run.updates(replica).size())
        join(by_deltas, static_cast<Rank>(replica), run.updates(replica)[next[replica]++]);
    }
    EXPECT_TRUE(is_same(by_states, by_deltas)) << "seed " << seed;
    EXPECT_TRUE(by_deltas.state().early.all().empty());
  }
}

TEST(AddWinsSet, AnAdditionWinsOverARemovalThatHasNotSeenIt) {
  Set one(1, 2), other(1, 2);
  const Bytes added = written(one.update(0, 0, true));
  join(other, 0, added);
  const Bytes removed = written(other.update(1, 0, false)), again = written(one.update(0, 0, true));
  EXPECT_FALSE(other.contains(0));
  join(one, 1, removed);
  join(other, 0, again);
  EXPECT_TRUE(one.contains(0));
  EXPECT_TRUE(other.contains(0));
  EXPECT_TRUE(is_same(one, other));
}

TEST(AddWinsSet, AnAdditionThatComesAfterItsRemovalStaysAway) {
  Set one(1, 3), other(1, 3), third(1, 3);
  const Bytes added = written(one.update(0, 0, true));
  join(other, 0, added);
  const Bytes removed = written(other.update(1, 0, false));
  join(third, 1, removed);
  EXPECT_EQ(third.state().early.all().size(), 1U) << "what the removal took is remembered";
  join(third, 0, added);
  EXPECT_FALSE(third.contains(0));
  EXPECT_TRUE(third.state().early.all().empty()) << "and forgotten once it has come";
}

TEST(AddWinsSet, AnOldStateDoesNotBringBackWhatWasRemoved) {
  Set one(1, 2);
  one.update(0, 0, true);
  const Set old = one;
  one.update(0, 0, false);
  EXPECT_FALSE(join(one, old).contains(0));
  EXPECT_FALSE(join(old, one).contains(0));
}

TEST(AddWinsSet, RefusesAnUpdateThatOvertookAnotherOfItsReplica) {
  Set one(2, 2), other(2, 2);
  const Bytes first = written(one.update(0, 0, true)), second = written(one.update(0, 1, true));
  EXPECT_FALSE(join(other, 0, second));
  EXPECT_FALSE(other.contains(1));
  EXPECT_TRUE(join(other, 0, first));
  EXPECT_TRUE(join(other, 0, second));
  EXPECT_TRUE(join(other, 0, first)) << "twice changes nothing";
  EXPECT_TRUE(is_same(one, other));
}

TEST(AddWinsSet, IsAsLargeAsWhatIsThere) {
  Set set(kElements, kReplicas);
  const std::size_t empty = 8 + 4 * kReplicas;
  EXPECT_EQ(set.state().bytes(), empty);
  for (int turn = 0; turn < 1000; ++turn) {
    EXPECT_EQ(Set::bytes(set.update(1, 2, true)), 12U + (turn > 0 ? 12 : 0));
    EXPECT_EQ(set.state().bytes(), empty + 12) << "one dot, however often it is added";
  }
  set.update(1, 2, false);
  EXPECT_EQ(set.state().bytes(), empty) << "nothing is kept of what was removed";
}

TEST(AddWinsSet, IsNoLargerThanItsBound) {
  std::vector<Set> sets(kReplicas, Set(kElements, kReplicas));
  Set all(kElements, kReplicas);
  for (Rank replica = 0; replica < kReplicas; ++replica) {
    Set& set = sets[static_cast<std::size_t>(replica)];
    for (std::uint32_t element = 0; element < kElements; ++element) set.update(replica, element, true);
    all = join(all, set);
  }
  EXPECT_EQ(all.state().bytes(), 8U + 4 * kReplicas + 12 * kElements * kReplicas);
  EXPECT_EQ(Set::bytes_most(kElements, kReplicas), 8U + 4 * kReplicas + 2 * 12 * kElements * kReplicas);
}

}  // namespace
}  // namespace coordbench::crdt::add_wins_set_test
