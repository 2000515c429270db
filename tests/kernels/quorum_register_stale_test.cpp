// Stale reads where R + W <= N: their share is that of the model, and quorums are drawn as the model says.

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/kernels/quorum_registers.hpp"

namespace coordbench::testing::quorum_register::quorum_register_stale_test {
namespace {

using coordbench::quorum_register::Drawn;

double choose(int of, int some) {
  double ways = 1;
  for (int i = 0; i < some; ++i) ways = ways * (of - i) / (i + 1);
  return some < 0 || some > of ? 0 : std::round(ways);
}
double stale_share(int replicas, int read_quorum, int write_quorum) {
  return choose(replicas - write_quorum, read_quorum) / choose(replicas, read_quorum);
}
/// How likely a count as far from its mean, were every trial to succeed with probability p: by the normal approximation, with
/// the correction for whole numbers.
double p_value(std::int64_t successes, std::int64_t trials, double p) {
  const double mean = p * static_cast<double>(trials), deviation = std::sqrt(mean * (1 - p));
  const double away = std::max(std::abs(static_cast<double>(successes) - mean) - 0.5, 0.0);
  return deviation > 0 ? std::erfc(away / deviation / std::sqrt(2.0)) : away > 0 ? 0 : 1;
}

struct Reads {
  std::int64_t all = 0, stale = 0;
};

/// One writer that knows its own stamps, one operation at a time, quorums drawn, no write-back.
Shape stale_shape(int ranks, const Settings& more, int clients) {
  Settings set{{"quorums", 1}, {"write_back", never}, {"write_query", never}};
  set.insert(set.end(), more.begin(), more.end());
  return register_shape(ranks, set, clients);
}
/// Reads after the first write.
Reads reads_of(int ranks, const Settings& more, int clients, Operation operations = 20'000) {
  const Shape shape = stale_shape(ranks, more, clients);
  EXPECT_EQ(Register::unfit(shape), "");
  Cluster<Register, Unobserved> cluster(shape, {}, operations);
  const Rank proposer = proposer_of<Register>(shape, 0);
  Reads reads;
  Operation last_write = Answer::initial;
  for (Operation k = 0; k < operations; ++k) {
    cluster.propose(k);
    while (!cluster.has_ended(k) && cluster.step()) continue;
    const bool is_read = Register::kind(shape, k) == 1;
    if (!is_read) last_write = k;
    if (!is_read || last_write == Answer::initial) continue;
    ++reads.all;
    reads.stale += cluster.machine(proposer).answer(k).of != last_write ? 1 : 0;
  }
  return reads;
}

TEST(QuorumRegisterStale, ReadsAreStaleAsOftenAsTheModelSays) {
  for (const auto& [ranks, reading, writing] : {std::array{2, 1, 1},
                                                {3, 1, 1},
                                                {3, 1, 2},
                                                {3, 2, 1},
                                                {4, 2, 2},
                                                {5, 2, 2},
                                                {5, 1, 3},
                                                {5, 3, 1},
                                                {5, 2, 3},
                                                {7, 2, 3},
                                                {8, 3, 4},
                                                {70, 8, 9}}) {
    const double share = stale_share(ranks, reading, writing);
    const Shape shape = stale_shape(ranks, {{"read_quorum", reading}, {"write_quorum", writing}}, 1);
    EXPECT_NEAR(Register::stale_share(shape), share, 1e-12);
    const Reads reads = reads_of(ranks, {{"read_quorum", reading}, {"write_quorum", writing}}, 1);
    EXPECT_GT(p_value(reads.stale, reads.all, share), 0.001)
        << reads.stale << " of " << reads.all << " at N = " << ranks << ", R = " << reading << ", W = " << writing;
    if (reading == 1 || writing == 1 || ranks > 8) continue;  // the same, or nearly
    const double with_replacement = std::pow(1 - static_cast<double>(writing) / ranks, reading);
    EXPECT_LT(p_value(reads.stale, reads.all, with_replacement), 0.001) << "so many reads tell one model from the other";
  }
}

TEST(QuorumRegisterStale, AWriterThatHoldsACopyDrawsItLikeAnyOther) {
  const Reads with = reads_of(5, {{"read_quorum", 2}, {"write_quorum", 2}, {"proposers", 1}}, 0);
  EXPECT_GT(p_value(with.stale, with.all, stale_share(5, 2, 2)), 0.001) << with.stale << " of " << with.all;
}

TEST(QuorumRegisterStale, ThreeReplicasOfSevenServersAreThree) {
  const Reads reads = reads_of(7, {{"read_quorum", 1}, {"write_quorum", 1}, {"replicas", 3}, {"proposers", 1}}, 0);
  EXPECT_GT(p_value(reads.stale, reads.all, stale_share(3, 1, 1)), 0.001) << reads.stale << " of " << reads.all;
}

TEST(QuorumRegisterStale, NoReadIsStaleWhereQuorumsMeet) {
  for (const auto& [ranks, reading, writing] : {std::array{3, 2, 2}, {3, 1, 3}, {5, 4, 2}, {5, 1, 5}, {8, 5, 4}})
    EXPECT_EQ(reads_of(ranks, {{"read_quorum", reading}, {"write_quorum", writing}}, 1, 3000).stale, 0) << ranks;
}

TEST(QuorumRegisterStale, NoReadIsStaleWithFixedQuorumsOfTheSameServers) {
  EXPECT_EQ(reads_of(5, {{"read_quorum", 2}, {"write_quorum", 2}, {"quorums", 0}, {"thrifty", 1}}, 1, 3000).stale, 0);
}

TEST(QuorumRegisterStale, TheShareIsDeclaredOnlyWhereTheModelHolds) {
  const Settings one{{"read_quorum", 1}, {"write_quorum", 1}, {"proposers", 1}};
  const auto share = [&](std::string_view name, std::int64_t value, int in_flight = 1) {
    Settings set = one;
    set.emplace_back(name, value);
    Shape shape = stale_shape(3, set, 0);
    shape.in_flight = in_flight;
    return Register::stale_share(shape);
  };
  EXPECT_DOUBLE_EQ(share("reads", 90), 2.0 / 3);
  EXPECT_DOUBLE_EQ(share("replicas", 2), 1.0 / 2);
  EXPECT_EQ(share("read_quorum", 3), 0) << "quorums meet";
  EXPECT_EQ(Register::stale_share(register_shape(5)), 0) << "majorities meet";
  EXPECT_TRUE(std::isnan(share("quorums", 0)));
  EXPECT_TRUE(std::isnan(share("write_query", always)));
  EXPECT_TRUE(std::isnan(share("write_back", always)));
  EXPECT_TRUE(std::isnan(share("reads", 50, 2)));
}

TEST(QuorumRegisterStale, EverySetOfServersIsDrawnAsOftenAsAnyOther) {
  for (const auto& [servers, size] : {std::pair{5, 2}, {4, 3}, {6, 1}, {3, 3}}) {
    std::map<std::vector<Rank>, std::int64_t> counts;
    constexpr std::int64_t kDraws = 20'000;
    Drawn drawn(servers);
    for (std::int64_t i = 0; i < kDraws; ++i) {
      drawn.draw(Draw(7, i), size);
      std::vector<Rank> members;
      for (Rank server = 0; server < servers + 1; ++server)
        if (drawn.has(server)) members.push_back(server);
      ASSERT_EQ(members.size(), static_cast<std::size_t>(size));
      ++counts[members];
    }
    EXPECT_EQ(static_cast<double>(counts.size()), choose(servers, size));
    for (const auto& [members, count] : counts)
      EXPECT_GT(p_value(count, kDraws, 1 / choose(servers, size)), 0.0001) << servers << ", " << size;
  }
}

}  // namespace
}  // namespace coordbench::testing::quorum_register::quorum_register_stale_test
