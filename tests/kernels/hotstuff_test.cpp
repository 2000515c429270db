#include "kernels/hotstuff.hpp"

#include <gtest/gtest.h>

#include "tests/safety/hotstuff/hotstuff_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::hotstuff_test {
namespace {

using hotstuff::HotstuffWorld;

constexpr Time kTimeout = 1'000'000;  ///< ns; a message of the perfect network takes one
const Settings kChained{{"mode", 1}}, kEach{{"new_view", 1}}, kTimed{{"timeout_us", kTimeout / 1000}};
const std::vector<Settings> kModes{{}, kEach, kChained};
constexpr std::array kAuthentications{Authentication::none, Authentication::signature};

Shape shape_with(int ranks, const Settings& set = {}, int in_flight = 1, int clients = 0,
                 Authentication authentication = Authentication::none) {
  Shape shape = shape_of<Hotstuff>(ranks, 8, set);
  shape.in_flight = in_flight;
  shape.clients = clients;
  shape.authentication = authentication;
  return shape;
}
Settings operator+(Settings one, const Settings& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}
/// Until nothing happens, or well before anything times out.
void rest(HotstuffWorld& world) {
  if (Hotstuff::times_out(world.shape()))
    world.run_until(world.now() + kTimeout / 20);
  else
    world.run();
}
std::int64_t counted(const HotstuffWorld& world) {
  const Traffic traffic = world.traffic();
  return traffic.messages_sent - traffic.background_messages;
}

/// Of each operation, each mark where it is due, as deep as declared.
void expect_declared_marks(const HotstuffWorld& world, std::int64_t operations) {
  const Shape& shape = world.shape();
  const Cost cost = Hotstuff::cost(shape, {.count = 1});
  std::map<std::pair<Operation, int>, int> deepest;
  std::size_t due = 0;
  for (Operation k = 0; k < operations; ++k)
    for (int mark = 0; mark < static_cast<int>(Hotstuff::marks.size()); ++mark)
      for (Rank rank = 0; rank < shape.members(); ++rank) due += reaches<Hotstuff>(shape, mark, rank, k) ? 1 : 0;
  for (const auto& it : world.history().reached) {
    EXPECT_TRUE(reaches<Hotstuff>(shape, it.mark, it.rank, it.operation));
    int& depth = deepest[{it.operation, it.mark}];
    depth = std::max(depth, it.depth);
  }
  EXPECT_EQ(world.history().reached.size(), due);
  for (const auto& [which, depth] : deepest)
    EXPECT_EQ(Range(depth), cost.delays[static_cast<std::size_t>(which.second)]) << "operation " << which.first;
  for (const auto& it : world.history().answered) EXPECT_TRUE(it.is_accepted && it.payload_is_right);
}
/// Operations proposed back to back, to their rest.
void expect_declared_costs(const Shape& shape, std::int64_t operations) {
  SCOPED_TRACE(::testing::Message() << "N = " << shape.ranks << ", mode " << shape["mode"] << ", clients " << shape.clients);
  ASSERT_EQ(Hotstuff::unfit(shape), "");
  HotstuffWorld world(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) world.propose(k);
  rest(world);
  EXPECT_EQ(Range(counted(world)), Hotstuff::cost(shape, {.count = operations}).messages);
  expect_declared_marks(world, operations);
}

TEST(Hotstuff, CostsWhatItDeclares) {
  for (const int ranks : {4, 5, 6, 7, 10, 13, 16})
    for (const Settings& mode : kModes)
      for (const int clients : {0, 1, 3})
        for (const Authentication authentication : kAuthentications)
          for (const Settings& timed : {Settings{}, kTimed})
            for (const int operations : {1, 5})
              expect_declared_costs(shape_with(ranks, mode + timed, 5, clients, authentication), operations);
}

TEST(Hotstuff, CostsByHandAtFourServers) {
  const auto messages = [](const Settings& set, int clients) {
    return Hotstuff::cost(shape_with(4, set, 8, clients), {.count = 1}).messages;
  };
  EXPECT_EQ(messages({}, 0), Range(21));       // 7(N - 1)
  EXPECT_EQ(messages({}, 1), Range(26));       // and a request and N replies
  EXPECT_EQ(messages(kEach, 0), Range(24));    // 8(N - 1)
  EXPECT_EQ(messages(kChained, 0), Range(6));  // 2(N - 1)
  EXPECT_EQ(messages(kChained, 1), Range(11));
}

TEST(Hotstuff, CostsTheSameWhateverOvertakesWhat) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Shape shape = shape_with(4 + static_cast<int>(seed % 4), kModes[seed % 3], 1, static_cast<int>(seed / 4 % 3));
    HotstuffWorld world(shape, {.seed = seed, .delay = Faults::Delay::uniform, .delay_most_ns = 50}, 6);
    for (Operation k = 0; k < 6; ++k) {
      world.propose(k);
      world.run();
    }
    EXPECT_EQ(Range(counted(world)), Hotstuff::cost(shape, {.count = 6}).messages) << "seed " << seed;
    for (Operation k = 0; k < 6; ++k) EXPECT_TRUE(world.has_ended(k)) << "seed " << seed;
  }
}

