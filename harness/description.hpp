#pragma once
// What a kernel declares about itself, next to its code: promises, parameters, marks, and what a closed form may see.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coordbench {

using Rank = int;
using Operation = std::int64_t;  ///< Index of an operation within its case, from 0.
using Time = std::int64_t;       ///< Nanoseconds on the launch's clock.

inline constexpr Time kNever = INT64_MAX;
inline constexpr std::size_t kParametersMax = 6;
inline constexpr std::size_t kMarksMax = 4;

enum class Family : std::uint8_t { collective, protocol };

/// How messages travel.
enum class Transport : std::uint8_t {
  mpi,
  shared_memory,  ///< between ranks of one node
  hybrid,         ///< in shared memory between ranks of a node, over MPI between nodes
};

/// How a measured message count is held against the closed form.
enum class CountRule : std::uint8_t {
  exact,     ///< must be equal in every failure-free case, else the case fails
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

/// A named instant of an operation, in causal order; the last one declared is its end.
struct Mark {
  enum class Where : std::uint8_t { proposer, leader, everywhere };
  std::string_view name;
  Where where = Where::proposer;
  bool answers = false;  ///< the rank's answer to the operation is known, and is checked, from here on
};

/// The facts of a case that a closed form, and the kernel itself, may depend on.
struct Shape {
  int ranks = 1;
  std::int64_t payload_bytes = 0;
  int in_flight = 1;
  std::uint64_t seed = 0;
  std::span<const Parameter> parameters{};  ///< the kernel's own list, static storage
  std::array<std::int64_t, kParametersMax> values{};
  int ranks_per_node = 1;  ///< neighbouring ranks, the last node may hold fewer; 0: ranks sit otherwise

  /// The value of a parameter; throws std::out_of_range for a name the kernel does not declare. For set-up, not hot loops.
  [[nodiscard]] std::int64_t operator[](std::string_view name) const {
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].name == name) return values[i];
    throw std::out_of_range("no parameter " + std::string(name));
  }
};

/// What `coordbench list` tells of a kernel.
struct About {
  int level = 0;              ///< rung of the coordination ladder, 0 to 6
  std::string_view promise;   ///< what holds once an operation has ended, one line
  std::string_view messages;  ///< the closed form in words
  std::string_view delays;    ///< messages on the longest causal chain, in words
  std::string_view source;    ///< paper, section
  Latency latency = Latency::makespan;
  CountRule count_rule = CountRule::exact;
  bool has_payload = true;               ///< false: the case has 0 bytes whatever --bytes says
  bool streams = false;                  ///< operations overlap; takes --in-flight, and its start line is always `none`
  std::optional<Transport> only_over{};  ///< the one transport it runs on; empty: any
};

}  // namespace coordbench
