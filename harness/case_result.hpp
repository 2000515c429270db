#pragma once
// What one finished case leaves behind on rank 0: every sample, the counts, the verdict. Pure data.

#include <cstdint>
#include <string>
#include <vector>

#include "harness/case.hpp"

namespace coordbench {

/// Stamps of all ranks, row-major; times in ns on rank 0's clock since the launch's epoch, -1 where a rank has none.
struct Samples {
  std::int64_t operations = 0;
  std::int64_t ranks = 0;
  std::int64_t marks = 0;                    ///< marks before the end; 0 for collectives
  std::vector<std::int64_t> start_ns;        ///< [operation, rank]
  std::vector<std::int64_t> end_ns;          ///< [operation, rank]
  std::vector<std::int64_t> mark_ns;         ///< [mark, operation, rank]
  std::vector<std::int64_t> start_slack_ns;  ///< [operation]; empty without an agreed start instant
  /// Of protocols in rounds, else empty; [operation] each: rounds it took, messages it took, and when the control plane knew
  /// that every rank had reached the last mark, which no latency includes.
  std::vector<std::int64_t> rounds{}, round_messages{}, known_ns{};
};

/// Order statistics of the latency of one case, ns; NaN where the samples do not support one.
struct LatencySummary {
  double p50, p50_low, p50_high, p90, p99, max;
};

struct CaseResult {
  const Case* planned = nullptr;
  Samples samples;
  std::vector<std::int64_t> block_ends;       ///< operations done after each block
  std::vector<Traffic> traffic;               ///< [rank]
  std::vector<std::int64_t> delays;           ///< [mark], measured; empty for collectives
  std::vector<std::int64_t> expected_delays;  ///< [mark]
  LatencySummary latency{};
  double operations_per_second = 0;
  double expected_messages_per_operation = 0;                ///< NaN where the count rule is none
  double expected_messages_between_nodes_per_operation = 0;  ///< NaN where the kernel has no closed form of them
  std::int64_t control_messages = 0;
  std::int64_t cpu_ns = 0;  ///< of all ranks, over the whole case
  Verdict verdict = Verdict::ok;
  std::string detail;  ///< of a verdict other than ok: which rank, what it waited for or got wrong
  StopReason stop_reason = StopReason::precision;
  std::uint32_t flags = 0;
};

}  // namespace coordbench
