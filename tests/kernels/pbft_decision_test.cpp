// What a new view selects: the conditions D, A1, A2 and B, on view-changes written by hand.

#include <gtest/gtest.h>

#include "kernels/pbft/decision.hpp"
#include "kernels/pbft/offer.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::pbft_decision_test {
namespace {

using pbft::Checkpoint;
using pbft::Decision;
using pbft::Report;
using pbft::Request;
using pbft::Sequence;
using pbft::Setting;
using pbft::View;

struct FourServers {
  static constexpr std::array parameters = pbft::parameters;
};
Setting setting_of(int ranks) { return Setting(shape_of<FourServers>(ranks, 8, {{"checkpoint", 4}})); }

constexpr Request kA{1, 1, {{1, 1, 1, 1}}}, kB{2, 1, {{2, 2, 2, 2}}}, kNull{};

struct Said {
  Sequence stable = 0;
  std::vector<Checkpoint> checkpoints{{0, {}}};
  std::vector<Report::Entry> prepared{}, pre_prepared{};
};

class Reports {
 public:
  Report make(View view, const Said& said) {
    const std::array<std::uint32_t, 5> head{view, said.stable, count(said.checkpoints), count(said.prepared),
                                            count(said.pre_prepared)};
    Payload payload = arena_.allocate(4096);
    pbft::Writer writer(payload);
    writer.put(head);
    for (const Checkpoint& one : said.checkpoints) writer.put(one);
    for (const Report::Entry& one : said.prepared) writer.put(one);
    for (const Report::Entry& one : said.pre_prepared) writer.put(one);
    return Report(payload.resized(sizeof head + said.checkpoints.size() * sizeof(Checkpoint) +
                                  (said.prepared.size() + said.pre_prepared.size()) * sizeof(Report::Entry)));
  }
  std::vector<Report> all(View view, const std::vector<Said>& said) {
    std::vector<Report> reports;
    for (const Said& one : said) reports.push_back(make(view, one));
    return reports;
  }
  /// One that begins at the checkpoint and does these requests again.
  pbft::NewView new_view(const Checkpoint& begin, const std::vector<Request>& again) {
    Payload payload = arena_.allocate(4096);
    pbft::Writer writer(payload);
    writer.put(std::uint32_t{0});  // view-changes that it names
    writer.put(begin.sequence + count(again));
    writer.put(begin);
    for (const Request& request : again) writer.put(request);
    return pbft::NewView(payload.resized(8 + sizeof begin + again.size() * sizeof(Request)));
  }

