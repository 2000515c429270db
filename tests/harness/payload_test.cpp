#include "harness/payload.hpp"

#include <gtest/gtest.h>

#include <set>

#include "harness/pattern.hpp"

namespace coordbench::testing::payload_test {
namespace {

TEST(PayloadArena, GivesEachLeaseItsOwnBytes) {
  PayloadArena arena(2, 100);
  const Payload a = arena.allocate(100), b = arena.allocate(50);
  EXPECT_EQ(a.size(), 100U);
  EXPECT_EQ(b.size(), 50U);
  EXPECT_GE(std::abs(a.data() - b.data()), 100);
}

TEST(PayloadArena, SaysNoWhenEveryLeaseIsTakenAndYesAgainLater) {
  PayloadArena arena(1, 8);
  Payload first = arena.allocate(8);
  EXPECT_FALSE(arena.allocate(8));
  first = {};
  EXPECT_TRUE(arena.allocate(8));
}

TEST(PayloadArena, RefusesWhatDoesNotFit) {
  PayloadArena arena(1, 8);
  EXPECT_THROW(static_cast<void>(arena.allocate(9)), std::length_error);
}

TEST(PayloadArena, OneThatGrowsNeverSaysNoAndMovesNothing) {
  PayloadArena arena(PayloadArena::Growing{}, 16);
  std::vector<Payload> leases;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(arena.has_free(1'000'000));
    leases.push_back(arena.allocate(16));
    ASSERT_TRUE(leases.back());
    Pattern::of(1, i, 0).fill(leases.back().bytes());
  }
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(Pattern::of(1, i, 0).matches(leases[static_cast<std::size_t>(i)].bytes())) << i;
  EXPECT_THROW(static_cast<void>(arena.allocate(17)), std::length_error);
}

TEST(PayloadArena, OneThatGrowsUsesItsSlotsAgain) {
  PayloadArena arena(PayloadArena::Growing{}, 16);
  std::set<const std::byte*> places;
  for (int i = 0; i < 1000; ++i) places.insert(arena.allocate(16).data());
  EXPECT_EQ(places.size(), 1U);
}

TEST(PayloadArena, KnowsHowManyAreFree) {
  PayloadArena arena(3, 8);
  EXPECT_TRUE(arena.has_free(3));
  EXPECT_FALSE(arena.has_free(4));
  Payload first = arena.allocate(8);
  const Payload copy = first;
  EXPECT_TRUE(arena.has_free(2));
  EXPECT_FALSE(arena.has_free(3));
  first = {};
  EXPECT_FALSE(arena.has_free(3)) << "the copy still holds it";
}

/// An arena in memory that others see, and one of those others.
struct Shared {
  explicit Shared(std::size_t slots)
      : room(slots * PayloadArena::stride(64) + PayloadArena::kAlignment),
        lender(slots, 64, room.data(), 3),
        borrower(slots, PayloadArena::Borrowed{}) {}
  /// As a message that names the slot does it.
  Payload lend(const Payload& own) {
    own.slot()->borrowers->fetch_add(1);
    return borrower.borrow(own.data(), own.slot()->borrowers, own.slot()->owner, own.slot()->number, 0, own.size());
  }
  std::vector<std::byte> room;
  PayloadArena lender, borrower;
};

TEST(PayloadArena, WhatIsLentIsNotFreeUntilItComesBack) {
  Shared shared(2);
  Payload own = shared.lender.allocate(64), borrowed = shared.lend(own);
  own = {};
  EXPECT_TRUE(shared.lender.has_free(1));
  EXPECT_FALSE(shared.lender.has_free(2)) << "nobody here holds it, but the borrower does";
  borrowed = {};
  EXPECT_TRUE(shared.lender.has_free(2));
}

TEST(PayloadArena, FindsThoseOfTheLentThatHaveComeBack) {
  Shared shared(3);
  std::vector<Payload> own, borrowed;
  for (int i = 0; i < 3; ++i) own.push_back(shared.lender.allocate(64)), borrowed.push_back(shared.lend(own.back()));
  const std::byte* second = own[1].data();
  own.clear();
  EXPECT_FALSE(shared.lender.has_free(1));
  borrowed[1] = {};
  EXPECT_TRUE(shared.lender.has_free(1));
  EXPECT_FALSE(shared.lender.has_free(2));
  EXPECT_EQ(shared.lender.allocate(64).data(), second);
  borrowed.clear();
  EXPECT_TRUE(shared.lender.has_free(3)) << "those that stayed away longer are found as well";
}

TEST(PayloadArena, ALentSlotThatIsAlsoHeldHereComesBackOnce) {
  Shared shared(2);
  Payload own = shared.lender.allocate(64), borrowed = shared.lend(own);
  borrowed = {};
  EXPECT_FALSE(shared.lender.has_free(2)) << "it is held here";
  own = {};
  EXPECT_TRUE(shared.lender.has_free(2));
  EXPECT_FALSE(shared.lender.has_free(3));
}

TEST(Payload, LivesAsLongAsAnyCopy) {
  PayloadArena arena(1, 8);
  Payload kept;
  {
    const Payload lease = arena.allocate(8);
    EXPECT_TRUE(lease.sole_owner());
    kept = lease.resized(4);
    EXPECT_FALSE(lease.sole_owner());
    EXPECT_EQ(kept.data(), lease.data());
  }
  EXPECT_EQ(kept.size(), 4U);
  EXPECT_TRUE(kept.sole_owner());
  EXPECT_FALSE(arena.allocate(8)) << "the copy still holds it";
}

TEST(Payload, HasRoomForAHeaderRightInFront) {
  PayloadArena arena(2, 8);
  const Payload lease = arena.allocate(8);
  EXPECT_EQ(lease.header(10) + 10, lease.data());
}

TEST(Pattern, DiffersBetweenOperationsOwnersAndPositions) {
  std::vector<std::byte> payload(4096);
  Pattern::of(1, 5, 0).fill(payload);
  EXPECT_TRUE(Pattern::of(1, 5, 0).matches(payload));
  EXPECT_FALSE(Pattern::of(1, 6, 0).matches(payload));
  EXPECT_FALSE(Pattern::of(1, 5, 1).matches(payload));
  EXPECT_FALSE(Pattern::of(2, 5, 0).matches(payload));
  std::swap(payload[8], payload[16]);
  EXPECT_FALSE(Pattern::of(1, 5, 0).matches(payload));
}

TEST(Pattern, SeesOneWrongBitAnywhere) {
  for (const std::size_t size : {1U, 7U, 8U, 4096U, 4097U}) {
    std::vector<std::byte> payload(size);
    Pattern::of(1, 2, 3).fill(payload);
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      payload[at] ^= std::byte{1};
      EXPECT_FALSE(Pattern::of(1, 2, 3).matches(payload)) << size << " bytes, wrong at " << at;
      payload[at] ^= std::byte{1};
    }
    EXPECT_TRUE(Pattern::of(1, 2, 3).matches(payload));
  }
}

