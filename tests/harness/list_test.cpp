#include "harness/plan/list.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/options/usage_error.hpp"
#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing::list_test {
namespace {

using nlohmann::json;

json listed(std::string_view name) {
  for (const json& kernel : json::parse(list_json(kFakes)))
    if (kernel["name"] == name) return kernel;
  return nullptr;
}

TEST(List, JsonHasEveryKernelInOrder) {
  const json array = json::parse(list_json(kFakes));
  ASSERT_EQ(array.size(), kFakes.size());
  for (std::size_t i = 0; i < kFakes.size(); ++i) EXPECT_EQ(array[i]["name"], std::string(kFakes[i].name));
}

TEST(List, JsonSaysWhatAKernelDeclares) {
  const json kernel = listed("two_phase_commit");
  EXPECT_EQ(kernel["family"], "protocol");
  EXPECT_EQ(kernel["level"], 5);
  EXPECT_EQ(kernel["group"], "commitment");
  EXPECT_TRUE(kernel["baseline_of"].is_null());
  EXPECT_TRUE(kernel["only_over"].is_null());
  EXPECT_EQ(kernel["promise"], "all");
  EXPECT_EQ(kernel["messages"], "N - 1");
  EXPECT_EQ(kernel["count_rule"], "exact");
  EXPECT_EQ(kernel["source"], "Book, 1");
  const json variant = {
      {"name", "variant"}, {"default", "nothing"}, {"choices", {"nothing", "abort"}}, {"help", "what is presumed"}};
  EXPECT_EQ(kernel["parameters"][0], variant);
  EXPECT_EQ(kernel["parameters"][1]["default"], 0);
  EXPECT_EQ(kernel["parameters"][1]["highest"], 3);
}

TEST(List, JsonSaysWhatANativeKernelIsTheBaselineOfAndWhereItRuns) {
  const json kernel = listed("native_barrier");
  EXPECT_EQ(kernel["group"], "native");
  EXPECT_EQ(kernel["baseline_of"], "barrier");
  EXPECT_EQ(kernel["only_over"], "mpi");
}

TEST(List, SaysHowAKernelMayAuthenticate) {
  constexpr std::array kWays{Authentication::none, Authentication::signature};
  Kernel kernel = fake_commit();
  EXPECT_EQ(json::parse(list_json(std::span(&kernel, 1)))[0]["authentications"], json::array());
  EXPECT_EQ(list_text(std::span(&kernel, 1)).find("--authentication"), std::string::npos);
  kernel.authentications = kWays;
  EXPECT_EQ(json::parse(list_json(std::span(&kernel, 1)))[0]["authentications"], json({"none", "signature"}));
  EXPECT_NE(list_text(std::span(&kernel, 1)).find("    option      --authentication none, signature\n"), std::string::npos);
}

TEST(List, JsonEvaluatesClosedForms) {
  EXPECT_EQ(listed("flat_broadcast")["messages_at"], json({0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(listed("flat_broadcast")["delays_at"], json({1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(listed("ping_pong")["messages_at"], json({nullptr, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_TRUE(listed("native_barrier")["messages_at"].is_null());
  EXPECT_TRUE(listed("native_barrier")["delays_at"].is_null());
}

TEST(List, ShowsAnExpectationWithTwoDecimalsAndNoSeriesForWhatIsRandom) {
  Kernel random = fake("random");
  random.cost = [](const Shape& shape, Operations operations) -> Cost {
    return {.messages = static_cast<double>(operations.count) * (shape.ranks + 1) / 3, .delays = {-1}};
  };
  const std::string text = list_text(std::span(&random, 1));
  EXPECT_NE(text.find("    messages    N - 1 (N = 1..8: 0.67 1 1.33 1.67 2 2.33 2.67 3), exact\n"), std::string::npos) << text;
  EXPECT_NE(text.find("    delays      1\n"), std::string::npos) << text;
  EXPECT_EQ(json::parse(list_json(std::span(&random, 1)))[0]["delays_at"], json(std::vector<json>(8)));
}

TEST(List, ShowsTheMeanOverTheProposersWhereTheyTakeTurns) {
  Kernel turns = fake_commit();
  turns.proposers = [](const Shape& shape) { return shape.ranks; };
  turns.cost = [](const Shape& shape, Operations operations) -> Cost {  // the last rank, a server, asks itself for nothing
    const int messages = operations.first % shape.ranks == shape.ranks - 1 ? 0 : 6;
    return {.messages = messages, .delays = {messages, messages, messages}};
  };
  const json listed = json::parse(list_json(std::span(&turns, 1)))[0];
  EXPECT_EQ(listed["messages_at"], json({0, 3, 4, 4.5, 4.8, 5, 36.0 / 7, 5.25}));
  EXPECT_EQ(listed["marks"][1]["delays_at"], listed["messages_at"]);
  const std::string text = list_text(std::span(&turns, 1)), said = "are means over the proposers";
  EXPECT_NE(text.find("(N = 1..8: 0 3 4 4.50 4.80 5 5.14 5.25)"), std::string::npos) << text;
  EXPECT_NE(text.find(said), std::string::npos) << text;
  EXPECT_EQ(list_text(kFakes).find(said), std::string::npos);
}

TEST(List, JsonHasMarksWithTheirDelays) {
  const json marks = listed("two_phase_commit")["marks"];
  ASSERT_EQ(marks.size(), 3U);
  EXPECT_EQ(marks[0]["name"], "decided");
  EXPECT_EQ(marks[1]["where"], "everywhere");
  EXPECT_EQ(marks[1]["delays_at"], json({nullptr, 3, 3, 3, 3, 3, 3, 3}));
  EXPECT_EQ(listed("two_phase_commit")["delays_at"], marks[2]["delays_at"]);
  EXPECT_TRUE(listed("flat_broadcast")["marks"].empty());
}

TEST(List, NamesWhereEachMarkComes) {
  constexpr std::array kNamed{std::pair{Where::proposer, "proposer"}, std::pair{Where::receiver, "receiver"},
                              std::pair{Where::leader, "leader"}, std::pair{Where::tail, "tail"},
                              std::pair{Where::everywhere, "everywhere"}};
  for (const auto& [where, name] : kNamed) {
    const std::array marks{Mark{.name = "ended", .where = where}};
    Kernel kernel = fake_commit();
    kernel.marks = marks;
    EXPECT_EQ(json::parse(list_json(std::span(&kernel, 1)))[0]["marks"][0]["where"], name);
    EXPECT_NE(list_text(std::span(&kernel, 1)).find(std::string("    mark        ended, ") + name), std::string::npos) << name;
  }
}

TEST(List, JsonSaysHowManyClientsMayAsk) {
  Kernel kernel = fake_commit();
  kernel.clients_most = 64;
  EXPECT_EQ(json::parse(list_json(std::span(&kernel, 1)))[0]["clients_most"], 64);
  EXPECT_EQ(listed("two_phase_commit")["clients_most"], 0);
  EXPECT_EQ(listed("flat_broadcast")["clients_most"], 0);
}

TEST(List, EvaluatesBothEndsWhereTimingDecides) {
  Kernel kernel = fake_commit();
  kernel.cost = [](const Shape& shape, Operations operations) -> Cost {
    return {.messages = {operations.count, shape.ranks * operations.count}, .delays = {1, 2, Range{1, shape.ranks}}};
  };
  const json listed = json::parse(list_json(std::span(&kernel, 1)))[0];
  json ranges{1};
  for (int most = 2; most <= 8; ++most) ranges.push_back(json::array({1, most}));
  EXPECT_EQ(listed["messages_at"], ranges);
  EXPECT_EQ(listed["delays_at"], ranges);
  EXPECT_NE(list_text(std::span(&kernel, 1)).find("(N = 1..8: 1, 1 to 2, 1 to 3, "), std::string::npos);
}

std::string answer(const std::vector<std::string>& kernels, std::size_t columns = SIZE_MAX, bool for_programs = false) {
  Options options{.command = Command::list, .kernels = kernels};
  options.json = for_programs;
  return coordbench::listed(options, kFakes, columns);
}

TEST(List, IsALineForEachKernelFromLevel0Up) {
  EXPECT_EQ(answer({}),
            "flat_broadcast    L0  @broadcast       all\n"
            "native_barrier    L0  @native          all\n"
            "ping_pong         L0  @point-to-point  all\n"
            "stream            L0  @point-to-point  all\n"
            "two_phase_commit  L5  @commitment      all\n"
            "Everything runs in memory: no kernel writes to a disk.\n"
            "coordbench list KERNEL describes one of them in full.\n");
}

TEST(List, CutsLinesAtTheEdgeOfTheWindow) {
  Kernel wordy = fake("wordy");
  wordy.about.promise = "what é holds";
  const auto line = [&](std::size_t columns) {
    const std::string text = list_lines(std::span(&wordy, 1), columns);
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(line(30), "wordy  L0  @broadcast  what é…");
  EXPECT_EQ(line(34), "wordy  L0  @broadcast  what é hol…");
  EXPECT_EQ(line(35), "wordy  L0  @broadcast  what é holds");
}

TEST(List, TellsAllAboutTheKernelsThatAreNamed) {
  EXPECT_EQ(answer({"two_ph"}), list_text(std::span(&kFakes[4], 1)));
  EXPECT_NE(answer({"*"}).find("native_barrier"), std::string::npos);
  EXPECT_EQ(json::parse(answer({"two_ph"}, SIZE_MAX, true)).size(), 1U);
  EXPECT_EQ(answer({}, SIZE_MAX, true), list_json(kFakes));
  EXPECT_THROW(answer({"raft"}), UsageError);
}

TEST(List, TextIsAStanzaForEachKernel) {
  const std::string text = list_text(kFakes);
  for (const char* part : {"flat_broadcast                       L0  collective, @broadcast\n",
                           "two_phase_commit                     L5  protocol, @commitment\n", "    baseline of @barrier\n",
                           "    promise     all\n", "    messages    N - 1 (N = 1..8: 0 1 2 3 4 5 6 7), exact\n",
                           "    messages    N - 1 (N = 1..8: - 1 2 3 4 5 6 7), exact\n", "    messages    N - 1, none\n",
                           "    mark        learned, everywhere (N = 1..8: - 3 3 3 3 3 3 3)\n",
                           "    parameter   variant = nothing (nothing, abort): what is presumed\n",
                           "    parameter   root = 0 (0 to 7): rank that owns the payload\n",
                           "    disk        none: everything stays in memory\n", "    source      Book, 1\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in:\n" << text;
}

}  // namespace
}  // namespace coordbench::testing::list_test
