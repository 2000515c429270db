// The ceiling: how fast memcpy moves a payload, from memory of this core's own and from lines that another core has just
// written, which is where a payload lies that has been sent.

#include <algorithm>
#include <cstring>
#include <string>

#include "harness/memory.hpp"
#include "harness/pattern.hpp"
#include "micro/batch_times.hpp"
#include "micro/benchmarks.hpp"
#include "micro/partner.hpp"

namespace coordbench {
namespace {

constexpr std::size_t kLeast = 8, kMost = std::size_t{4} << 20U;  ///< bytes

/// Payloads, each on lines of its own, so many at a time that reading the clock does not count and that a first-level cache
/// holds them where one does not fill it alone.
struct Batch {
  static constexpr std::size_t kLine = 64, kBytes = std::size_t{16} << 10U;
  explicit Batch(std::size_t bytes_)
      : bytes(bytes_),
        stride((bytes + kLine - 1) / kLine * kLine),
        count(std::max<std::size_t>(1, kBytes / stride)),
        memory(stride * count) {}
  void write(Operation turn) const { Pattern::of(0, turn, 0).fill({memory.data(), stride * count}); }
  std::size_t bytes, stride, count;
  BufferMemory memory;
};

/// After each `prepare`, all of the batch is copied into one buffer; only that is timed.
template <class Prepare>
void time_copies(benchmark::State& state, const Batch& from, Prepare prepare) {
  const BufferMemory to(from.bytes);
  BatchTimes times;
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(from.count))) {
    prepare();
    times.measure([&] {
      for (std::size_t i = 0; i < from.count; ++i) {
        std::memcpy(to.data(), from.memory.data() + i * from.stride, from.bytes);
        benchmark::ClobberMemory();
      }
    });
  }
  times.report_to(state);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(from.bytes));
}

void copy_private(benchmark::State& state, std::size_t bytes) {
  const Batch batch(bytes);
  time_copies(state, batch, [] {});
}

/// Made where it is written, so that its pages lie near its writer, as a sender's do.
Batch batch_at(const Topology& topology, const CpuSet& writer, std::size_t bytes) {
  const Pinned there(topology, writer);
  return Batch(bytes);
}

void copy_dirty(benchmark::State& state, const Topology& topology, const Pair& pair, std::size_t bytes) {
  const Pinned here(topology, pair.here);
  const Batch batch = batch_at(topology, pair.there, bytes);
  Partner writer(topology, pair.there, [&batch, turn = Operation{0}]() mutable { batch.write(++turn); });
  time_copies(state, batch, [&] { writer.call(); });
}

template <class Copy>
void add_by_size(std::string_view source, Copy copy) {
  for (std::size_t bytes = kLeast; bytes <= kMost; bytes *= 2)
    add_benchmark("copy/" + std::string(source) + "/" + std::to_string(bytes),
                  [=](benchmark::State& state) { copy(state, bytes); });
}

}  // namespace

void register_copy(const Topology& topology, std::span<const Pair> pairs) {
  add_by_size("private", copy_private);
  for (const Pair& pair : pairs)
    add_by_size(name_of(pair.distance),
                [&](benchmark::State& state, std::size_t bytes) { copy_dirty(state, topology, pair, bytes); });
}

}  // namespace coordbench
