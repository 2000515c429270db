#include "harness/outbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>

namespace coordbench::testing::outbox_test {
namespace {

struct Word {
  std::uint32_t first;
  std::int32_t count;
};
using Out = Outbox<Word>;

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::length_error& error) {
    return error.what();
  }
  return "";
}

/// An outbox that takes all its room at once, and one that grows.
class Outboxes : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(EagerAndNot, Outboxes, ::testing::Bool());

TEST_P(Outboxes, TakeWhatWasDeclaredAndNoMore) {
  Out out({.sends = 20, .completions = 30}, GetParam());
  for (int step = 0; step < 3; ++step) {
    for (int i = 0; i < 20; ++i) out.send(i, {static_cast<std::uint32_t>(i), 1});
    for (int i = 0; i < 30; ++i) out.complete(i, 0);
    EXPECT_EQ(refusal([&] { out.send(1, {0, 1}); }), "outbox: more messages in one step than declared");
    EXPECT_EQ(refusal([&] { out.complete(1, 0); }), "outbox: more completions in one step than declared");
    ASSERT_EQ(out.envelopes().size(), 20U);
    ASSERT_EQ(out.completions().size(), 30U);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(out.envelopes()[static_cast<std::size_t>(i)].to, i);
    EXPECT_EQ(out.completions()[29].operation, 29);
    out.clear();
    EXPECT_TRUE(out.envelopes().empty() && out.completions().empty());
  }
}

TEST(Outbox, SendsToOthersInOneEnvelope) {
  Out out({.sends = 2});
  out.send_others({0, 1});
  out.send_others({0, 1}, Payload{}, 3);
  ASSERT_EQ(out.envelopes().size(), 2U);
  EXPECT_EQ(out.envelopes()[0].to, Out::kOthers);
  EXPECT_EQ(out.envelopes()[0].others, static_cast<std::uint32_t>(Out::kAll));
  EXPECT_EQ(out.envelopes()[1].others, 3U);
}

TEST(Outbox, MakesPayloadsWithinTheDeclaredBounds) {
  PayloadArena made(2, 40);
  Out out({.sends = 2, .made = 2, .made_bytes = 40}, true, &made);
  const Payload first = out.allocate(40);
  EXPECT_EQ(first.size(), 40U);
  EXPECT_EQ(refusal([&] { static_cast<void>(out.allocate(41)); }), "outbox: a payload is made that is larger than declared");
  Payload second = out.allocate(0);
  EXPECT_EQ(refusal([&] { static_cast<void>(out.allocate(8)); }), "outbox: more payloads made than declared");
  second = {};
  EXPECT_TRUE(out.allocate(8)) << "one has come back";
}

TEST(Outbox, ASizeIsHeldAgainstTheDeclarationNotAgainstTheArena) {
  PayloadArena made(2, 4096);  // as where another machine's, or a batch's, slots are larger
  Out out({.sends = 2, .made = 2, .made_bytes = 40}, true, &made);
  EXPECT_NE(refusal([&] { static_cast<void>(out.allocate(41)); }), "");
}

TEST(Outbox, AMachineThatDeclaredNoPayloadsMakesNone) {
  PayloadArena made(0, 0);
  Out out({.sends = 2}, true, &made);
  EXPECT_EQ(refusal([&] { static_cast<void>(out.allocate(8)); }), "outbox: a payload is made that is larger than declared");
  EXPECT_EQ(refusal([&] { static_cast<void>(out.allocate(0)); }), "outbox: more payloads made than declared");
}

TEST(Outbox, AMadePayloadLivesAsLongAsItsEnvelope) {
  PayloadArena made(1, 8);
  Out out({.sends = 1, .made = 1, .made_bytes = 8}, true, &made);
  out.send_others({0, 1}, out.allocate(8));
  EXPECT_FALSE(made.has_free(1));
  out.envelopes()[0].payload = {};
  EXPECT_TRUE(made.has_free(1));
}

TEST(Outbox, CopiesWhatLiesInAnothersMemoryAndNothingElse) {
  PayloadArena own(1, 8), borrowed(1, PayloadArena::Borrowed{});
  Out out({.sends = 1}, true, nullptr, &own);
  std::vector<std::byte> theirs(24, std::byte{7});
  std::atomic<std::uint32_t> borrowers{1};
  const Payload lent = borrowed.borrow(theirs.data(), &borrowers, 0, 0, 16, 8);
  const Payload copy = out.in_own_memory(lent);
  EXPECT_FALSE(copy.is_borrowed());
  EXPECT_NE(copy.data(), lent.data());
  EXPECT_TRUE(std::equal(copy.bytes().begin(), copy.bytes().end(), theirs.begin() + 16));
  EXPECT_EQ(refusal([&] { static_cast<void>(out.in_own_memory(lent)); }), "outbox: more payloads kept than declared");
  EXPECT_EQ(out.in_own_memory(copy).data(), copy.data());
  EXPECT_FALSE(out.in_own_memory(Payload()));
}

TEST(Outbox, GathersWithinTheDeclaredBounds) {
  Out out({.sends = 2, .parts = 3});
  const auto gathered = out.gather(2, [](std::size_t /*i*/) { return Payload{}; });
  out.send(1, {0, 2}, gathered);
  EXPECT_EQ(out.parts_of(out.envelopes()[0]).size(), 2U);
  EXPECT_EQ(refusal([&] { out.gather(2, [](std::size_t /*i*/) { return Payload{}; }); }),
            "outbox: more payloads in one step than declared");
}

}  // namespace
}  // namespace coordbench::testing::outbox_test
