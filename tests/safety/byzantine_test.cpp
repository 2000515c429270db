#include <gtest/gtest.h>

#include "tests/safety/reliable_broadcast.hpp"
#include "tests/safety/soak.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::byzantine_test {
namespace {

constexpr Subject kBorne = make_subject<reliable_broadcast::Safety<0>>("reliable_broadcast");
constexpr Subject kOneTooMany = make_subject<reliable_broadcast::Safety<1>>("reliable_broadcast_f_plus_1");

TEST(Byzantine, BearsAThirdOfTraitors) {
  const Soaked sum = soak(kBorne, 1, 20'000, 2);
  EXPECT_FALSE(sum.failing_seed) << report_of(kBorne, *sum.failing_seed);
  for (std::size_t kind = 0; kind < kTreasons.size(); ++kind) {
    EXPECT_GT(sum.happened.treasons[kind], 1000) << kTreasons[kind];
    printf("%s %ld\n", std::string(kTreasons[kind]).c_str(), sum.happened.treasons[kind]);
  }
  EXPECT_GT(sum.betrayed, 20'000 / 4);
}
TEST(Byzantine, OneTooMany) {
  const Soaked sum = soak(kOneTooMany, 1, 20'000, 2);
  ASSERT_TRUE(sum.failing_seed);
  printf("%s\n", report_of(kOneTooMany, *sum.failing_seed).c_str());
}

}  // namespace
}  // namespace coordbench::testing::byzantine_test
