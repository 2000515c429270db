#include "kernels/raft/leader.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/raft/server.hpp"
#include "tests/support/random.hpp"

namespace coordbench::testing::leader_test {
namespace {

TEST(RaftLeader, CommitsWhatAMajorityHasAndNotAnEntryMore) {
  for (int servers = 1; servers <= 9; ++servers) {
    LeadingServer leader(servers, {}, 32);
    Random random(static_cast<std::uint64_t>(servers));
    leader.append(0, 32);
    std::vector<raft::Index> has(static_cast<std::size_t>(servers), 0);
    has[0] = 32;
    for (int i = 0; i < 40 && servers > 1; ++i) {
      const Rank from = random.between(1, servers - 1);
      const auto match = random.below(33U);
      has[static_cast<std::size_t>(from)] = std::max(has[static_cast<std::size_t>(from)], match);
      leader.tell(from, match);
      auto sorted = has;
      std::sort(sorted.rbegin(), sorted.rend());
      EXPECT_EQ(leader.core.commit_index, sorted[static_cast<std::size_t>(servers) / 2]) << servers << " servers";
    }
    EXPECT_EQ(leader.core.commit_index == 32, servers == 1 || std::count(has.begin(), has.end(), 32) > servers / 2);
  }
}

TEST(RaftLeader, CountsACopyOfAnAnswerOnce) {
  LeadingServer leader(5);
  leader.append(0, 1);
  for (int copy = 0; copy < 5; ++copy) leader.tell(1, 1);
  EXPECT_EQ(leader.core.commit_index, 0U);
  leader.tell(4, 1);
  EXPECT_EQ(leader.core.commit_index, 1U);
}

TEST(RaftLeader, CommitsNothingOfAnEarlierTermByCountingButAllOfItWithItsNoOp) {  // 5.4.2, figure 8
  LeadingServer leader(5);
  prepare(leader.core, {1, 2, 2});
  leader.lead(4);
  EXPECT_EQ(leader.core.log[4].operation, raft::Entry::no_op);
  for (const Rank from : {1, 2, 3, 4}) leader.tell(from, 3);
  EXPECT_EQ(leader.core.commit_index, 0U) << "all five have them, and yet they may be overwritten";
  leader.tell(1, 4);
  EXPECT_EQ(leader.core.commit_index, 0U);
  leader.accept(2, 4);
  EXPECT_EQ(leader.core.commit_index, 4U);
  EXPECT_EQ(leader.out.completed(raft::committed), (std::vector<Operation>{0, 1, 2}));
}

TEST(RaftLeader, ProbesNobodyInTermOneWhereAllLogsAreEmpty) {
  LeadingServer leader(3, {{"leader", 1}, {"election_timeout_us", 1}});
  leader.core.election.begin_vote();
  leader.machine.begin(leader.out);
  EXPECT_EQ(tally(leader.out.take()), (Tally{{{1, Kind::append_no_op}, 1}, {{2, Kind::append_no_op}, 1}}));
  EXPECT_EQ(tally(leader.append(0, 1)), (Tally{{{1, Kind::append}, 1}, {{2, Kind::append}, 1}}))
      << "though nobody has answered";
}

TEST(RaftLeader, SendsOneMessageToFollowersThatAreInStep) {
  LeadingServer leader(5);
  leader.machine.append(0, {}, leader.out);
  EXPECT_EQ(leader.out.envelopes().size(), 1U);
  leader.out.take();
  leader.refuse(3, 1, 1, 0);
  leader.machine.append(1, {}, leader.out);
  EXPECT_EQ(leader.out.envelopes().size(), 3U) << "rank 3 is behind, and is waited for";
}

TEST(RaftLeader, LeavesThoseBeyondAThriftyMajorityToTheHeartbeat) {
  LeadingServer leader(5, {{"thrifty", 1}, {"election_timeout_us", 1}});
  leader.append(0, 1);
  leader.accept(4, 0, 0);
  EXPECT_TRUE(leader.out.take().empty()) << "it has only said that it is there";
  leader.accept(4, 0, 1);
  EXPECT_EQ(leader.out.take().size(), 1U) << "it has taken entries, and lacks one";
}

TEST(RaftLeader, PassesOverAnAcknowledgementOfWhatItHasNot) {
  LeadingServer leader(3);
  leader.append(0, 2);
  EXPECT_TRUE(leader.tell(1, 3).empty());
  EXPECT_EQ(leader.core.commit_index, 0U);
  leader.tell(1, 2);
  EXPECT_EQ(leader.core.commit_index, 2U) << "the last that it has";
}

TEST(RaftLeader, LeadsNoMoreOnceItHasHeardNoMajorityForATimeOut) {  // 6.2 of the dissertation
  for (const int heard : {0, 1, 2}) {
    LeadingServer leader(5, {{"election_timeout_us", 1}});
    const auto heartbeat_at = [&leader](Time now) {
      leader.out.hand(now);
      return leader.heartbeat();
    };
    EXPECT_EQ(heartbeat_at(10).size(), 4U) << "the count begins";
    for (Rank from = 1; from <= heard; ++from)
      for (int copy = 0; copy < 3; ++copy) leader.tell(from, 0);
    EXPECT_EQ(heartbeat_at(1010).size(), heard == 2 ? 4U : 0U) << heard;
    EXPECT_EQ(leader.core.election.leads(), heard == 2) << heard;
    EXPECT_TRUE(heard == 2 || leader.core.election.alarm() >= 1010 + 1000) << "a deposed leader waits a whole time-out";
    if (heard == 2) heartbeat_at(2010);
    EXPECT_FALSE(leader.core.election.leads()) << "those heard before do not count again";
  }
}

TEST(RaftLeader, ProbesEveryoneWithTheNoOpAndWaitsForTheAnswer) {
  LeadingServer leader(3);
  prepare(leader.core, {1, 1, 2});
  leader.lead(4);
  for (const auto& [to, message, payloads] : leader.out.take()) {
    EXPECT_EQ(message.kind, Kind::append_no_op);
    EXPECT_EQ(message.term, 4U);
    EXPECT_EQ(message.index, 3U);
    EXPECT_EQ(message.index_term, 2U);
    EXPECT_EQ(message.entries_term, 4U);
  }
  EXPECT_TRUE(leader.append(3, 2).empty()) << "nobody has answered";
  EXPECT_EQ(leader.tell(2, 4), (Tally{{{2, Kind::append}, 2}}));
  EXPECT_EQ(tally(leader.append(5, 1)), (Tally{{{2, Kind::append}, 1}}));
}

TEST(RaftLeader, BacksOffWithOneProbeHoweverManyAreRefused) {
  LeadingServer leader(3);
  leader.append(0, 6);
  const auto probes = leader.refuse(1, 3, 2, 0);
  ASSERT_EQ(probes.size(), 1U);
  EXPECT_EQ(probes[0].message.index, 1U) << "behind the last that the follower has";
  for (const raft::Index refused : {4U, 5U, 3U}) EXPECT_TRUE(leader.refuse(1, refused, 2, 0).empty()) << refused;
  EXPECT_EQ(leader.tell(1, 2), (Tally{{{1, Kind::append}, raft::Leader::kBurst}}));
}

TEST(RaftLeader, ForgetsWhatItKnewWhenItLeadsAgain) {
  LeadingServer leader(3);
  leader.append(0, 2);
  leader.tell(1, 2);
  leader.refuse(2, 1, 1, 0);
  leader.core.election.enter(5, 0);
  leader.core.log.truncate_from(2);
  leader.core.restart();
  leader.lead(7);
  const auto probes = leader.out.take();
  EXPECT_EQ(tally(probes), (Tally{{{1, Kind::append_no_op}, 1}, {{2, Kind::append_no_op}, 1}}));
  for (const auto& one : probes) EXPECT_EQ(one.message.index, 1U);
  leader.heartbeat();
  EXPECT_EQ(leader.core.commit_index, 0U) << "rank 1 had two entries, but of another log";
}

TEST(RaftLeader, SendsABatchOnceItIsFullOrNobodyWillFillIt) {
  LeadingServer leader(3, {{"batch", 3}});
  EXPECT_TRUE(leader.append(0, 2).empty());
  const auto full = leader.append(2, 2);
  EXPECT_EQ(tally(full), (Tally{{{1, Kind::append}, 1}, {{2, Kind::append}, 1}}));
  for (const auto& [to, message, payloads] : full) {
    EXPECT_EQ(message.first, 0U);
    EXPECT_EQ(message.count, 3);
  }
  leader.machine.flush(leader.out);
  const auto rest = leader.out.take();
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].message.first, 3U);
  EXPECT_EQ(rest[0].message.count, 1);
}

