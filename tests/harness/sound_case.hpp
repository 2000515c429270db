#pragma once
// A case in which nothing is wrong, for tests of verdicts, which spoil one thing of it.

#include <array>

#include "harness/kernel.hpp"
#include "harness/measure/verdict.hpp"

namespace coordbench::testing {

inline constexpr std::array kMarks{Mark{.name = "decided"}, Mark{.name = "ended"}};

inline Depths depths(std::int64_t decided, std::int64_t ended) {
  Depths depths;
  depths.deepen(0, decided);
  depths.deepen(1, ended);
  return depths;
}

/// Two ranks, three operations, two messages each: a case in which nothing is wrong.
struct SoundCase {
  SoundCase() {
    kernel.name = "sound";
    kernel.cost = [](const Shape&, Operations operations) -> Cost {
      return {.messages = 2 * operations.count, .delays = {2, 4}};
    };
    planned.kernel = &kernel;
    planned.shape.ranks = 2;
    result.planned = &planned;
    result.samples = {.operations = 3,
                      .ranks = 2,
                      .marks = 0,
                      .start_ns = {0, 1, 10, 11, 20, 21},
                      .end_ns = {5, 6, 15, 16, 25, 26},
                      .mark_ns = {},
                      .start_slack_ns = {}};
    result.block_ends = {1, 3};
    for (CaseReport& report : reports) report.traffic = {.messages_sent = 3, .messages_received = 3};
  }
  Verdict verdict(double clock_error_ns = 0) {
    result.traffic.clear();
    for (auto* noted : {&result.delays, &result.expected_delays, &result.expected_delays_most}) noted->clear();
    judge(result, reports, clock_error_ns);
    return result.verdict;
  }
  Kernel kernel;
  Case planned;
  CaseResult result;
  std::array<CaseReport, 2> reports{};
};

}  // namespace coordbench::testing