 private:
  template <class T>
  static std::uint32_t count(const std::vector<T>& all) {
    return static_cast<std::uint32_t>(all.size());
  }
  PayloadArena arena_{64, 4096};
};

/// What the next view may do under number 1, if these replicas have moved to it.
struct Allowed {
  bool a, b, null;
  friend bool operator==(const Allowed&, const Allowed&) = default;
};
Allowed allowed(const std::vector<Said>& said) {
  Reports reports;
  const Setting setting = setting_of(4);
  const std::vector<Report> all = reports.all(9, said);
  const Decision decision(setting, all);
  return {decision.allows(1, kA), decision.allows(1, kB), decision.allows(1, kNull)};
}
Said prepared(const Request& request, View view) {
  return {.prepared = {{1, view, request}}, .pre_prepared = {{1, view, request}}};
}
Said pre_prepared(const Request& request, View view) { return {.pre_prepared = {{1, view, request}}}; }

TEST(PbftDecision, TakesTheNullRequestWhereAQuorumHasPreparedNothing) {
  EXPECT_EQ(allowed({{}, {}, {}}), (Allowed{false, false, true}));
  EXPECT_EQ(allowed({pre_prepared(kA, 0), pre_prepared(kA, 0), {}}), (Allowed{false, false, true}));
  EXPECT_EQ(allowed({prepared(kA, 0), pre_prepared(kA, 0), {}}), (Allowed{true, false, false})) << "two are no quorum";
  EXPECT_EQ(allowed({prepared(kA, 0), {}, {}, {}}), (Allowed{false, false, true})) << "nobody else has pre-prepared it";
}

TEST(PbftDecision, TakesWhatHasPreparedInTheLastView) {
  EXPECT_EQ(allowed({prepared(kA, 1), prepared(kB, 2), pre_prepared(kB, 2)}), (Allowed{false, true, false}));
  EXPECT_EQ(allowed({prepared(kA, 3), prepared(kB, 2), pre_prepared(kA, 3)}), (Allowed{true, false, false}));
}

TEST(PbftDecision, WaitsForMoreWhereItCannotTell) {
  EXPECT_EQ(allowed({prepared(kA, 1), {}, {}}), (Allowed{false, false, false})) << "one that pre-prepared it may be a traitor";
  EXPECT_EQ(allowed({prepared(kA, 1), prepared(kB, 1), {}}), (Allowed{false, false, false}));
}

TEST(PbftDecision, KnowsThatOneReplicaMayInventWhatItPrepared) {
  EXPECT_EQ(allowed({prepared(kB, 8), prepared(kA, 0), prepared(kA, 0), prepared(kA, 0)}), (Allowed{true, false, false}));
  EXPECT_EQ(allowed({prepared(kA, 0), pre_prepared(kB, 5), pre_prepared(kA, 0)}), (Allowed{true, false, false}));
}

/// Who has forgotten the log up to a number says nothing of it.
TEST(PbftDecision, CountsOnlyWhoStillKnowsTheNumber) {
  Said forgot{.stable = 4, .checkpoints = {{4, {}}}};
  EXPECT_EQ(allowed({{}, {}, forgot}), (Allowed{false, false, false}));
  EXPECT_EQ(allowed({prepared(kA, 0), pre_prepared(kA, 0), forgot}), (Allowed{false, false, false}));
}

TEST(PbftDecision, BeginsAtTheLastCheckpointThatIsKnownToBeRight) {
  const auto begin = [](const std::vector<Said>& said) -> std::int64_t {
    Reports reports;
    const Setting setting = setting_of(4);
    const std::vector<Report> all = reports.all(9, said);
    Checkpoint last{};
    return Decision(setting, all).find_checkpoint(last) ? std::int64_t{last.sequence} : -1;
  };
  const Checkpoint zero{}, four{4, {{7, 7, 7, 7}}}, forged{4, {{8, 8, 8, 8}}};
  const Said fresh{}, has_four{.checkpoints = {zero, four}}, stable{.stable = 4, .checkpoints = {four}},
      liar{.checkpoints = {zero, forged}};
  EXPECT_EQ(begin({fresh, fresh, fresh}), 0);
  EXPECT_EQ(begin({fresh, fresh, has_four}), 0) << "one may be a traitor";
  EXPECT_EQ(begin({fresh, has_four, has_four}), 4);
  EXPECT_EQ(begin({fresh, has_four, liar}), 0) << "their states differ";
  EXPECT_EQ(begin({fresh, fresh, stable}), -1) << "no quorum has the log behind 0, and one alone has 4";
  EXPECT_EQ(begin({fresh, has_four, stable}), 4);
}

/// A null request that has prepared may have committed: a new view that leaves it out would give its number to another request.
TEST(PbftDecision, LeavesOutNoNullRequestThatHasPrepared) {
  Reports reports;
  const Setting setting = setting_of(4);
  const Said null = prepared(kNull, 2);
  const std::vector<Report> all = reports.all(9, {null, null, null});
  const auto leads_to = [&](const std::vector<Request>& again) {
    return Decision(setting, all).leads_to(reports.new_view({}, again));
  };
  EXPECT_FALSE(leads_to({}));
  EXPECT_TRUE(leads_to({kNull}));
  EXPECT_FALSE(leads_to({kA}));
}

TEST(PbftDecision, RefusesViewChangesThatNobodyCanMean) {
  Reports reports;
  const Setting setting = setting_of(4);
  const auto is_sound = [&](const Said& said) { return reports.make(3, said).is_sound(3, setting); };
  EXPECT_TRUE(is_sound({}));
  EXPECT_TRUE(is_sound(prepared(kA, 2)));
  EXPECT_FALSE(is_sound(prepared(kA, 3))) << "nothing can have prepared in the view that is to come";
  EXPECT_FALSE(is_sound({.stable = 4, .prepared = {{4, 1, kA}}})) << "before its own checkpoint";
  EXPECT_FALSE(is_sound({.prepared = {{setting.log_size + 1, 1, kA}}})) << "behind its log";
  EXPECT_FALSE(is_sound({.prepared = {{2, 1, kA}, {1, 1, kB}}})) << "out of order";
  EXPECT_FALSE(is_sound({.prepared = {{1, 1, kA}, {1, 2, kB}}})) << "twice the same number";
  EXPECT_FALSE(reports.make(3, {}).is_sound(4, setting)) << "of another view";
  EXPECT_FALSE(Report(reports.make(3, prepared(kA, 1)).payload().resized(60)).is_sound(3, setting)) << "cut short";
  EXPECT_FALSE(Report().is_sound(3, setting)) << "empty";
}

}  // namespace
}  // namespace coordbench::testing::pbft_decision_test