/// A user who keeps the window full, as the harness does.
std::int64_t background_of(const Shape& shape, Operation operations) {
  HotstuffWorld world(shape, {}, operations);
  Operation asked = 0, ended = 0;
  do {
    while (ended < asked && world.has_ended(ended)) ++ended;
    while (asked < operations && asked - ended < shape.in_flight) world.propose(asked++);
  } while (world.step());
  expect_declared_marks(world, operations);
  EXPECT_EQ(Range(counted(world)), Hotstuff::cost(shape, {.count = operations}).messages);
  return world.traffic().background_messages;
}

TEST(Hotstuff, FillsItsPipelineWithFourInFlight) {
  for (const int ranks : {4, 7}) {
    const std::int64_t tail = 3 * 2 * (ranks - 1);  // three proposals without an operation behind the last
    EXPECT_EQ(background_of(shape_with(ranks, kChained, 4), 40), tail);
    EXPECT_EQ(background_of(shape_with(ranks, kChained, 9), 40), tail);
    EXPECT_GT(background_of(shape_with(ranks, kChained, 3), 40), tail);
    EXPECT_EQ(background_of(shape_with(ranks, kChained, 1), 40), 40 * tail);
  }
}

TEST(Hotstuff, ForgetsWhatIsExecuted) {
  for (const Settings& mode : kModes) {
    HotstuffWorld world(shape_with(4, mode, 4), {}, 500);
    for (Operation k = 0; k < 500; ++k) {
      world.propose(k);
      world.run();
      ASSERT_TRUE(world.has_ended(k));
    }
    for (Rank rank = 0; rank < 4; ++rank) {
      EXPECT_EQ(world.executed(rank), 500U);
      EXPECT_GT(world.core(rank).chain.base().height, 480U);
    }
  }
}

TEST(Hotstuff, RefusesWhatCannotRun) {
  for (int ranks = 1; ranks <= 3; ++ranks) EXPECT_NE(Hotstuff::unfit(shape_with(ranks)), "");
  EXPECT_EQ(Hotstuff::unfit(shape_with(4)), "");
  EXPECT_NE(Hotstuff::unfit(shape_with(4, kChained + kEach)), "");
  EXPECT_NE(Hotstuff::unfit(shape_with(4, {}, 1, 0, Authentication::mac)), "") << "a MAC does not transfer";
  EXPECT_EQ(Hotstuff::unfit(shape_with(4, {}, 1, 0, Authentication::signature)), "");
}

TEST(Hotstuff, TellsTheStoryOfABasicView) {
  HotstuffWorld world(shape_with(4, {}, 1, 1), {}, 1);
  world.propose(0);
  world.run();
  EXPECT_EQ(world.story(),
            "   0  4 → 0  please do operation 0\n"
            "   1  0 → 1  view 0.1: I propose operation 0 in block 1\n"
            "   1  0 → 2  view 0.1: I propose operation 0 in block 1\n"
            "   1  0 → 3  view 0.1: I propose operation 0 in block 1\n"
            "   2  1 → 0  view 0.1: I vote for block 1\n"
            "   2  2 → 0  view 0.1: I vote for block 1\n"
            "   2  3 → 0  view 0.1: I vote for block 1\n"
            "   3  0 → 1  view 0.1: block 1 is prepared\n"  // two votes and its own
            "   3  0 → 2  view 0.1: block 1 is prepared\n"
            "   3  0 → 3  view 0.1: block 1 is prepared\n"
            "   4  1 → 0  view 0.1: I vote to pre-commit block 1\n"
            "   4  2 → 0  view 0.1: I vote to pre-commit block 1\n"
            "   4  3 → 0  view 0.1: I vote to pre-commit block 1\n"
            "   5  0 → 1  view 0.1: block 1 is pre-committed\n"
            "   5  0 → 2  view 0.1: block 1 is pre-committed\n"
            "   5  0 → 3  view 0.1: block 1 is pre-committed\n"
            "   6  1 → 0  view 0.1: I vote to commit block 1\n"
            "   6  2 → 0  view 0.1: I vote to commit block 1\n"
            "   6  3 → 0  view 0.1: I vote to commit block 1\n"
            "   7  0 → 1  view 0.1: block 1 is committed\n"
            "   7  0 → 2  view 0.1: block 1 is committed\n"
            "   7  0 → 3  view 0.1: block 1 is committed\n"
            "   7  0 → 4  operation 0 is done: 0\n"
            "   8  1 → 4  operation 0 is done: 0\n"
            "   8  2 → 4  operation 0 is done: 0\n"
            "   8  3 → 4  operation 0 is done: 0\n");
}

// ---- when something fails; a hop takes 100 ns, a time-out 20 µs ----------------------------------------------------------

