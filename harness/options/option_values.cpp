#include "harness/options/option_values.hpp"

#include <CLI/StringTools.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <set>

#include "harness/options/units.hpp"
#include "harness/options/usage_error.hpp"

namespace coordbench {
namespace {

constexpr std::string_view kSizesAccepted =
    "sizes from 0 to 1GiB such as 8, 64KiB or 64k (65536 bytes), 64kB (64000), or A:B for the powers of two from A to B";
constexpr std::string_view kSettingAccepted = "kernel.parameter=value,value,... of a parameter that coordbench list shows";

template <class Value>
Value within(Value lowest, std::optional<Value> value, Value highest, std::string_view option, std::string_view given,
             std::string_view accepted) {
  if (!value || *value < lowest || *value > highest) throw UsageError(option, given, accepted);
  return *value;
}

template <class Value>
void append_once(std::vector<Value>& values, const Value& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

TransportName parse_transport(std::string_view option, const std::string& text) {
  for (const TransportName transport : {TransportName::mpi, TransportName::shared_memory, TransportName::hybrid})
    if (text == name_of(transport)) return transport;
  throw UsageError(option, text, "mpi, shared-memory and hybrid, with commas");
}

std::int64_t parse_size(std::string_view option, std::string_view text, std::string_view given) {
  return within<std::int64_t>(0, parse_bytes(text), kPayloadBytesMax, option, given, kSizesAccepted);
}

void append_powers_of_two(std::vector<std::int64_t>& sizes, std::string_view option, std::string_view range) {
  const auto colon = range.find(':');
  const std::int64_t first = parse_size(option, range.substr(0, colon), range);
  const std::int64_t last = parse_size(option, range.substr(colon + 1), range);
  const auto lowest = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(first)));
  if (lowest > last) throw UsageError(option, range, "a range A:B with a power of two in it");
  for (std::int64_t size = lowest; size <= last; size *= 2) append_once(sizes, size);
}

}  // namespace

Texts parse_list(std::string_view option, const Texts& texts) {
  Texts items;
  for (const std::string& text : texts) {
    // CLI11's splitting forgets an empty item at the end, where a number is missing as much as anywhere else.
    if (text.empty() || text.back() == ',') throw UsageError(option, text, "a list such as a,b,c without empty items");
    for (std::string& item : CLI::detail::split(text, ',')) {
      if (CLI::detail::trim(item).empty()) throw UsageError(option, text, "a list such as a,b,c without empty items");
      append_once(items, item);
    }
  }
  return items;
}

std::vector<RankChoice> parse_ranks(std::string_view option, const Texts& texts) {
  using Kind = RankChoice::Kind;
  std::vector<RankChoice> choices;
  for (const std::string& item : parse_list(option, texts))
    if (item == "pow2" || item == "all")
      choices.push_back({item == "all" ? Kind::all : Kind::pow2, 0});
    else
      choices.push_back({Kind::count, static_cast<int>(within<std::int64_t>(1, parse_whole(item), INT32_MAX, option, item,
                                                                            "numbers from 1 up, pow2 and all, with commas"))});
  return choices;
}

int parse_ranks_per_node(std::string_view option, const std::string& text) {
  return static_cast<int>(within<std::int64_t>(1, parse_whole(text), INT32_MAX, option, text, "a whole number from 1 up"));
}

std::vector<std::int64_t> parse_sizes(std::string_view option, const Texts& texts) {
  std::vector<std::int64_t> sizes;
  for (const std::string& item : parse_list(option, texts))
    if (item.find(':') != std::string::npos)
      append_powers_of_two(sizes, option, item);
    else
      append_once(sizes, parse_size(option, item, item));
  return sizes;
}

std::vector<int> parse_in_flight(std::string_view option, const Texts& texts) {
  std::vector<int> windows;
  for (const std::string& item : parse_list(option, texts))
    append_once(windows, static_cast<int>(within<std::int64_t>(1, parse_whole(item), kInFlightMax, option, item,
                                                               fmt::format("whole numbers from 1 to {}", kInFlightMax))));
  return windows;
}

