// coordbench-micro: what the parts cost by themselves, and what the machine allows at best. Its options are Google Benchmark's.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>

#include "harness/machine/environment.hpp"
#include "harness/machine/remark.hpp"
#include "micro/benchmarks.hpp"
#include "micro/plain_names.hpp"

namespace coordbench {
namespace {

constexpr int kOk = 0, kFailed = 1, kWrongUse = 2;

/// What a reader of the results has to know about the machine.
void describe(std::span<const Pair> pairs) {
  benchmark::AddCustomContext("program", "coordbench-micro");  // whose JSON --micro takes
  benchmark::AddCustomContext("cpu_model", cpu_model());
  for (const Pair& pair : pairs)
    benchmark::AddCustomContext("distance/" + std::string(name_of(pair.distance)),
                                fmt::format("PUs {} and {}", pair.here.text(), pair.there.text()));
}

void register_all(const Topology& topology, std::span<const Pair> pairs, const CpuSet& one) {
  register_clock();
  register_outbox();
  register_protocols();
  register_raft_log();
  register_authentication(topology, one);
  register_line_round_trip(topology, pairs);
  register_copy(topology, pairs);
}

std::size_t run(bool into_file) {
  benchmark::JSONReporter json;
  PlainNames shown(*benchmark::CreateDefaultDisplayReporter()), stored(json);
  return benchmark::RunSpecifiedBenchmarks(&shown, into_file ? &stored : nullptr);
}

int main_of(int argc, char** argv) {
  const bool into_file =
      std::any_of(argv, argv + argc, [](std::string_view argument) { return argument.starts_with("--benchmark_out="); });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return kWrongUse;

  const Topology topology = Topology::this_machine();
  const CpuSet usable = topology.allowed() & current_binding(topology);
  const auto pairs = pairs_by_distance(topology, usable);
  if (pairs.empty())
    remark(
        "coordbench-micro: this process may use PU {} only; line_round_trip and copy/<distance> need two, and are left out.\n",
        usable.text());
  describe(pairs);
  const CpuSet one = usable.lowest();
  register_all(topology, pairs, one);
  return run(into_file) > 0 ? kOk : kWrongUse;
}

}  // namespace
}  // namespace coordbench

int main(int argc, char** argv) {
  coordbench::occupy_standard_streams();
  try {
    return coordbench::main_of(argc, argv);
  } catch (const std::exception& error) {
    coordbench::remark("coordbench-micro: {}\n", coordbench::in_words(error));
    return coordbench::kFailed;
  }
}