const Settings kQuick{{"timeout_us", 20}};
const Faults kHops{.delay_least_ns = 100, .delay_most_ns = 100};

std::map<hotstuff::Kind, int> said(const HotstuffWorld& world, std::size_t from = 0) {
  std::map<hotstuff::Kind, int> count;
  for (std::size_t i = from; i < world.history().sent.size(); ++i) ++count[world.history().sent[i].message.kind];
  return count;
}

/// The request reaches everyone by the client's time-out, 40 µs; the others' time-outs follow 20 µs later.
TEST(Hotstuff, ReplacesALeaderThatIsDown) {
  for (const Settings& mode : kModes)
    for (const int ranks : {4, 7}) {
      HotstuffWorld world(shape_with(ranks, mode + kQuick, 1, 1), kHops, 1);
      world.crash(0);
      world.propose(0);
      ASSERT_TRUE(world.run_till([&] { return world.has_ended(0); }));
      for (Rank rank = 1; rank < ranks; ++rank) EXPECT_EQ(world.core(rank).pacemaker.round(), 1U);
      std::map<hotstuff::Kind, int> count = said(world);
      EXPECT_EQ(count[hotstuff::Kind::wish], (ranks - 1) * (ranks - 1)) << "those that are up, to everyone";
      EXPECT_EQ(count[hotstuff::Kind::new_view] - (mode == kEach ? ranks - 2 : 0), ranks - 2) << "to the next leader";
    }
}
TEST(Hotstuff, KeepsALeaderThatMakesProgress) {
  for (const Settings& mode : kModes) {
    HotstuffWorld world(shape_with(4, mode + kQuick, 4, 1), kHops, 400);
    Operation asked = 0, ended = 0;
    while (ended < 400) {
      while (asked < 400 && asked - ended < 4) world.propose(asked++);
      world.step();
      while (ended < asked && world.has_ended(ended)) ++ended;
    }
    EXPECT_GT(world.now(), 5 * 20'000);
    EXPECT_EQ(said(world)[hotstuff::Kind::wish], 0);
  }
}

/// Rank 3 hears nothing of so many operations; then it is mended and hears how far the others are.
std::map<hotstuff::Kind, int> caught_up_after(const Settings& mode, Operation operations) {
  HotstuffWorld world(shape_with(4, mode + kQuick, 1, 1), kHops, operations);
  world.isolate(3);
  for (Operation k = 0; k < operations; ++k) {
    world.propose(k);
    EXPECT_TRUE(world.run_till([&] { return world.has_ended(k); }));
  }
  EXPECT_EQ(world.executed(3), 0U);
  world.mend();
  const std::size_t before = world.history().sent.size();
  EXPECT_TRUE(world.run_till([&] { return world.core(3).ledger.state().count() == operations; }));
  EXPECT_EQ(world.core(3).ledger.state().digest(), world.core(0).ledger.state().digest());
  return said(world, before);
}
TEST(Hotstuff, FetchesTheBlocksThatItLacks) {
  for (const Settings& mode : kModes) {
    std::map<hotstuff::Kind, int> count = caught_up_after(mode, 5);
    EXPECT_EQ(count[hotstuff::Kind::block], 5);
    EXPECT_EQ(count[hotstuff::Kind::snapshot], 0);
  }
}
TEST(Hotstuff, TakesTheStateOfBlocksThatAreForgotten) {
  for (const Settings& mode : kModes) {
    std::map<hotstuff::Kind, int> count = caught_up_after(mode, 100);
    EXPECT_GE(count[hotstuff::Kind::snapshot], 2) << "of two servers, of which one is correct";
    EXPECT_LT(count[hotstuff::Kind::block], 2 * 8 + 4) << "behind the checkpoint";
  }
}

TEST(Hotstuff, WaitsForTheOthersWhenItIsAloneWithItsWish) {
  HotstuffWorld world(shape_with(4, kQuick, 1, 1), kHops, 4);
  world.isolate(3);
  world.propose(0);
  world.run_until(300'000);
  EXPECT_EQ(world.core(3).pacemaker.round(), 0U);
  EXPECT_LE(world.core(3).pacemaker.wish(), 1U) << "however long it waits";
}

/// A traitor that says again and again that it is ahead would keep an honest server busy for ever.
TEST(Hotstuff, AsksOnceForEachHeightThatAnotherTells) {
  const Shape shape = shape_with(4, kTimed);
  Outbox<Hotstuff::Message> out(bounds_of<Hotstuff>(shape, 1));
  Hotstuff machine(shape, 1);
  std::vector<std::size_t> questions;
  for (const std::uint32_t height : {22U, 22U, 21U, 23U, 23U}) {
    out.clear();
    machine.step(2, {.kind = Hotstuff::Message::Kind::status, .height = height}, {}, out);
    questions.push_back(out.envelopes().size());
  }
  EXPECT_EQ(questions, (std::vector<std::size_t>{1, 0, 0, 1, 0}));
}

}  // namespace
}  // namespace coordbench::testing::hotstuff_test
