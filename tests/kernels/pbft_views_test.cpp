// View changes of PBFT, told by hand.

#include <gtest/gtest.h>

#include "tests/safety/pbft/pbft_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::pbft_views_test {
namespace {

using pbft::PbftWorld;

constexpr Time kTimeout = 100'000;  ///< ns; a message of the perfect network takes one

Shape pbft_shape(int ranks, int clients = 1, int in_flight = 1, const Settings& set = {}) {
  Settings all = set;
  if (std::none_of(set.begin(), set.end(), [](const auto& one) { return one.first == "timeout_us"; }))
    all.emplace_back("timeout_us", kTimeout / 1000);
  Shape shape = shape_of<Pbft>(ranks, 8, all);
  shape.clients = clients;
  shape.in_flight = in_flight;
  return shape;
}

/// The client's time-out, its question to all, the backups' time-out; then view-change, acknowledgement, new view with the
/// pre-prepare, prepare, commit, reply.
TEST(PbftViews, AnswersTwoTimeOutsAndSevenDelaysAfterThePrimaryDied) {
  for (const int ranks : {4, 7, 10, 13}) {
    PbftWorld world(pbft_shape(ranks), {}, 1);
    world.run_until(777);
    world.crash(0);
    world.propose(0);
    world.run_until(777 + 3 * kTimeout);
    EXPECT_EQ(world.answered_at(0), 777 + 2 * kTimeout + 7) << ranks;
    EXPECT_EQ(world.replica(1).view, 1U);
  }
}

/// Over a wide area, where a message takes 20 to 60 ms: the median of so many worlds over the model, which is the client's
/// time-out, a delay, the backups' time-out, four delays (one more for acknowledgements where nobody signs) and the reply.
double over_model(Authentication authentication) {
  constexpr Time kDelay = 40'000'000, kWait = 6 * kDelay;
  constexpr int kWorlds = 31;
  std::vector<double> ratios;
  for (int seed = 1; seed <= kWorlds; ++seed) {
    Shape shape = pbft_shape(4, 1, 1, {{"timeout_us", kWait / 1000}});
    shape.authentication = authentication;
    const Faults wide{.seed = static_cast<std::uint64_t>(seed),
                      .delay = Faults::Delay::uniform,
                      .delay_least_ns = kDelay / 2,
                      .delay_most_ns = 3 * kDelay / 2};
    PbftWorld world(shape, wide, 1);
    world.crash(0);
    world.propose(0);
    world.run_until(40 * kWait);
    const bool is_signed = authentication == Authentication::signature;
    ratios.push_back(static_cast<double>(world.answered_at(0)) / static_cast<double>(2 * kWait + (is_signed ? 6 : 7) * kDelay));
  }
  std::nth_element(ratios.begin(), ratios.begin() + kWorlds / 2, ratios.end());
  return ratios[kWorlds / 2];
}
TEST(PbftViews, TakesTheTimeOfTheModelOverAWideArea) {
  for (const Authentication authentication : {Authentication::none, Authentication::mac, Authentication::signature}) {
    const double ratio = over_model(authentication);
    std::printf("view change over a wide area, %s: %.3f of the model\n", std::string(name_of(authentication)).c_str(), ratio);
    EXPECT_GT(ratio, 0.95);
    EXPECT_LT(ratio, 1.2);
  }
}

TEST(PbftViews, LeavesAsManyPrimariesAsAreDead) {
  for (const int ranks : {7, 10, 13}) {
    const int dead = (ranks - 1) / 3;
    PbftWorld world(pbft_shape(ranks), {}, 1);
    for (Rank rank = 0; rank < dead; ++rank) world.crash(rank);
    world.propose(0);
    world.run_until(100 * kTimeout);
    EXPECT_TRUE(world.has_ended(0)) << ranks;
    EXPECT_EQ(world.replica(ranks - 1).view, static_cast<coordbench::pbft::View>(dead));
  }
}

/// Two replicas have prepared the operation, nobody has committed it, and the primary dies: it keeps its number.
TEST(PbftViews, KeepsTheNumberOfWhatHasPrepared) {
  PbftWorld world(pbft_shape(4), {}, 2);
  world.propose(0);
  world.run_until(3);  // prepared everywhere, and every commit is on its way
  ASSERT_EQ(world.replica(2).log.find(1)->is_prepared, true);
  world.crash(0);
  for (Rank one = 1; one < 4; ++one)
    for (Rank other = 1; other < 4; ++other)
      if (one != other) world.cut(one, other);
  world.run_until(10);
  world.mend();
  world.run_until(20 * kTimeout);
  EXPECT_TRUE(world.has_ended(0));
  for (Rank rank = 1; rank < 4; ++rank) {
    ASSERT_NE(world.replica(rank).log.find(1), nullptr);
    EXPECT_EQ(world.replica(rank).log.find(1)->request.first, 0U);
    EXPECT_EQ(world.replica(rank).executed, 1U);
  }
}

/// The primary hears one client only. What it does for that one is no excuse.
TEST(PbftViews, LeavesAPrimaryThatServesOnlyOthers) {
  PbftWorld world(pbft_shape(4, 2), {}, 1000);
  world.cut(5, 0);
  world.propose(1);
  for (Operation k = 0; k < 400 && !world.has_ended(1); k += 2) {
    world.propose(k);
    for (Time end = world.now() + kTimeout; !world.has_ended(k) && world.now() < end;) world.run_until(world.now() + 10);
    ASSERT_TRUE(world.has_ended(k) || world.replica(1).view > 0) << k;
    while (!world.has_ended(k)) world.run_until(world.now() + 10);
    world.run_until(world.now() + kTimeout / 20);
  }
  EXPECT_TRUE(world.has_ended(1));
  EXPECT_GT(world.replica(1).view, 0U);
}

TEST(PbftViews, ClientTakesNoReplyAboutAnothersOperation) {
  using Message = Pbft::Message;
  const Shape shape = pbft_shape(4, 3, 10);
  PayloadArena made{64, 4096};  // before what holds its leases
  Pbft client(shape, 4);  // of operations 0, 3, 6, …
  Outbox<Message> out(bounds_of<Pbft>(shape, 4), true, &made);
  for (const Operation own : {0, 3, 6}) client.propose(own, made.allocate(8), out);
  out.clear();
  for (const std::uint32_t operation : {4U, 5U, 3U})
    for (const Rank replica : {1, 2})
      client.step(replica, {.first = operation, .kind = Message::Kind::reply, .sequence = 7, .size = 1}, {}, out);
  ASSERT_EQ(out.completions().size(), 1U);
  EXPECT_EQ(out.completions()[0].operation, 3);
}

/// The primary gives a number to bytes that are not the client's: the others may go on with it, and this replica may not.
TEST(PbftViews, WaitsForANumberThatThePrimaryGaveToSomethingFalse) {
  using Message = Pbft::Message;
  const Shape shape = pbft_shape(4, 2);
  PayloadArena made{64, 4096};  // before what holds its leases
  Pbft backup(shape, 1);
  Outbox<Message> out(bounds_of<Pbft>(shape, 1), true, &made);
  const coordbench::pbft::Request false_one{.first = 0, .count = 1, .digest = {{1, 2, 3, 4}}};
  ASSERT_FALSE(backup.replica().waits());
  backup.step(0, coordbench::pbft::about(Message::Kind::pre_prepare, 0, 1, false_one), made.allocate(8), out);
  EXPECT_FALSE(backup.replica().log.find(1)->is_pre_prepared);
  EXPECT_TRUE(backup.replica().waits()) << "or nobody would leave this primary";
}

/// The others have left the primary, and decided something under the number that it would give next.
TEST(PbftViews, GivesNoNumberThatOthersHaveDecided) {
  using Message = Pbft::Message;
  Shape shape = pbft_shape(4, 2);
  shape.payload_bytes = 0;
  PayloadArena made{64, 4096};  // before what holds its leases
  Pbft primary(shape, 0);
  Outbox<Message> out(bounds_of<Pbft>(shape, 0), true, &made);
  const coordbench::pbft::Request decided{.first = 0, .count = 1, .digest = coordbench::pbft::digest_of({}, out)};
  for (const Rank other : {1, 2})
    primary.step(other, coordbench::pbft::about(Message::Kind::decided, 1, 1, decided, true), {}, out);
  ASSERT_EQ(primary.replica().executed, 1U);
  out.clear();
  primary.step(5, coordbench::pbft::asking(1, 1), {}, out);
  const auto said = out.envelopes();
  const auto given =
      std::find_if(said.begin(), said.end(), [](const auto& it) { return it.message.kind == Message::Kind::pre_prepare; });
  ASSERT_NE(given, said.end());
  EXPECT_EQ(given->message.sequence, 2U);
}

/// A replica that was away while many checkpoints were taken gets the state of the last one.
TEST(PbftViews, FetchesTheStateThatItMissed) {
  PbftWorld world(pbft_shape(4, 2, 1, {{"checkpoint", 4}}), {}, 100);
  world.isolate(3);
  for (Operation k = 0; k < 90; ++k) {
    world.propose(k);
    world.run_until(world.now() + 20);
    ASSERT_TRUE(world.has_ended(k)) << k;
  }
  EXPECT_EQ(world.replica(3).executed, 0U);
  world.mend();
  world.run_until(world.now() + 20 * kTimeout);
  EXPECT_EQ(world.replica(3).executed, 90U);
  EXPECT_EQ(world.replica(3).stable, 88U);
}

}  // namespace
}  // namespace coordbench::testing::pbft_views_test
