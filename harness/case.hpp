#pragma once
// A case is one point of the plan: kernel × ranks × bytes × parameters. Pure data.

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "harness/description.hpp"
#include "harness/reach.hpp"

namespace coordbench {

enum class Sync : std::uint8_t { round_time, barrier, none };
enum class Verdict : std::uint8_t { ok, wrong_answer, count_mismatch, timed_out, failed };
enum class StopReason : std::uint8_t { precision, time_budget, max_operations, fixed_operations, total_budget, timed_out };

/// One bit each in `/cases/flags`.
enum class Flag : std::uint32_t {
  oversubscribed = 1U << 0U,        ///< more ranks in the launch than cores
  late_starts = 1U << 1U,           ///< more than a tenth of the operations began after the agreed instant
  clock_bound = 1U << 2U,           ///< the median is less than twice the clocks' error
  timer_overhead = 1U << 3U,        ///< reading the clock costs more than a fifth of the median
  drift = 1U << 4U,                 ///< ping_pong before and after the block differ by more than a quarter
  steal = 1U << 5U,                 ///< the hypervisor took time, or the cgroup throttled, for long enough to show
  involuntary_switches = 1U << 6U,  ///< ranks were descheduled so often that the largest percentile shown may be of that
  few_samples = 1U << 7U,           ///< fewer than 1,000 samples
};
constexpr std::uint32_t bit(Flag flag) { return static_cast<std::uint32_t>(flag); }

std::string_view name_of(Family family);
std::string_view name_of(TransportName transport);  ///< "mpi", "shared-memory", "hybrid"
std::string_view name_of(CountRule rule);
std::string_view name_of(Latency definition);  ///< "proposer", "makespan", "barrier"
std::string_view name_of(Authentication authentication);  ///< "none", "mac", "signature"
std::string_view name_of(Sync sync);           ///< "round-time", "barrier", "none"
std::string_view name_of(Verdict verdict);
std::string_view name_of(StopReason reason);
std::span<const std::string_view> flag_names();  ///< in the order of their bits

struct Kernel;

struct Case {
  const Kernel* kernel = nullptr;
  Shape shape;
  Sync sync = Sync::round_time;
  TransportName transport = TransportName::mpi;
  int block = 0;             ///< cases of one block share the ping_pong cases before and after it
  bool drift_watch = false;  ///< one of those ping_pong cases
  std::string name;          ///< its path in the file: kernel/n2/b8/mpi/round-time[/parameter=value…]

  /// Bytes of the shared window that each rank of the launch must offer; 0: none.
  std::int64_t shared_bytes = 0;

  /// Everyone who takes part.
  [[nodiscard]] int members() const { return shape.members(); }
};

struct Skipped {
  std::string name;
  std::string reason;
  bool by_nature = false;  ///< the kernel never runs over this transport; do not report it
};

struct Plan {
  std::vector<Case> cases;  ///< in the order they run
  std::vector<Skipped> skipped;
};

/// Messages and bytes that one rank sent and received in a case, control traffic apart.
struct Traffic {
  std::int64_t messages_sent = 0;
  std::int64_t messages_received = 0;
  std::array<std::int64_t, kReaches> bytes_by_reach{};  ///< [Reach], of headers and payloads that were sent
  std::int64_t background_messages = 0;                 ///< of messages_sent, those that carry no operation
  std::int64_t background_received = 0;                 ///< of messages_received, those that carry no operation
  std::int64_t messages_between_nodes = 0;  ///< of messages_sent without the background: those to ranks of another node
  std::int64_t messages_lost = 0;           ///< of messages_sent, those that --loss has lost
  std::int64_t messages_doubled = 0;        ///< of messages_sent, those that --loss has let arrive twice
  Refused refused{};                        ///< of messages_received, those that did not reach the machine

  /// Counts what every message has, whatever it is for.
  void sent(Reach reach, std::size_t bytes) {
    ++messages_sent;
    bytes_by_reach[static_cast<std::size_t>(reach)] += static_cast<std::int64_t>(bytes);
  }
  [[nodiscard]] std::int64_t bytes_sent() const {
    return std::accumulate(bytes_by_reach.begin(), bytes_by_reach.end(), std::int64_t{0});
  }
  [[nodiscard]] std::int64_t carrying_sent() const { return messages_sent - background_messages; }
  [[nodiscard]] std::int64_t carrying_received() const { return messages_received - background_received; }
  /// Of what was sent, as many messages as arrive.
  [[nodiscard]] std::int64_t arriving() const { return messages_sent - messages_lost + messages_doubled; }

  friend Traffic operator+(const Traffic& a, const Traffic& b) {
    std::array<std::int64_t, kReaches> bytes = a.bytes_by_reach;
    for (std::size_t reach = 0; reach < kReaches; ++reach) bytes[reach] += b.bytes_by_reach[reach];
    return {.messages_sent = a.messages_sent + b.messages_sent,
            .messages_received = a.messages_received + b.messages_received,
            .bytes_by_reach = bytes,
            .background_messages = a.background_messages + b.background_messages,
            .background_received = a.background_received + b.background_received,
            .messages_between_nodes = a.messages_between_nodes + b.messages_between_nodes,
            .messages_lost = a.messages_lost + b.messages_lost,
            .messages_doubled = a.messages_doubled + b.messages_doubled,
            .refused = a.refused + b.refused};
  }
};

}  // namespace coordbench
