// A server of HotStuff that has missed blocks: what it may propose and vote for until it has them.

#include <gtest/gtest.h>

#include "tests/safety/hotstuff/hotstuff_world.hpp"
#include "tests/safety/hotstuff/lone_server.hpp"

namespace coordbench::testing::hotstuff_stale_test {
namespace {

using hotstuff::HotstuffWorld;
using hotstuff::Kind;
using hotstuff::LoneServer;
using Message = Hotstuff::Message;

constexpr std::int64_t kBasic = 0, kChained = 1;

const Faults kHops{.delay_least_ns = 100, .delay_most_ns = 100};

Shape four_servers(std::int64_t mode) {
  Shape shape = shape_of<Hotstuff>(4, 8, {{"mode", mode}, {"timeout_us", 20}});
  shape.clients = 2;
  return shape;
}

/// Client 4 asks for the even operations, client 5 for the odd ones. Rank 1 knows blocks 1 to 3 when it hears no more of the
/// others, who go on to block 8. Rank 0 dies, the next round is rank 1's, and only now it hears that block 8 is certified.
/// What it proposes for client 5 has to extend that one, and not the last block that it has.
TEST(HotstuffStale, LeaderWaitsForTheBlockOfTheHighestCertificate) {
  for (const std::int64_t mode : {kBasic, kChained}) {
    HotstuffWorld world(four_servers(mode), kHops, 16);
    for (Operation k = 0; k < 16; k += 2) {
      world.propose(k);
      ASSERT_TRUE(world.run_till([&] { return world.has_ended(k); }));
      for (Rank other = 0; k == 4 && other < 4; ++other)
        if (other != 1) world.cut(other, 1), world.cut(1, other);
    }
    world.crash(0);
    world.propose(1);
    ASSERT_TRUE(world.run_till([&] { return world.core(2).pacemaker.wish() == 1 && world.core(3).pacemaker.wish() == 1; }));
    EXPECT_LE(world.executed(1), 3U);
    world.mend();
    const std::size_t before = world.history().sent.size();
    ASSERT_TRUE(world.run_till([&] { return world.has_ended(1); }));
    for (std::size_t i = before; i < world.history().sent.size(); ++i)
      if (const Message& said = world.history().sent[i].message; said.kind == Kind::propose) {
        EXPECT_EQ(said.round, 1U) << "mode " << mode << ": rank 1 lost its round";
        EXPECT_GE(said.height, 8U) << "mode " << mode;
      }
  }
}

bool has_vote(const LoneServer::Said& said) { return count(said, Kind::vote) > 0; }

/// The certificates that would have locked it never came, so the lock alone would let it vote.
TEST(HotstuffStale, ServerVotesForNoOtherBlockWhereOneIsExecuted) {
  LoneServer server(four_servers(kBasic));
  EXPECT_TRUE(has_vote(server.is_proposed({0, 1}, 0)));
  server.is_told_that_it_is_decided();
  ASSERT_EQ(server.core().chain.executed().height, 1U);
  server.is_told_of(1);
  ASSERT_EQ(server.core().pacemaker.round(), 1U);
  ASSERT_EQ(server.core().rules.locked(), hotstuff::View());
  EXPECT_FALSE(has_vote(server.is_proposed({1, 1}, 1)));
}
/// The next leader may not know that the block is decided, and needs the votes of those who do.
TEST(HotstuffStale, ServerVotesAgainForTheBlockThatIsExecuted) {
  LoneServer server(four_servers(kBasic));
  server.is_proposed({0, 1}, 0);
  server.is_told_that_it_is_decided();
  server.is_told_of(1);
  EXPECT_TRUE(has_vote(server.is_proposed({1, 1}, 0)));
}
/// A chain remembers four certificates, each in the place of its step: the one of view 1.1 stands where that of 0.1 would.
TEST(HotstuffStale, ServerBelievesWhatIsDecidedThoughItKnowsALaterCertificate) {
  LoneServer server(four_servers(kChained));
  server.is_proposed({0, 1}, 0);
  const hotstuff::parts::Certified block = server.proposed();
  const auto certified_in = [&block](hotstuff::View view) { return hotstuff::parts::Certified{view, 1, block.block}; };
  const Payload later = server.certificates(1), shown = server.certificates(2);
  server.write_certificate(later, 0, Kind::vote, certified_in({1, 1}));
  server.hears(1, {.kind = Kind::new_view, .round = 1, .step = 1, .height = 1}, later);
  ASSERT_EQ(server.core().rules.high().view, (hotstuff::View{1, 1}));
  server.write_certificate(shown, 0, Kind::vote, certified_in({0, 1}));
  server.write_certificate(shown, server.core().certificates.bytes(), Kind::vote, certified_in({0, 3}));
  server.hears(1, {.kind = Kind::decided, .height = 1}, shown);
  EXPECT_EQ(server.core().chain.executed().height, 1U);
}

}  // namespace
}  // namespace coordbench::testing::hotstuff_stale_test
