#pragma once
// Every time here is a median over batches: a batch is long enough for the clock not to count, and one during which a thread
// lost its core counts no more than any other. Latencies are compared by their p50, which ignores such too.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/machine/clock.hpp"

namespace coordbench {

class BatchTimes {
 public:
  template <class Batch>
  void measure(Batch&& batch) {
    const Time start = now_ns();
    batch();
    times_.push_back(now_ns() - start);
  }
  /// After the last batch; all of them are of one size.
  void report_to(benchmark::State& state) {
    const auto middle = times_.begin() + static_cast<std::ptrdiff_t>(times_.size() / 2);
    std::nth_element(times_.begin(), middle, times_.end());
    state.SetIterationTime(static_cast<double>(*middle) * 1e-9 * static_cast<double>(times_.size()));
  }

 private:
  std::vector<Time> times_;
};

/// Measures `once`, `kBatch` calls at a time.
template <int kBatch = 4096, class Once>
void time_in_batches(benchmark::State& state, Once once) {
  BatchTimes times;
  while (state.KeepRunningBatch(kBatch))
    times.measure([&] {
      for (int i = 0; i < kBatch; ++i) once();
    });
  times.report_to(state);
}

/// Adds to the list what reports such a time.
template <class Function>
void add_benchmark(const std::string& name, Function function) {
  benchmark::RegisterBenchmark(name.c_str(), function)->UseManualTime();
}

}  // namespace coordbench
