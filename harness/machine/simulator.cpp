#include "harness/machine/simulator.hpp"

#ifdef COORDBENCH_SIMULATED

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

namespace coordbench::simulator {
namespace {

struct Took {
  double bytes, ns;
};

/// "8:1.5;64:3" says that 8 bytes take 1.5 ns, and 64 bytes 3; in ascending order.
std::vector<Took> parsed(const char* text) {
  std::vector<Took> table;
  while (text != nullptr && *text != '\0') {
    char* end = nullptr;
    const double bytes = std::strtod(text, &end);
    if (*end != ':') break;
    table.push_back({bytes, std::strtod(end + 1, &end)});
    text = *end == ';' ? end + 1 : nullptr;
  }
  return table;
}

/// Between two sizes on the line through both; a byte beyond the last one takes what one of its bytes did.
double interpolated(const std::vector<Took>& table, double bytes) {
  if (table.empty() || bytes == 0) return 0;
  const auto above = std::lower_bound(table.begin(), table.end(), bytes, [](const Took& a, double b) { return a.bytes < b; });
  if (above == table.end()) return table.back().ns * bytes / table.back().bytes;
  if (above == table.begin()) return above->ns;
  const auto below = above - 1;
  return below->ns + (above->ns - below->ns) * (bytes - below->bytes) / (above->bytes - below->bytes);
}

}  // namespace

void work(std::string_view name, std::size_t bytes) {
  static std::map<std::string, std::vector<Took>, std::less<>> kTables;  // every host of a platform has the same
  auto table = kTables.find(name);
  if (table == kTables.end()) {
    const std::string property = std::string(name) + "_ns";
    table = kTables.emplace(name, parsed(sg_host_get_property_value(sg_host_self(), property.c_str()))).first;
  }
  const double ns = interpolated(table->second, static_cast<double>(bytes));
  if (ns > 0) sg_actor_sleep_for(ns * 1e-9);
}

}  // namespace coordbench::simulator

#endif
