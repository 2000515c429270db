// What lies between a machine that says `send` and the transport that is told.

#include "harness/protocol.hpp"
#include "micro/batch_times.hpp"
#include "micro/benchmarks.hpp"

namespace coordbench {
namespace {

struct Note {
  std::uint32_t first;
  std::int32_t count;
};

void outbox_send(benchmark::State& state) {
  Outbox<Note> outbox({.sends = 1});
  Note note{.first = 0, .count = 1};
  time_in_batches(state, [&] {
    outbox.send(1, note);
    benchmark::DoNotOptimize(outbox.envelopes().data());
    benchmark::ClobberMemory();
    outbox.clear();
    ++note.first;
  });
}

}  // namespace

void register_outbox() { add_benchmark("outbox_send", outbox_send); }

}  // namespace coordbench
