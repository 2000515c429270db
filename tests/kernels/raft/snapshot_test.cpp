// Section 7: who is too far behind for the leader's log gets its state.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/kernels/raft/server.hpp"

namespace coordbench::testing::snapshot_test {
namespace {

constexpr int kParts = raft::State::kParts;

TEST(RaftSnapshot, IsInstalledOnceAllPartsAreThereInAnyOrder) {
  std::vector<std::uint32_t> order(raft::State::kParts);
  std::iota(order.begin(), order.end(), 0U);
  do {
    LedServer follower({1, 1});
    for (std::size_t i = 0; i + 1 < order.size(); ++i)
      EXPECT_TRUE(follower.take_parts({order[i], order[i / 2]}, 5).empty()) << "the second of them again";
    EXPECT_EQ(follower.core.log.last(), 2U);
    const auto answers = follower.take_parts({order.back()}, 5);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].message.kind, Kind::accepted);
    EXPECT_EQ(answers[0].message.index, 5U);
    EXPECT_EQ(follower.core.log.base(), 5U);
    EXPECT_EQ(follower.core.commit_index, 5U);
    EXPECT_EQ(follower.core.state.count(), 5U);
    EXPECT_EQ(follower.core.state.digest(), follower.core.snapshot.digest());
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(RaftSnapshot, IsNotMixedWithAnotherNorHalfRememberedAfterACrash) {
  LedServer follower;
  EXPECT_TRUE(follower.take_parts({0, 1, 2}, 5).empty());
  EXPECT_TRUE(follower.take_parts({3, 4}, 6).empty()) << "the leader's log has moved on";
  EXPECT_TRUE(follower.take_parts({0, 1}, 6).empty());
  follower.machine.restart();
  EXPECT_TRUE(follower.take_parts({2}, 6).empty());
  EXPECT_EQ(follower.take_parts({0, 1, 3, 4}, 6).size(), 1U);
  EXPECT_EQ(follower.core.state.count(), 6U);
}

TEST(RaftSnapshot, KeepsTheEntriesThatFollowItAndThatItOvertook) {
  LedServer agrees({1, 1, 3, 3, 3});
  agrees.take_parts({0, 1, 2, 3, 4}, 3);
  EXPECT_EQ(terms_of(agrees.core.log), (Terms{3, 3}));
  EXPECT_EQ(agrees.append(2, 1, 3, 4).index, 6U) << "entries that left before it";
  LedServer conflicts({1, 1, 2, 2, 2});
  conflicts.take_parts({0, 1, 2, 3, 4}, 3);
  EXPECT_TRUE(terms_of(conflicts.core.log).empty());
}

TEST(RaftSnapshot, IsNotNeededOfWhatIsCommitted) {
  LedServer follower({1, 1, 3, 3});
  follower.append(4, 3, 0, 0, 4);
  const auto answers = follower.take_parts({0}, 3);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].message.index, 4U) << "how far it is";
  EXPECT_EQ(follower.core.state.count(), 4U);
  EXPECT_EQ(terms_of(follower.core.log), (Terms{1, 1, 3, 3}));
}

/// Rank 0 leads; it has compacted what rank 2 lacks.
struct FarAhead : LeadingServer {
  FarAhead() : LeadingServer(3, {{"election_timeout_us", 1}}, 8, 1) { move_on(64); }
  /// Commits so many more with rank 1; returns what was sent to rank 2.
  std::vector<RaftOutbox::Sent> move_on(int operations) {
    std::vector<RaftOutbox::Sent> to_other;
    for (int i = 0; i < operations; ++i) {
      for (auto& sent : append(core.log.last(), 1))
        if (sent.to == 2) to_other.push_back(sent);
      tell(1, core.log.last());
    }
    return to_other;
  }
};

/// What a led server says to messages of its leader, and what that leads to.
std::vector<RaftOutbox::Sent> round_trip(LeadingServer& leader, LedServer& follower,
                                         const std::vector<RaftOutbox::Sent>& sent) {
  for (const auto& [to, message, payloads] : sent)
    if (message.kind == Kind::snapshot)
      follower.machine.take_part(0, message, follower.out);
    else
      follower.machine.append(0, message, {}, follower.out);
  follower.core.apply_committed(follower.out);
  std::vector<RaftOutbox::Sent> more;
  for (const auto& [to, answer, payloads] : follower.out.take()) {
    if (answer.kind == Kind::accepted)
      leader.machine.accepted(2, answer, leader.out);
    else
      leader.machine.rejected(2, answer, leader.out);
    for (const auto& one : leader.settle()) more.push_back(one);
  }
  return more;
}

