#pragma once
// A finished case as the final table and Google Benchmark's file show it.

#include <cstdint>
#include <string>

#include "harness/case_result.hpp"

namespace coordbench {

/// One case of the final table, owning what it shows. Durations in ns, NaN where the samples do not support one.
struct TableRow {
  std::string name{};  ///< the case's path in the file
  std::string kernel;
  int ranks = 1;
  int clients = 0;
  std::int64_t payload_bytes = 0;
  int in_flight = 1;
  std::string parameters;  ///< those that differ from their defaults, "root=1 in_flight=8"
  TransportName transport = TransportName::mpi;
  Sync sync = Sync::round_time;
  int block = 0;             ///< cases of one block share the ping_pong cases before and after it
  bool drift_watch = false;  ///< one of those ping_pong cases
  std::int64_t operations = 0;
  LatencySummary latency{};
  double operations_per_second = 0;
  double moved_bytes = 0;           ///< of one operation's payload, into the memory of other ranks
  double cpu_ns_per_operation = 0;  ///< of all ranks; NaN without a single operation
  CountRule count_rule = CountRule::exact;
  double messages_per_operation = 0;                ///< NaN without a single operation
  double expected_messages_per_operation = 0;       ///< NaN where none is known
  double expected_messages_most_per_operation = 0;  ///< the same; above it where timing decides
  double coverage = 1;                              ///< share of the marks that were due
  double applied_share = 1;  ///< times that operations took effect, of the times that are right; NaN where nobody counts
  std::int64_t refused = 0;  ///< messages that were not their sender's, or came before
  std::uint32_t flags = 0;
  Verdict verdict = Verdict::ok;
  std::string detail;
};
TableRow row_of(const CaseResult& result);

}  // namespace coordbench
