#pragma once
// What a kernel declares about itself, next to its code: promises, parameters, marks, and what a closed form may see.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/authentication.hpp"

namespace coordbench {

using Rank = int;
using Operation = std::int64_t;  ///< Index of an operation within its case, from 0.
using Time = std::int64_t;       ///< Nanoseconds on the launch's clock.

inline constexpr Time kSecond = 1'000'000'000;  ///< ns
inline constexpr Time kNever = INT64_MAX;
inline constexpr std::size_t kParametersMax = 12;
inline constexpr std::size_t kMarksMax = 4;

enum class Family : std::uint8_t { collective, protocol };

/// How messages travel.
enum class TransportName : std::uint8_t {
  mpi,
  shared_memory,  ///< between ranks of one node
  hybrid,         ///< in shared memory between ranks of a node, over MPI between nodes
};

/// How a measured message count is held against the closed form.
enum class CountRule : std::uint8_t {
  exact,     ///< must be equal in every failure-free case, else the case fails
  range,     ///< timing decides: must lie between the two closed forms in every failure-free case
  expected,  ///< randomised: held against the distribution, by analysis
  none,      ///< the library's own algorithm: nothing is known
};

/// Which stamps make up the latency of one operation.
enum class Latency : std::uint8_t {
  proposer,  ///< end - start at the rank that proposed it
  makespan,  ///< latest end - earliest start over all ranks
  barrier,   ///< latest end - latest start
};

struct Parameter {
  std::string_view name;
  std::int64_t initial = 0;
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
  std::string_view help;
  std::array<std::string_view, 10> choices{};  ///< names of the values 0, 1, …; all empty for a number
};

/// A quantity that each rank finds out in an operation and gives as the outcome of its answer; every value is recorded.
struct Measured {
  std::string_view name{};  ///< of the variable in the file
  std::string_view unit{};
  std::string_view help{};
};

/// Where a mark comes, in a case in which nothing fails.
enum class Where : std::uint8_t {
  proposer,    ///< the rank that was asked
  receiver,    ///< the last server, to which a message goes
  leader,      ///< the first server
  tail,        ///< the last server, at which a chain ends
  everywhere,  ///< every server
};

/// A named instant of an operation, in causal order; the last one declared is its end.
struct Mark {
  std::string_view name;
  Where where = Where::proposer;
  bool answers = false;  ///< the rank's answer to the operation is known, and is checked, from here on
};

/// Operations first, first + 1, …, proposed back to back.
struct Operations {
  Operation first = 0;
  std::int64_t count = 1;
};

/// From the least to the most; timing decides where between them. Equal where timing does not matter.
struct Range {
  double least = -1, most = -1;
  constexpr Range() = default;
  // Not explicit, because most costs are one number.
  constexpr Range(auto exactly) : least(static_cast<double>(exactly)), most(least) {}
  constexpr Range(auto from, auto to) : least(static_cast<double>(from)), most(static_cast<double>(to)) {}
  friend bool operator==(const Range&, const Range&) = default;
};

/// The closed form of what operations cost while nothing fails.
struct Cost {
  Range messages = 0;                     ///< messages that carry the operations, over all ranks
  std::array<Range, kMarksMax> delays{};  ///< [mark]: messages on the longest causal chain; -1: no rank has the mark
  Range forced_writes = 0;                ///< over all ranks

