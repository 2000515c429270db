// What exceptions mean to a user.

#include "harness/machine/remark.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace coordbench::remark_test {
namespace {

template <class Act>
std::string words_of(Act act) {
  try {
    act();
  } catch (const std::exception& error) {
    return in_words(error);
  }
  return "";
}

TEST(InWords, LeavesASentenceOfOursAsItIs) {
  EXPECT_EQ(in_words(std::runtime_error("cannot bind to PUs '0': why; try --placement none")),
            "cannot bind to PUs '0': why; try --placement none");
  EXPECT_EQ(in_words(std::length_error("endpoint: more open requests than the kernel declared")),
            "endpoint: more open requests than the kernel declared");
}

TEST(InWords, SaysWhatToDoWithoutMemory) {
  EXPECT_EQ(in_words(std::bad_alloc()),
            "there is not enough memory; take fewer bytes, a smaller window or fewer ranks on this node");
}

TEST(InWords, PutsASentenceAroundWhatLibrariesSay) {
  const std::string fault = "this is a fault of coordbench, please report it with the command line (";
  std::vector<int> none;
  const std::string text;
  EXPECT_EQ(words_of([&] { static_cast<void>(none.at(1)); }).find(fault), 0U);
  EXPECT_EQ(words_of([&] { static_cast<void>(text.at(1)); }).find(fault), 0U);
  EXPECT_EQ(words_of([] { static_cast<void>(std::stoi("x")); }).find(fault), 0U);
  EXPECT_EQ(words_of([] { static_cast<void>(std::map<int, int>().at(1)); }).find(fault), 0U);
  EXPECT_EQ(words_of([] { static_cast<void>(std::optional<int>().value()); }).find(fault), 0U);
  EXPECT_EQ(words_of([] { const auto json = nlohmann::json::parse("{"); }).find(fault), 0U);
  EXPECT_EQ(in_words(std::system_error(ENOSPC, std::generic_category())),
            "the operating system refused something (No space left on device); see to that, and start again");
}

}  // namespace
}  // namespace coordbench::remark_test
