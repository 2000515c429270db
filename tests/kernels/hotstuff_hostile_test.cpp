// What a server of HotStuff does when others lie to it in ways that chance would not meet with soon, or do not receive.

#include <gtest/gtest.h>

#include "tests/safety/hotstuff/lone_server.hpp"

namespace coordbench::testing::hotstuff_hostile_test {
namespace {

using hotstuff::Kind;
using hotstuff::LoneServer;
using Said = LoneServer::Said;
namespace parts = hotstuff::parts;

Shape four_servers(int clients = 0, Authentication authentication = Authentication::none) {
  Shape shape = shape_of<Hotstuff>(4, 8, {{"timeout_us", 20}});
  shape.clients = clients;
  shape.authentication = authentication;
  return shape;
}
/// The digest that its vote of this kind names; zeros if it has cast none.
Digest voted_for(const Said& said, Kind vote) {
  for (const LoneServer::Word& word : said)
    if (word.message.kind == vote) return parts::read<Digest>(word.payload, 0);
  return {};
}

// ---- requests in another's name -----------------------------------------------------------------------------------------

TEST(HotstuffHostile, WhereThereAreNoClientsOnlyRank0Asks) {
  for (const Rank asker : {0, 2, 3}) {
    LoneServer server(four_servers(), 1);
    server.hears(asker, parts::Blocks::request_of(0), server.command());
    EXPECT_EQ(server.core().pending.find(0) != nullptr, asker == 0) << "rank " << asker;
  }
}
TEST(HotstuffHostile, WhatAServerWasAskedForItselfReplacesWhatOthersSay) {
  LoneServer server(four_servers());
  parts::Pending pending(server.core().setting);
  const Payload own = server.command(), other = server.command();
  pending.add({{.operation = 0, .payload = other}, false});
  pending.add({{.operation = 0, .payload = own}, true});
  EXPECT_EQ(pending.find(0)->payload.data(), own.data());
  EXPECT_TRUE(pending.find(0)->is_mine);
  pending.add({{.operation = 0, .payload = other}, false});
  EXPECT_EQ(pending.find(0)->payload.data(), own.data());
  EXPECT_TRUE(pending.remove(0));
  EXPECT_TRUE(pending.is_empty());
}
TEST(HotstuffHostile, ALaterLeaderShowsRank0sSignature) {
  for (const bool is_signed : {false, true}) {
    LoneServer server(four_servers(0, Authentication::signature));
    server.is_told_of(1);
    ASSERT_EQ(server.core().pacemaker.round(), 1U);
    const Proof proof = server.proof_of(is_signed ? 0 : 1, 0);
    EXPECT_EQ(count(server.is_proposed({1, 1}, 0, {}, proof), Kind::vote), is_signed ? 1 : 0);
  }
}
TEST(HotstuffHostile, Rank0ProposesWithoutASignature) {
  LoneServer server(four_servers(0, Authentication::signature));
  EXPECT_EQ(count(server.is_proposed({0, 1}, 0), Kind::vote), 1);
}

// ---- servers that ask and do not receive --------------------------------------------------------------------------------

/// How often a server says something in return for a thousand equal messages of another, who receives nothing; and again each
/// time after it has woken.
std::vector<std::ptrdiff_t> answers(LoneServer& server, Kind kind, const LoneServer::Message& question, const Payload& payload,
                                    Rank from = 2) {
  std::vector<Said> withheld;
  std::vector<std::ptrdiff_t> counts;
  for (int wakes = 0; wakes < 3; ++wakes) {
    counts.push_back(0);
    for (int i = 0; i < 1000; ++i) {
      withheld.push_back(server.hears(from, question, payload));
      counts.back() += count(withheld.back(), kind);
    }
    server.wakes();
  }
  return counts;
}
const std::vector<std::ptrdiff_t> kOnceATick{1, 1, 1};

TEST(HotstuffHostile, AnswersALowWishOnceATick) {
  LoneServer server(four_servers(1));
  server.is_told_of(1);
  EXPECT_EQ(answers(server, Kind::wish, {.kind = Kind::wish}, server.genesis()), kOnceATick);
}
/// Executes so many blocks with one operation each.
void execute(LoneServer& server, std::uint32_t blocks) {
  for (std::uint32_t height = 1; height <= blocks; ++height) {
    server.is_proposed({0, height}, static_cast<std::int32_t>(height) - 1, height > 1 ? server.proposed() : parts::Certified());
    server.is_told_that_it_is_decided();
    ASSERT_EQ(server.core().chain.executed().height, height);
  }
}
TEST(HotstuffHostile, ShowsWhatIsDecidedOnceATick) {
  LoneServer server(four_servers(1));
  execute(server, 1);
  EXPECT_EQ(answers(server, Kind::decided, {.kind = Kind::status}, {}), kOnceATick);
}
TEST(HotstuffHostile, ShowsItsStateOnceATick) {
  LoneServer server(four_servers(1));
  execute(server, 20);
  ASSERT_GT(server.core().chain.base().height, 0U);
  EXPECT_EQ(answers(server, Kind::snapshot, {.kind = Kind::fetch, .height = 1}, server.digest({})), kOnceATick);
}
TEST(HotstuffHostile, GivesAsManyBlocksATickAsItMayHave) {
  LoneServer server(four_servers(1));
  execute(server, 1);
  const auto most = static_cast<std::ptrdiff_t>(server.core().chain.capacity());
  EXPECT_EQ(answers(server, Kind::block, {.kind = Kind::fetch, .height = 1}, server.digest(server.proposed().block)),
            (std::vector<std::ptrdiff_t>{most, most, most}));
}
TEST(HotstuffHostile, AnswersAClientAsOftenATick) {
  LoneServer server(four_servers(1));
  execute(server, 1);
  const auto most = static_cast<std::ptrdiff_t>(server.core().chain.capacity());
  EXPECT_EQ(answers(server, Kind::reply, parts::Blocks::request_of(0), server.command(), 4),
            (std::vector<std::ptrdiff_t>{most, most, most}));
}
TEST(HotstuffHostile, AnswersNotMoreQuestionsAboutItselfATick) {
  LoneServer server(four_servers(1));
  const auto most = static_cast<std::ptrdiff_t>(server.core().chain.capacity());
  EXPECT_EQ(answers(server, Kind::status, {.kind = Kind::status, .step = 1}, {}),
            (std::vector<std::ptrdiff_t>{most, most, most}));
}

// ---- as long as it can make no payload, because others do not receive, a server does nothing, and lives ------------------

TEST(HotstuffHostile, VotesOnceThereIsRoom) {
  LoneServer server(four_servers(1));
  std::vector<Payload> all = server.hoard();
  EXPECT_EQ(count(server.is_proposed({0, 1}, 0), Kind::vote), 0);
  EXPECT_EQ(count(server.is_shown(Kind::pre_commit, Kind::vote), Kind::vote_pre_commit), 0);
  all.clear();
  const Said said = server.hears(2, {.kind = Kind::status});
  EXPECT_EQ(count(said, Kind::vote), 1);
  EXPECT_EQ(count(said, Kind::vote_pre_commit), 1);
}
TEST(HotstuffHostile, ProposesAndCountsVotesOnceThereIsRoom) {
  LoneServer server(four_servers(), 0);
  std::vector<Payload> all = server.hoard();
  EXPECT_EQ(count(server.is_asked(0), Kind::propose), 0);
  all.clear();
  const Said proposed = server.hears(2, {.kind = Kind::status});
  ASSERT_EQ(count(proposed, Kind::propose), 1);
  LoneServer::Message vote = proposed.front().message;
  vote.kind = Kind::vote;
  const std::size_t offset = server.core().certificates.bytes(), size = proposed.front().payload.size() - offset;
  const Payload block = server.digest(fast::digest({}, std::array{proposed.front().payload.part(offset, size)}));
  all = server.hoard();
  for (const Rank voter : {1, 2, 3}) EXPECT_EQ(count(server.hears(voter, vote, block), Kind::pre_commit), 0);
  all.clear();
  EXPECT_EQ(count(server.hears(2, {.kind = Kind::status}), Kind::pre_commit), 1);
}
TEST(HotstuffHostile, TellsTheLeaderOfANewRoundOnceThereIsRoom) {
  LoneServer server(four_servers(1));
  std::vector<Payload> all = server.hoard();
  const Said joins = server.is_told_of(1);
  EXPECT_EQ(count(joins, Kind::new_view), 0);
  EXPECT_EQ(count(joins, Kind::wish), 0);
  EXPECT_EQ(server.core().pacemaker.round(), 1U);
  all.clear();
  EXPECT_EQ(count(server.hears(2, {.kind = Kind::status}), Kind::new_view), 1);
}
TEST(HotstuffHostile, WantsTheNextRoundEvenWithoutRoom) {
  LoneServer server(four_servers(), 0);
  server.is_asked(0);
  const std::vector<Payload> all = server.hoard();
  Said said;
  for (int alarms = 0; alarms < 4 && count(said, Kind::wish) == 0; ++alarms) said = server.wakes();
  EXPECT_EQ(count(said, Kind::wish), 1);
}

// ---- leaders that lie ---------------------------------------------------------------------------------------------------

/// Rank 2 leads round 4294967294, and nobody will ever be there.
TEST(HotstuffHostile, AProposalOfAFarRoundKeepsNoOtherFromWaiting) {
  constexpr hotstuff::View kFar{4294967294, 1}, kNext{1, 1};
  for (const bool is_first : {true, false}) {
    LoneServer server(four_servers(1));
    server.is_proposed(is_first ? kFar : kNext, 0);
    server.is_proposed(is_first ? kNext : kFar, 0);
    EXPECT_EQ(server.machine().voter().held().message.view(), kNext);
    const Said said = server.is_told_of(1);
    EXPECT_EQ(count(said, Kind::vote), 1) << "far proposal first: " << is_first;
  }
}
TEST(HotstuffHostile, AProposalThatIsOverDoesNotWait) {
  LoneServer server(four_servers(1));
  server.is_told_of(5);
  server.is_proposed({3, 1}, 0);
  EXPECT_EQ(server.machine().voter().held().message.step, 0U);
  server.is_proposed({6, 1}, 0);
  EXPECT_EQ(server.machine().voter().held().message.round, 6U);
  server.is_told_of(7);
  EXPECT_EQ(server.machine().voter().held().message.step, 0U);
}

/// The leader of round 0 has proposed one block here and another one elsewhere, and that one is certified.
TEST(HotstuffHostile, VotesInLaterPhasesForWhatTheCertificateNames) {
  LoneServer other(four_servers(1)), server(four_servers(1));
  other.is_proposed({0, 1}, 1);
  const parts::Certified certified = other.proposed();
  const Said first = server.is_proposed({0, 1}, 0);
  ASSERT_EQ(voted_for(first, Kind::vote), server.proposed().block);
  ASSERT_NE(certified.block, server.proposed().block);
  const Payload shown = server.certificates(1);
  server.write_certificate(shown, 0, Kind::vote, certified);
  EXPECT_EQ(count(server.hears(0, {.kind = Kind::pre_commit, .round = 0, .step = 1, .height = 1}, shown), Kind::fetch), 1);
  const Said second = server.hears(0, {.kind = Kind::block, .height = 1}, other.block());
  EXPECT_EQ(voted_for(second, Kind::vote_pre_commit), certified.block);
  server.write_certificate(shown, 0, Kind::vote_pre_commit, certified);
  const Said third = server.hears(0, {.kind = Kind::commit, .round = 0, .step = 1, .height = 1}, shown);
  EXPECT_EQ(voted_for(third, Kind::vote_commit), certified.block);
}

}  // namespace
}  // namespace coordbench::testing::hotstuff_hostile_test
