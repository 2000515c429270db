// What Raft's reads cost, and what they say to each other.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/kernels/raft/server.hpp"
#include "tests/kernels/raft_reads.hpp"

namespace coordbench::testing::raft_replication_reads_test {
namespace {

using raft_replication::RaftWorld;
using Raft = RaftReplication;

constexpr std::size_t kTimeColumn = 6;  ///< characters of a line of a conversation before it says who speaks

struct RaftReplicationReads : ::testing::Test, RaftReads {};

/// Each mark's delays, which ranks have it, and the answers, of operations that are over.
void expect_marks(const RaftWorld& world, const Shape& shape, std::int64_t operations) {
  for (Operation k = 0; k < operations; ++k) {
    const Cost cost = Raft::cost(shape, {k, 1});
    std::size_t due = 0, came = 0;
    for (int mark = 0; mark < static_cast<int>(Raft::marks.size()); ++mark) {
      int deepest = -1;
      for (const auto& it : world.history().reached) {
        if (it.operation != k || it.mark != mark) continue;
        EXPECT_TRUE(reaches<Raft>(shape, mark, it.rank, k)) << "N = " << shape.ranks << ", operation " << k;
        deepest = std::max(deepest, it.depth);
        ++came;
      }
      for (Rank rank = 0; rank < shape.members(); ++rank) due += reaches<Raft>(shape, mark, rank, k) ? 1 : 0;
      const Range delays = cost.delays[static_cast<std::size_t>(mark)];
      EXPECT_TRUE(deepest >= delays.least && deepest <= delays.most)
          << "N = " << shape.ranks << ", operation " << k << ", mark " << mark << ": " << deepest;
    }
    EXPECT_EQ(came, due) << "N = " << shape.ranks << ", operation " << k;
  }
  for (const auto& it : world.history().answered)
    EXPECT_TRUE(it.is_accepted && it.payload_is_right) << "N = " << shape.ranks << ", operation " << it.operation;
}

double sent(const RaftWorld& world) {
  const Traffic traffic = world.traffic();
  return static_cast<double>(traffic.messages_sent - traffic.background_messages);
}

/// One operation at a time: every count is exact.
void expect_costs_one_by_one(const Shape& shape, const Faults& faults = {}) {
  constexpr std::int64_t kOperations = 8;
  ASSERT_EQ(Raft::unfit(shape), "");
  ASSERT_EQ(Raft::uncountable(shape), "");
  RaftWorld world(shape, faults, kOperations);
  double before = 0;
  for (Operation k = 0; k < kOperations; ++k) {
    world.propose(k);
    world.run();
    ASSERT_TRUE(world.has_ended(k)) << "N = " << shape.ranks << ", operation " << k;
    EXPECT_EQ(Range(sent(world) - before), Raft::cost(shape, {k, 1}).messages) << "N = " << shape.ranks << ", operation " << k;
    before = sent(world);
  }
  world.flush();
  world.run();
  expect_marks(world, shape, kOperations);
  world.expect_end();
}

TEST_F(RaftReplicationReads, CostWhatIsDeclared) {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const int clients : {0, 1})
      for (const std::int64_t read : {log, index, lease})
        for (const std::int64_t thrifty : {0, 1})
          for (const std::int64_t eager : {0, 1})
            expect_costs_one_by_one(shape(ranks, read, {{"thrifty", thrifty}, {"commit_broadcast", eager}}, 1, clients));
}

TEST_F(RaftReplicationReads, CostTheSameHoweverLongMessagesTake) {
  for (int ranks = 1; ranks <= 8; ++ranks)
    for (const int clients : {0, 1})
      for (const std::int64_t read : {log, index, lease})
        for (std::uint64_t seed = 1; seed <= 5; ++seed)
          expect_costs_one_by_one(
              shape(ranks, read, {}, 1, clients),
              {.seed = seed, .delay = Faults::Delay::exponential, .delay_least_ns = 10, .delay_most_ns = 1000, .fifo = true});
}

TEST_F(RaftReplicationReads, SeveralInFlightCostNoMoreThanOneByOne) {
  constexpr std::int64_t kOperations = 24;
  for (int ranks = 1; ranks <= 64; ranks += ranks < 8 ? 1 : 8)
    for (const int clients : {0, 1, 2, 3})
      for (const std::int64_t read : {log, index, lease})
        for (const std::int64_t reads : {1, 50, 100}) {
          const Shape shape = this->shape(ranks, read, {{"reads", reads}}, kOperations, clients);
          RaftWorld world(shape, {}, kOperations);
          for (Operation k = 0; k < kOperations; ++k) world.propose(k);
          world.run();
          world.flush();
          world.run();
          const Range messages = Raft::cost(shape, {.count = kOperations}).messages;
          EXPECT_TRUE(sent(world) >= messages.least && sent(world) <= messages.most) << "N = " << ranks << ": " << sent(world);
          expect_marks(world, shape, kOperations);
          world.expect_end();
        }
}

TEST_F(RaftReplicationReads, CostByHandAtFiveServers) {
  const auto cost = [&](std::int64_t read, int clients, const Settings& more = {}) {
    Settings set{{"reads", 100}};
    set.insert(set.end(), more.begin(), more.end());
    return Raft::cost(shape(5, read, set, 1, clients), {});
  };
  EXPECT_EQ(cost(log, 0).messages, Range(8));
  EXPECT_EQ(cost(index, 0).messages, Range(8));
  EXPECT_EQ(cost(lease, 0).messages, Range(0));
  EXPECT_EQ(cost(index, 1).messages, Range(10));
  EXPECT_EQ(cost(lease, 1).messages, Range(2));
  EXPECT_EQ(cost(index, 0, {{"thrifty", 1}}).messages, Range(4));
  EXPECT_EQ(cost(log, 0).delays[raft::answered], Range(2));
  EXPECT_EQ(cost(index, 0).delays[raft::answered], Range(2));
  EXPECT_EQ(cost(lease, 0).delays[raft::answered], Range(0));
  EXPECT_EQ(cost(index, 1).delays[raft::answered], Range(4));
  EXPECT_EQ(cost(lease, 1).delays[raft::answered], Range(2));
  for (const int mark : {raft::committed, raft::applied}) {
    EXPECT_EQ(cost(log, 0).delays[static_cast<std::size_t>(mark)], Range(2));
    EXPECT_EQ(cost(index, 0).delays[static_cast<std::size_t>(mark)], Range(-1)) << "no rank has it";
  }
  const Settings times_out{{"election_timeout_us", 1000}};
  EXPECT_EQ(cost(index, 0, times_out).messages, Range(8)) << "heartbeats are background";
  EXPECT_EQ(cost(lease, 0, times_out).messages, Range(0, 8)) << "the lease may have ended";
  EXPECT_EQ(cost(lease, 1, times_out).delays[raft::answered], Range(2, 4));
}

TEST_F(RaftReplicationReads, NothingChangesWhereNothingReads) {
  for (const std::int64_t read : {log, index, lease})
    for (const int clients : {0, 2}) {
      const Shape plain = shape_of<Raft>(5);
      Shape shape = this->shape(5, read, {{"reads", 0}}, 1, clients);
      EXPECT_EQ(Raft::cost(shape, {.count = 7}).messages, Range(7 * (clients > 0 ? 10 : 8)));
      EXPECT_EQ(raft::Setting(shape).snapshot_parts(), raft::State::kParts);
      shape.clients = 0;
      EXPECT_EQ(bounds_of<Raft>(shape, 0).leases, bounds_of<Raft>(plain, 0).leases);
      EXPECT_TRUE(Raft::accepts(shape, 3, {.outcome = 1}));
      EXPECT_FALSE(Raft::accepts(shape, 3, {.outcome = 1, .of = Answer::initial}));
    }
}

TEST_F(RaftReplicationReads, AnswersAreAcceptedByTheirKind) {
  const Shape shape = this->shape(3, index);
  const Operation write = next(shape, 0, false), read = next(shape, 0, true);
  EXPECT_TRUE(Raft::accepts(shape, write, {.outcome = 1}));
  GrowingArena arena;
  const Payload bytes = arena.allocate(8);
  EXPECT_TRUE(Raft::accepts(shape, read, {.outcome = 1, .payload = bytes, .of = write}));
  EXPECT_FALSE(Raft::accepts(shape, read, {.outcome = 1, .of = write})) << "without its bytes";
  EXPECT_TRUE(Raft::accepts(shape, read, {.outcome = 1, .of = Answer::initial}));
  EXPECT_FALSE(Raft::accepts(shape, read, {.outcome = 1})) << "nobody wrote that";
  EXPECT_FALSE(Raft::accepts(shape, read, {.outcome = 1, .payload = bytes, .of = next(shape, read + 1, true)}));
  EXPECT_FALSE(Raft::accepts(shape, read, {.outcome = 0, .payload = bytes, .of = write}));
  EXPECT_FALSE(Raft::accepts(shape, write, {.outcome = 1, .of = Answer::initial}));
}

TEST_F(RaftReplicationReads, OneRoundConfirmsAllReadsThatWait) {
  const Shape shape = this->shape(3, index, {{"reads", 100}}, 8);
  RaftWorld world(shape, {}, 8);
  for (Operation k = 0; k < 8; ++k) world.propose(k);
  EXPECT_EQ(sent(world), 2) << "the first read asks, the others wait";
  world.run();
  EXPECT_EQ(sent(world), 2 * 4) << "a round for the first, and one for the seven others";
  EXPECT_EQ(world.now(), 2 * 2);
  for (Operation k = 0; k < 8; ++k) EXPECT_TRUE(world.has_ended(k));
}

/// Two clients' reads come in another order than that of their numbers, so a round needs several messages to name them. Each
/// read waits for the answer to the message that names it.
TEST_F(RaftReplicationReads, AReadWaitsForTheAnswerToItsOwnMessage) {
  for (int ranks = 2; ranks <= 5; ++ranks) {
    const Shape shape = this->shape(ranks, index, {{"reads", 100}}, 4, 2);
    RaftWorld world(shape, {}, 6);
    for (const Operation k : {0, 1, 3, 5, 2, 4}) world.propose(k);
    world.run();
    EXPECT_EQ(sent(world), 6 * 2 + 6 * 2 * (ranks - 1)) << "one message alone, then five in one round";
    expect_marks(world, shape, 6);
    world.expect_end();
  }
}

/// Writes between them do not hold reads apart; a read between them that is not there does.
TEST_F(RaftReplicationReads, ARoundNamesTheReadsThatItCarries) {
  const Shape shape = this->shape(3, index);
  std::vector<Operation> named;
  raft::Message round{.first = 5, .count = 20, .kind = raft::Message::Kind::confirm};
  Raft::operations(shape, round, {}, [&](Operation k) { named.push_back(k); });
  ASSERT_GT(named.size(), 3U);
  EXPECT_EQ(named.front(), 5);
  for (std::size_t i = 1; i < named.size(); ++i) EXPECT_TRUE(is_read(shape, named[i]));
  round.count = 0;
  Raft::operations(shape, round, {}, [&](Operation /*k*/) { ADD_FAILURE() << "it is in the background"; });
}

TEST_F(RaftReplicationReads, AReadAsksWhoFollowsAndThenReturnsTheNewestWrite) {
  const Shape shape = this->shape(3, index, {}, 1, 1);
  const Operation first = next(shape, 0, false), read = next(shape, first + 1, true);
  RaftWorld world(shape, {}, read + 1);
  std::size_t before = 0;
  for (Operation k = 0; k <= read; ++k) {
    before = world.story().size();
    world.propose(k);
    world.run();
  }
  std::string told;
  std::istringstream story(world.story().substr(before));
  for (std::string line; std::getline(story, line);) told += line.substr(kTimeColumn) + "\n";
  EXPECT_EQ(told, fmt::format("3 → 0  please read, operation {0}\n"
                              "0 → 1  term 1: do you follow me? round {2}\n"
                              "0 → 2  term 1: do you follow me? round {2}\n"
                              "1 → 0  term 1: I followed you in round {2}\n"
                              "2 → 0  term 1: I followed you in round {2}\n"
                              "0 → 3  operation {0} reads what operation {1} wrote\n",
                              read, read - 1, first + 1))
      << "all operations before the first write read";
}

TEST_F(RaftReplicationReads, AServerKeepsTheNewestWriteWhenItIsCompacted) {
  const Shape shape = this->shape(2, log, {}, 2);
  PayloadArena arena(2, 8);
  raft::Out out(bounds_of<Raft>(shape, 1));
  Raft follower(shape, 1);
  const Operation write = next(shape, 0, false);
  raft::Message append{.first = static_cast<std::uint32_t>(write),
                       .count = 1,
                       .kind = raft::Message::Kind::append,
                       .term = 1,
                       .entries_term = 1};
  follower.step(0, append, arena.allocate(8), out);
  const auto follow = [&](bool reads, int entries, Payload payload) {
    for (int i = 0; i < entries; ++i) {
      append.first = static_cast<std::uint32_t>(next(shape, append.first + 1, reads));
      append.commit = ++append.index;
      append.index_term = 1;
      out.clear();
      follower.step(0, append, payload, out);
      follower.afterwards(out);
    }
  };
  const auto retained = static_cast<int>(raft::Setting(shape).retained()) + 4;
  follow(true, retained, {});
  EXPECT_GE(follower.core().log.base(), 1U);
  EXPECT_EQ(follower.core().newest().writer, write);
  const Payload second = arena.allocate(8);
  EXPECT_TRUE(second);
  EXPECT_FALSE(arena.allocate(8)) << "the register holds the first";
  follow(false, 1, second);
  follow(true, 2 * retained, {});
  EXPECT_TRUE(arena.allocate(8)) << "it holds the second instead";
}

TEST_F(RaftReplicationReads, IsNotMeasuredWhereTheClockDecidesWhatSharesABatch) {
  EXPECT_EQ(Raft::uncountable(shape(3, log, {{"batch", 2}}, 2)), "");
  EXPECT_NE(Raft::uncountable(shape(3, index, {{"batch", 2}}, 2)), "");
  EXPECT_NE(Raft::uncountable(shape(3, lease, {{"batch", 2}}, 2)), "");
  EXPECT_EQ(Raft::uncountable(shape(3, lease, {{"batch", 2}, {"reads", 0}}, 2)), "");
}

TEST_F(RaftReplicationReads, AStateThatIsSentTellsWhatWasWrittenLast) {
  GrowingArena arena;
  LeadingServer leader(3, {{"election_timeout_us", 1}, {"reads", 50}}, 4);
  for (Operation k = 0; k < 12; ++k) {
    leader.machine.append(k, arena.allocate(8), leader.out);
    leader.settle();
    leader.tell(1, leader.core.log.last());
  }
  raft::Core core(leader.shape, 1);
  raft::Follower follower(core);
  RaftOutbox out(leader.shape, 1);
  const raft::Written& written = leader.core.newest();
  for (std::uint32_t number = 0; number < core.setting.snapshot_parts(); ++number) {
    const raft::State::Part part = leader.core.part(number);
    follower.take_part(
        0,
        {.first = part.one, .kind = Kind::snapshot, .index = 12, .index_term = 1, .entries_term = number, .commit = part.two},
        out, number == core.setting.written_part() ? written.value : Payload());
  }
  EXPECT_EQ(core.state.count(), 12U);
  EXPECT_FALSE(is_read(leader.shape, written.writer));
  EXPECT_EQ(core.newest().writer, written.writer);
  EXPECT_EQ(core.newest().value.data(), written.value.data());
}

}  // namespace
}  // namespace coordbench::testing::raft_replication_reads_test