TEST(RaftSnapshot, GoesToWhomTheLogCannotHelpAndThenTheLogCan) {
  FarAhead leader;
  const raft::Index applied = leader.core.applied_index;
  ASSERT_GT(leader.core.log.base(), 0U);
  const auto parts = leader.refuse(2, 60, 1, 0);
  EXPECT_EQ(tally(parts), (Tally{{{2, Kind::snapshot}, kParts}}));
  for (const auto& one : parts) EXPECT_EQ(one.message.index, applied);
  EXPECT_TRUE(leader.tell(2, 0).empty()) << "an answer from before";
  EXPECT_TRUE(leader.append(64, 1).size() == 1) << "to rank 1 alone";
  EXPECT_EQ(leader.heartbeat(), (Tally{{{1, Kind::append}, 1}, {{2, Kind::snapshot}, kParts}})) << "in case one was lost";
  EXPECT_EQ(leader.tell(2, leader.core.log.base()), (Tally{{{2, Kind::append}, raft::Leader::kBurst}}))
      << "it need not be the snapshot that helped";
}

TEST(RaftSnapshot, HelpsThoughTheLogMovesOnByAWindowMeanwhile) {
  FarAhead leader;
  LedServer follower;
  auto sent = leader.refuse(2, 60, 1, 0);
  for (int turn = 0; turn < 20; ++turn) {
    const auto more = leader.move_on(leader.shape.in_flight);
    sent = round_trip(leader, follower, sent);
    sent.insert(sent.begin(), more.begin(), more.end());
  }
  EXPECT_GE(follower.core.log.last(), leader.core.log.base()) << "the log can help it again";
  raft::State state(1);
  while (state.count() < follower.core.applied_index) state.apply(static_cast<std::int32_t>(state.count()));
  EXPECT_EQ(follower.core.state.digest(), state.digest());
}

TEST(RaftSnapshot, WhoLeadsByOneCanAnswerWhateverAClientHasOpen) {  // 8
  FarAhead before;
  LeadingServer leader(3, {}, 8, 1);
  leader.core.install(64, 1, before.core.state);
  leader.lead(2);
  leader.out.take();
  for (const Operation open : {56, 60, 63}) {
    const auto replies = leader.request(open);
    ASSERT_EQ(replies.size(), 1U) << open;
    EXPECT_EQ(replies[0].message.index, open) << "the value it had";
  }
  leader.request(64);
  EXPECT_EQ(leader.core.log[66].operation, 64);
}

TEST(RaftSnapshot, TellsWhatEachOfSeveralClientsWasAnsweredWithinItsWindow) {  // 8
  const RaftSettings times_out{{"election_timeout_us", 1}};
  LeadingServer leader(3, times_out, 4, 2);
  for (Operation k = 0; k < 12; ++k) {
    leader.request(k);
    leader.tell(1, leader.core.log.last());
  }
  ASSERT_EQ(leader.core.state.count(), 12U);
  const Shape shape = raft_shape(3, times_out, 4, 2);
  raft::Core core(shape, 1);
  raft::Follower follower(core);
  RaftOutbox out(shape, 1);
  const std::uint32_t parts = core.setting.snapshot_parts();
  EXPECT_EQ(parts, raft::State::kParts + 2 * 2);
  for (std::uint32_t number = parts; number-- > 0;) {
    const raft::State::Part part = leader.core.part(number);
    follower.take_part(0,
                       {.first = part.one, .kind = Kind::snapshot, .index = 12, .index_term = 1, .entries_term = number,
                        .commit = part.two},
                       out);
    EXPECT_EQ(out.take().size(), number == 0 ? 1U : 0U) << number;
  }
  for (Operation k = 4; k < 10; ++k) {
    std::uint32_t value = 0;
    EXPECT_TRUE(core.answers.recall(k, value)) << k;
    EXPECT_EQ(value, k);
  }
  EXPECT_EQ(core.state.digest(), leader.core.state.digest());
  EXPECT_EQ(raft::Setting(raft_shape(3, {}, 4, 2)).snapshot_parts(), raft::State::kParts) << "nothing is lost";
  EXPECT_EQ(raft::Setting(raft_shape(3, times_out, 4, 1)).snapshot_parts(), raft::State::kParts) << "counted without a gap";
}

}  // namespace
}  // namespace coordbench::testing::snapshot_test