std::vector<int> parse_clients(std::string_view option, const Texts& texts) {
  std::vector<int> clients;
  for (const std::string& item : parse_list(option, texts))
    append_once(clients, static_cast<int>(within<std::int64_t>(0, parse_whole(item), kClientsMax, option, item,
                                                               fmt::format("whole numbers from 0 to {}", kClientsMax))));
  return clients;
}

std::vector<Loss> parse_losses(std::string_view option, const Texts& texts) {
  constexpr std::string_view kAccepted =
      "P[,duplicate=Q][,delay=TIME] with shares P and Q of at least 0 and below 1, such as 0.1 or 10%, and a time such as 50us";
  std::vector<Loss> losses;
  for (const std::string& text : texts) {
    const auto refuse_unless = [&](bool is_fine) {
      if (!is_fine) throw UsageError(option, text, kAccepted);
    };
    const auto share = [&](std::string_view given) {
      const auto value = parse_share(given);
      refuse_unless(value && *value >= 0 && *value < 1);
      return *value;
    };
    const Texts parts = CLI::detail::split(text, ',');
    refuse_unless(!parts.empty() && !text.empty() && text.back() != ',');
    Loss loss{.lost = share(parts.front())};
    std::set<std::string> given;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::size_t equals = parts[i].find('=');
      refuse_unless(equals != std::string::npos && given.insert(parts[i].substr(0, equals)).second);
      const std::string name = parts[i].substr(0, equals), value = parts[i].substr(equals + 1);
      refuse_unless(name == "duplicate" || name == "delay");
      if (name == "duplicate") loss.doubled = share(value);
      if (name == "delay") {
        const auto delay = parse_duration(value);
        refuse_unless(delay && *delay <= kLossDelayMax);
        loss.delay_ns = *delay;
      }
    }
    append_once(losses, loss);
  }
  return losses;
}

std::vector<Authentication> parse_authentications(std::string_view option, const Texts& texts) {
  static constexpr std::array kAll{Authentication::none, Authentication::mac, Authentication::signature};
  std::vector<Authentication> authentications;
  for (const std::string& item : parse_list(option, texts)) {
    const auto found = std::find_if(kAll.begin(), kAll.end(), [&](Authentication way) { return item == name_of(way); });
    if (found == kAll.end()) throw UsageError(option, item, "none, mac or signature, or several of them");
    append_once(authentications, *found);
  }
  return authentications;
}

ParameterSetting parse_setting(std::string_view option, const std::string& text) {
  const auto equals = text.find('=');
  const auto dot = text.substr(0, equals).rfind('.');
  if (equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 == equals)
    throw UsageError(option, text, kSettingAccepted);
  return {text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), parse_list(option, {text.substr(equals + 1)})};
}

double parse_precision(std::string_view option, const std::string& text) {
  return within(std::numeric_limits<double>::min(), parse_percent(text), 1.0, option, text,
                "a share above 0% and up to 100%, such as 5%");
}

Time parse_budget(std::string_view option, const std::string& text) {
  return within<Time>(1, parse_duration(text), kNever, option, text, "a time above 0 such as 500ms, 2s or 10min");
}

std::int64_t parse_operations(std::string_view option, const std::string& text) {
  return within<std::int64_t>(1, parse_whole(text), kOperationsMax, option, text,
                              fmt::format("a whole number from 1 to {}", kOperationsMax));
}

std::uint64_t parse_seed(std::string_view option, const std::string& text) {
  return within<std::uint64_t>(0, parse_unsigned(text), UINT64_MAX, option, text, "a whole number from 0 to 2^64 - 1");
}

Sync parse_sync(std::string_view option, const std::string& text) {
  for (const Sync sync : {Sync::round_time, Sync::barrier, Sync::none})
    if (text == name_of(sync)) return sync;
  throw UsageError(option, text, "round-time, barrier or none");
}

std::vector<TransportName> parse_transports(std::string_view option, const Texts& texts) {
  std::vector<TransportName> transports;
  for (const std::string& item : parse_list(option, texts)) append_once(transports, parse_transport(option, item));
  return transports;
}

}  // namespace coordbench
