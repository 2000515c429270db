#pragma once
// From the texts of one option to its typed values. Each function throws UsageError, naming `option`, what was given and what
// is accepted. A text may itself be a list with commas; repeated values count once.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/case.hpp"

namespace coordbench {

using Texts = std::vector<std::string>;

/// Payloads end where one message of a kernel that bundles a few of them would still fit MPI's int counts.
inline constexpr std::int64_t kPayloadBytesMax = std::int64_t{1} << 30;
inline constexpr int kInFlightMax = 1 << 20;
inline constexpr Time kLossDelayMax = 10 * kSecond;
inline constexpr int kClientsMax = 1 << 20;
inline constexpr std::int64_t kOperationsMax = 10'000'000;

/// One item of --ranks; it means numbers only once the size of the world is known.
struct RankChoice {
  enum class Kind : std::uint8_t { count, pow2, all };
  Kind kind = Kind::pow2;
  int count = 0;
};

/// One --set: the values that a parameter of every kernel matching a glob shall take, not yet looked up.
struct ParameterSetting {
  std::string kernel;
  std::string parameter;
  Texts values;
};

Texts parse_list(std::string_view option, const Texts& texts);  ///< its items, none of them empty
std::vector<RankChoice> parse_ranks(std::string_view option, const Texts& texts);
int parse_ranks_per_node(std::string_view option, const std::string& text);
std::vector<std::int64_t> parse_sizes(std::string_view option, const Texts& texts);
std::vector<int> parse_in_flight(std::string_view option, const Texts& texts);
std::vector<int> parse_clients(std::string_view option, const Texts& texts);
std::vector<Loss> parse_losses(std::string_view option, const Texts& texts);  ///< one of each text
std::vector<Authentication> parse_authentications(std::string_view option, const Texts& texts);
ParameterSetting parse_setting(std::string_view option, const std::string& text);
double parse_precision(std::string_view option, const std::string& text);
Time parse_budget(std::string_view option, const std::string& text);  ///< ns
std::int64_t parse_operations(std::string_view option, const std::string& text);
std::uint64_t parse_seed(std::string_view option, const std::string& text);
Sync parse_sync(std::string_view option, const std::string& text);
std::vector<TransportName> parse_transports(std::string_view option, const Texts& texts);

}  // namespace coordbench
