// Raft's log by the size of its entries. It keeps the lease of a payload and copies no byte, so the size should not matter.

#include "kernels/raft/log.hpp"
#include "micro/batch_times.hpp"
#include "micro/benchmarks.hpp"

namespace coordbench {
namespace {

/// An entry's payload is leased and the entry appended; the oldest one goes when the log is full.
void raft_log_append(benchmark::State& state, std::size_t bytes) {
  constexpr std::size_t kCapacity = 64;
  PayloadArena arena(kCapacity + 1, bytes);
  raft::Log log(kCapacity);
  std::int32_t operation = 0;
  time_in_batches(state, [&] {
    if (log.free() == 0) log.compact_one();
    log.append(1, operation++, arena.allocate(bytes));
    benchmark::ClobberMemory();
  });
  if (!log[log.last()].payload) state.SkipWithError("the log holds an entry without its payload");
}

}  // namespace

void register_raft_log() {
  for (const std::size_t bytes : {8U, 64U, 512U, 4096U, 32768U, 65536U})
    add_benchmark("raft_log_append/" + std::to_string(bytes), [=](benchmark::State& state) { raft_log_append(state, bytes); });
}

}  // namespace coordbench
