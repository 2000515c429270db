// The floor: what one message there and one back cost when each is a word in a cache line and nothing else.

#include <string>

#include "micro/batch_times.hpp"
#include "micro/benchmarks.hpp"
#include "micro/partner.hpp"

namespace coordbench {
namespace {

void line_round_trip(benchmark::State& state, const Topology& topology, const Pair& pair) {
  const Pinned here(topology, pair.here);
  Partner partner(topology, pair.there, [] {});
  time_in_batches<128>(state, [&] { partner.call(); });
}

}  // namespace

void register_line_round_trip(const Topology& topology, std::span<const Pair> pairs) {
  for (const Pair& pair : pairs)
    add_benchmark("line_round_trip/" + std::string(name_of(pair.distance)),
                  [&](benchmark::State& state) { line_round_trip(state, topology, pair); });
}

}  // namespace coordbench