TEST(RaftLeader, SendsEachEntrysPayloadInItsPlace) {
  GrowingArena arena;
  LeadingServer leader(2, {{"batch", 3}});
  for (std::size_t k = 0; k < 3; ++k) leader.machine.append(static_cast<Operation>(k), arena.allocate(k + 1), leader.out);
  const auto sent = leader.out.take();
  ASSERT_EQ(sent.size(), 1U);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(sent[0].payloads.at(k).size(), k + 1);
}

TEST(RaftLeader, PutsEntriesOfOneTermAndFollowingOperationsIntoAMessage) {
  LeadingServer leader(2, {{"batch", 8}});
  prepare(leader.core, {1, 1, 2, 2});
  leader.core.log.append(2, 7, {});  // operations 4 to 6 are lost
  leader.lead(3);
  leader.out.take();
  auto sent = leader.refuse(1, 5, 1, 0);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(std::pair(sent[0].message.first, std::uint32_t{sent[0].message.count}), std::pair(0U, 2U));
  leader.accept(1, 2);
  sent = leader.out.take();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(std::pair(sent[0].message.first, std::uint32_t{sent[0].message.count}), std::pair(2U, 2U));
  EXPECT_EQ(std::pair(sent[1].message.first, std::uint32_t{sent[1].message.count}), std::pair(7U, 1U));
  EXPECT_EQ(leader.tell(1, 5), (Tally{{{1, Kind::append_no_op}, 1}}));
}