  /// The cost of both: messages and writes add up; the greater delay counts.
  constexpr Cost& operator+=(const Cost& other) {
    messages = {messages.least + other.messages.least, messages.most + other.messages.most};
    forced_writes = {forced_writes.least + other.forced_writes.least, forced_writes.most + other.forced_writes.most};
    for (std::size_t i = 0; i < delays.size(); ++i)
      delays[i] = {std::max(delays[i].least, other.delays[i].least), std::max(delays[i].most, other.delays[i].most)};
    return *this;
  }
};

/// How the harness finds the end of an operation that no rank can know to be over. It sends nothing for `first`. Then it looks
/// whether any message is under way or any rank wants to be woken, and looks again after each `again`.
struct Silence {
  Time first = 0, again = 0;  ///< ns
};

/// What happens to the messages of a case on their way (--loss); the harness's own messages are spared.
struct Loss {
  double lost = 0;     ///< probability that a message is lost
  double doubled = 0;  ///< probability that a message that is not lost arrives twice
  Time delay_ns = 0;   ///< each copy is held back for a random time below this
  [[nodiscard]] bool any() const { return lost > 0 || doubled > 0 || delay_ns > 0; }
  friend bool operator==(const Loss&, const Loss&) = default;
};

/// What a protocol does in a case with loss.
enum class UnderLoss : std::uint8_t {
  stops,      ///< some operation would never end: such a case is skipped
  tolerates,  ///< operations end, and every answer is right
  errs,       ///< operations end, and answers may be wrong: how wrong is the result
};

/// Which servers take part, as a service outside the protocol says. It excludes servers that have crashed, for good. Servers
/// from the 65th on always take part.
struct Configuration {
  std::uint32_t epoch = 0;  ///< one more in each configuration; 0: nobody is excluded
  std::uint64_t down = 0;   ///< a bit for each server that is excluded

  [[nodiscard]] bool is_down(Rank rank) const { return rank < 64 && (down >> static_cast<unsigned>(rank) & 1U) != 0; }
};

/// The facts of a case that a closed form, and the kernel itself, may depend on.
struct Shape {
  int ranks = 1;  ///< ranks that serve; clients are not included
  std::int64_t payload_bytes = 0;
  int in_flight = 1;  ///< operations of one proposer that may overlap
  std::uint64_t seed = 0;
  std::span<const Parameter> parameters{};  ///< the kernel's own list, static storage
  std::array<std::int64_t, kParametersMax> values{};
  int ranks_per_node = 1;  ///< neighbouring ranks, the last node may hold fewer; 0: ranks sit otherwise
  int clients = 0;         ///< ranks of their own that ask: ranks, ranks + 1, …
  Loss loss{};
  Authentication authentication = Authentication::none;

  /// Servers and clients.
  [[nodiscard]] int members() const { return ranks + clients; }

  /// The value of a parameter; throws std::out_of_range for a name the kernel does not declare. For set-up, not hot loops.
  [[nodiscard]] std::int64_t operator[](std::string_view name) const {
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].name == name) return values[i];
    throw std::out_of_range("no parameter " + std::string(name));
  }
};

/// What kernels are for. Figures, contests of models, `--kernels @group` and the jobs go by the group, never by a kernel's
/// name.
inline constexpr std::array<std::string_view, 17> kGroups{
    "broadcast", "aggregation", "all-to-all", "gossip",    "avoidance",    "delivery", "election",       "order", "register",
    "cache",     "replication", "commitment", "byzantine", "anti-pattern", "barrier",  "point-to-point", "native"};
inline constexpr std::string_view kNativeGroup = "native";  ///< the MPI library's own, baselines of other groups
inline constexpr std::string_view kAntiPatternGroup = "anti-pattern";

constexpr bool is_group(std::string_view name) {
  for (const std::string_view group : kGroups)
    if (group == name) return true;
  return false;
}

/// What `coordbench list` tells of a kernel.
struct About {
  int level = 0;                   ///< rung of the coordination ladder, 0 to 6
  std::string_view group{};        ///< one of kGroups
  std::string_view baseline_of{};  ///< of the groups native and anti-pattern: the group whose kernels do the same work
  std::string_view promise;        ///< what holds once an operation has ended, one line
  std::string_view survives{};     ///< of protocols: the faults through which the promise holds and operations still end
  std::string_view blocks{};       ///< of protocols: when operations wait for ever
  std::string_view messages;       ///< the closed form in words
  std::string_view delays;         ///< messages on the longest causal chain, in words
  std::string_view source;         ///< paper, section
  Latency latency = Latency::makespan;
  CountRule count_rule = CountRule::exact;
  bool has_payload = true;                   ///< false: the case has 0 bytes whatever --bytes says
  bool streams = false;                      ///< operations overlap; takes --in-flight, and its start line is always `none`
  std::optional<TransportName> only_over{};  ///< the one transport it runs on; empty: any
};

}  // namespace coordbench
