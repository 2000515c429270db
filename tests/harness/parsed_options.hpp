#pragma once
// A command line, parsed or refused, for tests.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/options/options.hpp"

namespace coordbench::testing {

using Words = std::vector<std::string>;

inline Options parse(const Words& words) {
  std::vector<const char*> arguments{"coordbench"};
  for (const std::string& word : words) arguments.push_back(word.c_str());
  return parse_options(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

inline Options parse_run(Words words) {
  words.insert(words.begin(), "run");
  return parse(words);
}

/// The sentence with which `words` are refused, or empty.
inline std::string refusal(const Words& words) {
  try {
    parse(words);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

inline std::string refusal_of_run(Words words) {
  words.insert(words.begin(), "run");
  return refusal(words);
}

inline std::string exit_text(const Words& words) {
  try {
    parse(words);
  } catch (const Exit& exit) {
    return exit.status == 0 ? exit.text : "status is not 0";
  }
  return "no Exit";
}

inline void expect_names(const std::string& sentence, const Words& parts) {
  EXPECT_FALSE(sentence.empty()) << "accepted, where a refusal naming '" << parts.front() << "' was due";
  EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
  for (const std::string& part : parts) EXPECT_NE(sentence.find(part), std::string::npos) << part << " is not in: " << sentence;
}

}  // namespace coordbench::testing
