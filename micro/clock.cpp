// What every sample costs: the clock is read, and the reading is kept.

#include "harness/machine/clock.hpp"
#include "harness/measure/recorder.hpp"
#include "micro/batch_times.hpp"
#include "micro/benchmarks.hpp"

namespace coordbench {
namespace {

void clock_read(benchmark::State& state) {
  time_in_batches(state, [] { benchmark::DoNotOptimize(now_ns()); });
}

/// The start, one mark and the end of an operation, without reading the clock for them.
void record_sample(benchmark::State& state) {
  constexpr Operation kOperations = 1 << 14;
  constexpr int kDecided = 0, kEnded = 1, kDepth = 2;
  Recorder recorder(kOperations, 2);
  Operation operation = 0;
  Time at = now_ns();
  time_in_batches(state, [&] {
    recorder.start(operation, at);
    recorder.mark(operation, kDecided, at + 1, kDepth);
    recorder.mark(operation, kEnded, at + 2, kDepth);
    benchmark::ClobberMemory();
    operation = (operation + 1) & (kOperations - 1);
    at += 3;
  });
}

}  // namespace

void register_clock() {
  add_benchmark("clock_read", clock_read);
  add_benchmark("record_sample", record_sample);
}

}  // namespace coordbench