TEST(RaftLeader, ThriftyTalksToAMajorityAndItsHeartbeatToEveryone) {
  LeadingServer leader(5, {{"thrifty", 1}, {"election_timeout_us", 1}});
  EXPECT_EQ(tally(leader.append(0, 1)), (Tally{{{1, Kind::append}, 1}, {{2, Kind::append}, 1}}));
  const auto messages = leader.heartbeat();
  for (const Rank to : {1, 2, 3, 4}) EXPECT_EQ(messages.at({to, Kind::append}), 1);
  leader.tell(3, 1);
  leader.tell(4, 1);
  EXPECT_EQ(leader.core.commit_index, 1U) << "whoever they are, they are a majority";
}

TEST(RaftLeader, AnnouncesEagerlyAndNamesTheOperations) {
  LeadingServer leader(3, {{"commit_broadcast", 1}});
  leader.append(0, 3);
  leader.tell(1, 1);
  leader.accept(1, 3);
  EXPECT_TRUE(leader.out.envelopes().empty()) << "whoever asked is answered first";
  const auto sent = leader.settle();
  ASSERT_EQ(sent.size(), 2U);
  for (const auto& [to, message, payloads] : sent) {
    EXPECT_EQ(message.kind, Kind::announce);
    EXPECT_EQ(message.first, 1U);
    EXPECT_EQ(message.count, 2);
    EXPECT_EQ(message.commit, 3U);
  }
}

