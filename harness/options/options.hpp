#pragma once
// The command line: what a launch was asked to do, as plain data. The same arguments (and configuration file) give every rank
// the same outcome; nothing is printed here and nothing exits.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/case.hpp"
#include "harness/options/option_values.hpp"
#include "harness/options/usage_error.hpp"

namespace coordbench {

enum class Command : std::uint8_t { run, calibrate, list, doctor };

struct Options {
  Command command = Command::run;
  std::vector<std::string> kernels{"*"};  ///< as select_kernels (plan/selection.hpp) takes them; of `list` alone none
  std::vector<RankChoice> ranks{RankChoice{}};
  std::vector<std::int64_t> payload_bytes{8, 1 << 10, 64 << 10, 1 << 20};
  std::vector<ParameterSetting> settings{};
  std::vector<int> in_flight{};         ///< empty: each kernel's default
  std::vector<int> clients{0};          ///< ranks of their own that ask, behind those that serve
  std::vector<Loss> losses{Loss{}};     ///< what happens to the messages of a case on their way
  std::vector<Authentication> authentications{Authentication::none};  ///< how messages tell who sent them
  double precision = 0.05;              ///< half-width of the median's interval ÷ median at which a case may stop
  Time time_budget_ns = 2'000'000'000;  ///< per case
  Time total_budget_ns = 600'000'000'000;
  std::int64_t max_operations = 10'000;
  std::optional<std::int64_t> operations{};  ///< exactly so many, whatever precision and the budget of the case say
  std::optional<Sync> sync{};                ///< empty: round-time where operations do not overlap
  std::string placement = "auto";
  std::optional<int> ranks_per_node{};  ///< neighbours that count as one node; empty: by host names
  std::vector<TransportName> transports{TransportName::mpi};
  std::optional<std::uint64_t> seed{};  ///< empty: rank 0 draws one for all ranks, before the plan
  std::string out = "results/local";
  std::string micro{};        ///< the JSON of coordbench-micro on this machine; empty: none
  std::string resume{};       ///< the file of a launch to go on with; empty: a new one
  std::string gbench_json{};  ///< a file to write besides; empty: none
  bool calibrate = false;     ///< always true of the command `calibrate`
  bool list = false, dry_run = false;
  bool json = false;  ///< of the command `list`
  /// The command, and each option that was given on the command line or in --config, as --name=value; these two, --resume and
  /// --help apart. parse_options makes the same options of them.
  std::vector<std::string> asked{};
};

/// Not a failure: --help or --version was asked for, and rank 0 prints `text` and the launch ends with `status`.
struct Exit {
  int status;
  std::string text;
};

/// Throws Exit, or UsageError (status 2) for anything not understood, out of range or contradictory.
Options parse_options(int argc, const char* const* argv, std::string_view version);

/// A launch seed that nobody chose, from the operating system's entropy.
std::uint64_t draw_seed();

}  // namespace coordbench
