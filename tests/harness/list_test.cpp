#include "harness/plan/list.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/harness/fake_kernels.hpp"

namespace coordbench::testing {
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

TEST(List, JsonEvaluatesClosedForms) {
  EXPECT_EQ(listed("flat_broadcast")["messages_at"], json({0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(listed("flat_broadcast")["delays_at"], json({1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(listed("ping_pong")["messages_at"], json({nullptr, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_TRUE(listed("native_barrier")["messages_at"].is_null());
  EXPECT_TRUE(listed("native_barrier")["delays_at"].is_null());
}

TEST(List, ShowsAnExpectationWithTwoDecimalsAndNoSeriesForWhatIsRandom) {
  Kernel random = fake("random");
  random.messages = [](const Shape& shape, std::int64_t operations) {
    return static_cast<double>(operations) * (shape.ranks + 1) / 3;
  };
  random.delays = [](const Shape&, int) { return -1; };
  const std::string text = list_text(std::span(&random, 1));
  EXPECT_NE(text.find("    messages    N - 1 (N = 1..8: 0.67 1 1.33 1.67 2 2.33 2.67 3), exact\n"), std::string::npos) << text;
  EXPECT_NE(text.find("    delays      1\n"), std::string::npos) << text;
  EXPECT_EQ(json::parse(list_json(std::span(&random, 1)))[0]["delays_at"], json(std::vector<json>(8)));
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

TEST(List, TextIsAStanzaForEachKernel) {
  const std::string text = list_text(kFakes);
  for (const char* part :
       {"flat_broadcast                       L0  collective\n", "two_phase_commit                     L5  protocol\n",
        "    promise     all\n", "    messages    N - 1 (N = 1..8: 0 1 2 3 4 5 6 7), exact\n",
        "    messages    N - 1 (N = 1..8: - 1 2 3 4 5 6 7), exact\n", "    messages    N - 1, none\n",
        "    mark        learned, everywhere (N = 1..8: - 3 3 3 3 3 3 3)\n",
        "    parameter   variant = nothing (nothing, abort): what is presumed\n",
        "    parameter   root = 0 (0 to 7): rank that owns the payload\n", "    source      Book, 1\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in:\n" << text;
}

}  // namespace
}  // namespace coordbench::testing
