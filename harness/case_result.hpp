#pragma once
// What one finished case leaves behind on rank 0: every sample, the counts, the verdict. Pure data.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case.hpp"

namespace coordbench {

/// The delays that led to each mark of one operation: 16 bits a mark, packed into one number; -1: not reached.
class Depths {
 public:
  Depths() = default;
  explicit Depths(std::int64_t packed) : of_(std::bit_cast<Of>(packed)) {}
  explicit operator std::int64_t() const { return std::bit_cast<std::int64_t>(of_); }

  [[nodiscard]] std::int64_t at(std::size_t mark) const { return of_[mark]; }
  /// Raises the mark's depth to `depth` if that is greater.
  void deepen(std::size_t mark, std::int64_t depth) { of_[mark] = std::max(of_[mark], static_cast<std::int16_t>(depth)); }

 private:
  static_assert(kMarksMax <= 4);
  using Of = std::array<std::int16_t, 4>;
  Of of_{-1, -1, -1, -1};  ///< [mark]
};

/// Stamps of all ranks, row-major; times in ns on rank 0's clock since the launch's epoch, -1 where a rank has none.
struct Samples {
  std::int64_t operations = 0;
  std::int64_t ranks = 0;
  std::int64_t marks = 0;                    ///< marks before the end; 0 for collectives
  std::vector<std::int64_t> start_ns;        ///< [operation, rank]
  std::vector<std::int64_t> end_ns;          ///< [operation, rank]
  std::vector<std::int64_t> mark_ns;         ///< [mark, operation, rank]
  std::vector<std::int64_t> start_slack_ns;  ///< [operation]; empty without an agreed start instant
  /// Of operations whose end the harness has to find out, else empty; [operation] each: the rounds that it took, in lock-step
  /// only; the messages that it took; when rank 0 knew that it was over, which no latency includes.
  std::vector<std::int64_t> rounds{}, ending_messages{}, known_ns{};
  std::vector<Depths> depths{};    ///< [operation], the greatest of all ranks; empty for collectives
  std::vector<std::int64_t> of{};  ///< [operation], whose payload the proposer's answer holds; empty where all hold their own

  std::vector<std::int64_t> measured{};  ///< [operation, rank], the outcome of the rank's answer; empty where none is recorded

  static constexpr std::int64_t kNoAnswer = INT64_MIN;  ///< in `of` and `measured`
};

/// How old what reads return is, [operation] each; -1 for an operation that writes, and for a read that has not ended or
/// returned nothing. A write is newer than another if it began after that one had ended.
struct Staleness {
  std::vector<std::int64_t> versions_behind{};  ///< newer writes than the returned one that had ended when the read began
  std::vector<std::int64_t> behind_ns{};        ///< from the first of these ends to the start of the read; 0 if there is none
};

/// Order statistics of the latency of one case, ns; NaN where the samples do not support one.
struct LatencySummary {
  double p50, p50_low, p50_high, p90, p99, max;
};

struct CaseResult {
  const Case* planned = nullptr;
  Samples samples;
  std::vector<std::int64_t> block_ends;  ///< operations done after each block
  std::vector<Traffic> traffic;          ///< [rank]
  std::vector<std::int64_t> delays;      ///< [mark], the greatest that was measured; empty for collectives
  std::vector<std::int64_t> expected_delays, expected_delays_most;  ///< [mark], of all operations; differ where timing decides
  LatencySummary latency{};
  double operations_per_second = 0;
  double expected_messages_per_operation = 0;        ///< NaN where the count rule is none
  double expected_messages_most_per_operation = 0;   ///< the same, but where timing decides
  Staleness staleness;                               ///< of reads; empty where nothing is read
  double stale_share = 0, expected_stale_share = 0;  ///< NaN where nothing is read; where there is no closed form
  double coverage = 0;  ///< share of the marks that were due, over all ranks and operations; NaN for collectives
  double expected_messages_between_nodes_per_operation = 0;              ///< NaN where the kernel has no closed form of them
  double applied_per_operation = 0, expected_applied_per_operation = 0;  ///< over all ranks; NaN where nobody counts
  std::int64_t premature_resends = 0;                                    ///< of messages whose first copy had arrived
  std::int64_t control_messages = 0;
  std::int64_t cpu_ns = 0;                ///< of all ranks, over the whole case
  std::int64_t involuntary_switches = 0;  ///< likewise
  Verdict verdict = Verdict::ok;
  std::string detail;  ///< of a verdict other than ok: which rank, what it waited for or got wrong
  StopReason stop_reason = StopReason::precision;
  std::uint32_t flags = 0;
};

}  // namespace coordbench