TEST(RaftLeader, TellsAtTheEndHowFarItHasCommittedOnce) {
  LeadingServer leader(3);
  leader.append(0, 1);
  leader.tell(1, 1);
  leader.machine.flush(leader.out);
  EXPECT_EQ(tally(leader.out.take()), (Tally{{{1, Kind::announce}, 1}, {{2, Kind::announce}, 1}}));
  leader.machine.flush(leader.out);
  EXPECT_TRUE(leader.out.take().empty());
}

TEST(RaftLeader, CarriesARequestOutOnceAndEachClientsInOrder) {  // 8
  LeadingServer leader(3, {}, 8, 1);
  EXPECT_TRUE(leader.request(1).empty()) << "operation 0 comes first";
  EXPECT_EQ(leader.request(0).size(), 2U);
  EXPECT_TRUE(leader.request(0).empty()) << "it is on its way";
  EXPECT_EQ(leader.request(1).size(), 2U);
  EXPECT_EQ(leader.core.log.last(), 2U);
  EXPECT_EQ(leader.tell(1, 2), (Tally{{{3, Kind::reply}, 2}}));
  for (const Operation again : {0, 1}) {
    const auto replies = leader.request(again);
    ASSERT_EQ(replies.size(), 1U) << "the reply to " << again << " may have been lost";
    EXPECT_EQ(replies[0].to, 3);
    EXPECT_EQ(replies[0].message.first, again);
    EXPECT_EQ(replies[0].message.index, again) << "the value it had";
  }
  EXPECT_EQ(leader.core.log.last(), 2U);
}

TEST(RaftLeader, KnowsFromTheLogWhatEachClientAskedItsPredecessors) {
  LeadingServer leader(3, {}, 8, 1);
  prepare(leader.core, {1, 1, 1});
  leader.lead(2);
  leader.out.take();
  leader.request(2);
  leader.request(4);
  EXPECT_EQ(leader.core.log.last(), 4U) << "one is there, the other not due";
  leader.request(3);
  EXPECT_EQ(leader.core.log[5].operation, 3);
  LeadingServer restarted(3, {}, 8, 1);
  restarted.append(0, 16);
  restarted.tell(1, 16);
  restarted.core.restart();
  restarted.lead(2);
  restarted.request(15);
  EXPECT_EQ(restarted.core.log.last(), 17U) << "of what is compacted the snapshot tells, of the rest the log";
}

TEST(RaftLeader, DoesNotLeadWithoutRoomForItsNoOpNorTakesMoreThanFits) {
  LeadingServer leader(3);
  leader.append(0, static_cast<int>(leader.core.log.capacity()) + 5);
  EXPECT_EQ(leader.core.log.free(), 0U);
  leader.lead(2);
  EXPECT_FALSE(leader.core.election.leads());
  EXPECT_TRUE(leader.out.take().empty());
}

TEST(RaftLeader, NeverSendsMoreInAStepThanItDeclares) {
  LeadingServer behind(64, {{"election_timeout_us", 1}}, 1);
  prepare(behind.core, Terms(10, 1), 10);
  behind.lead(2);
  behind.out.take();
  for (Rank from = 1; from < 64; ++from) behind.refuse(from, 10, 1, 0);
  EXPECT_EQ(behind.heartbeat().size(), 63U);
  for (const int clients : {0, 1}) {
    LeadingServer leader(64, {{"batch", 256}, {"commit_broadcast", 1}}, 1024, clients);
    prepare(leader.core, Terms(leader.core.log.capacity() - 1, 1));
    leader.lead(2);
    leader.out.take();
    for (Rank from = 1; from < 32; ++from) leader.tell(from, leader.core.log.last());
    EXPECT_EQ(leader.core.commit_index, 0U);
    leader.accept(32, leader.core.log.last());
    EXPECT_EQ(leader.core.commit_index, leader.core.log.last());
    leader.out.take();
    leader.core.apply_committed(leader.out);
    leader.machine.afterwards(leader.out);
    EXPECT_EQ(leader.out.completed(raft::applied).size(), leader.core.log.capacity() - 1);
  }
}

}  // namespace
}  // namespace coordbench::testing::leader_test
