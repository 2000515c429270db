// What the harness costs: coordbench's ping_pong against the loop that anybody would write by hand, a blocking MPI_Send and
// MPI_Recv between two stamps. Same process, no start line, rotating buffers, in alternation. Prints both medians and their
// ratio.
//
//   mpirun -n 2 build/ping-pong-baseline

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/kernel.hpp"
#include "harness/machine/clock.hpp"
#include "harness/measure/case_run.hpp"
#include "harness/measure/statistics.hpp"
#include "harness/world/world.hpp"

namespace coordbench {
namespace {

constexpr int kBlocks = 40, kOperations = 2000;
constexpr std::size_t kBytes = 8, kBuffers = 4, kStride = 4096;

double median(std::vector<double> values) { return summarise(values).p50; }

double by_hand(const World& world) {
  std::vector<std::byte> out(kBuffers * kStride), in(kBuffers * kStride);
  std::vector<double> latencies_ns;
  for (std::size_t k = 0; k < kOperations; ++k) {
    std::byte* const sent = out.data() + k % kBuffers * kStride;
    std::byte* const received = in.data() + k % kBuffers * kStride;
    if (world.is_root()) {
      const Time start = now_ns();
      MPI_Send(sent, kBytes, MPI_BYTE, 1, 0, world.control());
      MPI_Recv(received, kBytes, MPI_BYTE, 1, 0, world.control(), MPI_STATUS_IGNORE);
      latencies_ns.push_back(static_cast<double>(now_ns() - start));
    } else {
      MPI_Recv(received, kBytes, MPI_BYTE, 0, 0, world.control(), MPI_STATUS_IGNORE);
      MPI_Send(received, kBytes, MPI_BYTE, 0, 0, world.control());
    }
  }
  return median(std::move(latencies_ns));
}

double by_coordbench(const World& world, int block) {
  const auto kernels = all_kernels();
  Case planned;
  planned.kernel =
      &*std::find_if(kernels.begin(), kernels.end(), [](const Kernel& kernel) { return kernel.name == "ping_pong"; });
  planned.sync = Sync::none;
  planned.shape = {
      .ranks = 2, .payload_bytes = kBytes, .seed = static_cast<std::uint64_t>(block), .parameters = planned.kernel->parameters};
  const World::Group& group = world.group(2);
  CaseRun run({.planned = &planned,
               .kernel_communicator = group.kernel,
               .control_communicator = group.control,
               .tag = 100 * block,
               .rule = {.exact_operations = kOperations},
               .deadline = now_ns() + 10'000'000'000});
  planned.kernel->run(run);
  return world.is_root() ? median(latencies(run.samples(), Latency::proposer)) : 0;
}

int compare(World& world) {
  if (world.size() != 2) return fmt::print(stderr, "ping-pong-baseline: start it on two ranks: mpirun -n 2\n"), 2;
  world.make_groups({2});
  std::vector<double> hand_ns, coordbench_ns;
  for (int block = 0; block < kBlocks; ++block) {
    hand_ns.push_back(by_hand(world));
    coordbench_ns.push_back(by_coordbench(world, block));
  }
  if (world.is_root())
    fmt::print("{:.0f} ns by hand, {:.0f} ns by coordbench, ratio {:.3f}\n", median(hand_ns), median(coordbench_ns),
               median(coordbench_ns) / median(hand_ns));
  return 0;
}

}  // namespace
}  // namespace coordbench

int main(int argc, char** argv) {
  coordbench::World world(argc, argv);
  return coordbench::compare(world);
}
