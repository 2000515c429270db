#include "kernels/raft/progress.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/kernels/raft/server.hpp"
#include "tests/support/random.hpp"

namespace coordbench::testing::raft_progress_test {
namespace {

using Mode = raft::Progress::Mode;

/// Logs as leaders leave them that were cut off at any moment: whoever leads a term extends a log, and some others take a part
/// of it. Entries of the same index and term are the same, with all before them.
std::vector<Terms> histories(Random& random) {
  std::vector<Terms> logs(4);
  for (raft::Term term = 1; term <= 8; ++term) {
    Terms& leader = logs[random.below(logs.size())];
    leader.insert(leader.end(), random.below<std::size_t>(4), term);
    for (Terms& other : logs) {
      const std::size_t taken = random.below(leader.size() + 1);
      if (random.chance(0.6) || std::equal(leader.begin(), leader.begin() + static_cast<std::ptrdiff_t>(taken), other.begin(),
                                           other.begin() + static_cast<std::ptrdiff_t>(std::min(taken, other.size()))))
        continue;  // it hears nothing, or has all that already
      other.assign(leader.begin(), leader.begin() + static_cast<std::ptrdiff_t>(taken));
    }
  }
  return logs;
}

/// The oracle: how many entries agree from the first on.
raft::Index common(const Terms& one, const Terms& other) {
  return static_cast<raft::Index>(std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
}
/// A probe for each term of the follower's that may have to go, one for being short, and the one that finds the place.
int probes_at_most(const Terms& follower, raft::Index agree) {
  return 2 +
         static_cast<int>(std::set<raft::Term>(follower.begin() + static_cast<std::ptrdiff_t>(agree), follower.end()).size());
}

/// Backs off until the follower takes an append, as the real one answers; returns how many were sent.
int probe_until_accepted(raft::Progress& progress, const raft::Log& leader, raft::Follower& follower, RaftOutbox& out) {
  for (int sent = 1; sent <= 100; ++sent) {
    const raft::Index previous = progress.next - 1;
    follower.append(0, {.kind = Kind::append, .term = 9, .index = previous, .index_term = leader.term_at(previous)}, {}, out);
    const raft::Message answer = out.only();
    if (answer.kind == Kind::accepted) return progress.accept(answer.index), sent;
    EXPECT_EQ(answer.commit, previous);
    progress.reject(answer.commit, answer.index, answer.index_term, leader);
    EXPECT_LE(progress.next, previous) << "it moves";
    EXPECT_GT(progress.next, progress.match);
    if (progress.next <= leader.base()) return sent;  // a snapshot must help
  }
  return 100;
}

TEST(RaftProgress, FindsWhereLogsPartAsTheOracleSaysAndSoon) {  // 5.3
  const Shape shape = raft_shape(2, {}, 8);
  Random random(1);
  int parted = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    const auto logs = histories(random);
    const Terms &ours = logs[0], &theirs = logs[1];
    const raft::Index agree = common(ours, theirs);
    parted += agree < ours.size() && agree < theirs.size() ? 1 : 0;
    const raft::Index compacted = agree == 0 ? 0 : random.below(agree + 1);  // what is committed agrees
    const raft::Index leader_base = random.below<raft::Index>(static_cast<raft::Index>(ours.size()) + 1) * random.below(2U);
    raft::Core core(shape, 1);
    prepare(core, theirs, compacted);
    const raft::Log leader = log_of(ours, leader_base);
    raft::Follower follower(core);
    RaftOutbox out(shape);

    raft::Progress progress;
    progress.match = random.chance(0.3) ? compacted : 0;
    progress.begin_probe(leader.last() + 1);
    const int sent = probe_until_accepted(progress, leader, follower, out);
    EXPECT_LE(sent, probes_at_most(theirs, agree));
    if (agree >= leader_base) {
      EXPECT_EQ(progress.match, std::max(agree, compacted));
      EXPECT_EQ(progress.mode, Mode::replicate);
    } else {
      EXPECT_LE(progress.next, leader_base) << "the leader has not got what lacks";
    }
  }
  EXPECT_GT(parted, 500) << "of 3000 pairs";
}

TEST(RaftProgress, PassesOverRefusalsThatAreLate) {
  const raft::Log log = log_of({1, 1, 1, 2, 2, 2, 2, 2});
  struct Row {
    const char* what;
    Mode mode;
    raft::Index refused, next;
  };
  for (const auto& [what, mode, refused, next] :
       std::vector<Row>{{"of what has been matched since", Mode::replicate, 3, 8},
                        {"of what has been matched since, to the entry", Mode::replicate, 4, 8},
                        {"of more than has been sent since the last one", Mode::probe, 8, 8},
                        {"while a snapshot travels", Mode::snapshot, 6, 8},
                        {"of a term in which nothing was said", Mode::replicate, 0, 8},
                        {"and this one is not", Mode::replicate, 5, 5},
                        {"nor this", Mode::probe, 7, 5}}) {
    raft::Progress progress{.match = 4, .next = 8, .mode = mode, .base = mode == Mode::snapshot ? 7U : 0U};
    progress.reject(refused, 1, 0, log);
    EXPECT_EQ(progress.next, next) << what;
    EXPECT_EQ(progress.mode, next == 5 ? Mode::probe : mode) << what;
    EXPECT_EQ(progress.match, 4U) << what;
  }
}

TEST(RaftProgress, NeverGoesBack) {
  raft::Progress progress{.match = 4, .next = 8, .mode = Mode::replicate};
  EXPECT_FALSE(progress.accept(4)) << "twice";
  EXPECT_FALSE(progress.accept(2)) << "late";
  EXPECT_EQ(progress.match, 4U);
  EXPECT_EQ(progress.next, 8U) << "what is on its way is not sent again";
  EXPECT_TRUE(progress.accept(6));
  EXPECT_EQ(progress.match, 6U);
  EXPECT_TRUE(progress.accept(20)) << "the follower had more than was sent";
  EXPECT_EQ(progress.next, 21U);
}

TEST(RaftProgress, WaitsForTheSnapshotAndNothingElse) {
  raft::Progress progress{.match = 2, .next = 3, .mode = Mode::snapshot, .waiting = true, .base = 10};
  EXPECT_TRUE(progress.accept(5)) << "of entries that left before it";
  EXPECT_EQ(progress.mode, Mode::snapshot);
  EXPECT_TRUE(progress.waiting);
  EXPECT_TRUE(progress.accept(10));
  EXPECT_EQ(progress.mode, Mode::replicate);
  EXPECT_FALSE(progress.waiting);
  EXPECT_EQ(progress.next, 11U);
}

}  // namespace
}  // namespace coordbench::testing::raft_progress_test