TEST(Pattern, ASampledCheckReadsWhatASampledFillWrote) {
  std::vector<std::byte> payload(1 << 20);
  Pattern::of(1, 2, 3).fill(payload, Effort::sampled);
  EXPECT_TRUE(Pattern::of(1, 2, 3).matches(payload, Effort::sampled));
  EXPECT_FALSE(Pattern::of(1, 2, 3).matches(payload, Effort::full));
  EXPECT_FALSE(Pattern::of(1, 3, 3).matches(payload, Effort::sampled));
}

TEST(Pattern, SumsAreThePatternOfTheSums) {
  std::vector<std::byte> a(64), b(64);
  Pattern sum = Pattern::of(1, 2, 0);
  sum.fill(a);
  Pattern::of(1, 2, 1).fill(b);
  sum += Pattern::of(1, 2, 1);
  for (std::size_t i = 0; i < 8; ++i) {
    std::uint64_t x = 0, y = 0;
    std::memcpy(&x, a.data() + 8 * i, 8);
    std::memcpy(&y, b.data() + 8 * i, 8);
    x += y;
    std::memcpy(a.data() + 8 * i, &x, 8);
  }
  EXPECT_TRUE(sum.matches(a));
}

TEST(Payload, WhoBorrowedBytesWritesNothingInFrontOfThem) {
  std::vector<std::byte> room(PayloadArena::stride(64) + PayloadArena::kAlignment);
  PayloadArena lender(1, 64, room.data(), 3), borrower(1, PayloadArena::Borrowed{});
  const Payload own = lender.allocate(64);
  own.slot()->borrowers->fetch_add(1);
  const Payload borrowed = borrower.borrow(own.data(), own.slot()->borrowers, 3, 0, 0, 64);
  EXPECT_TRUE(own.leads_its_slot());
  EXPECT_FALSE(own.part(8, 8).leads_its_slot());
  EXPECT_FALSE(borrowed.leads_its_slot()) << "another borrower may write there at the same time";
}

}  // namespace
}  // namespace coordbench::testing::payload_test
