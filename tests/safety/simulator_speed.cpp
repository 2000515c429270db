// How fast the simulated world is, on one core and without an observer: messages per second of host time of two-phase commit
// at 64 ranks, and the time that one transaction among 4,096 takes, set-up included.

#include <fmt/core.h>

#include "harness/machine/clock.hpp"
#include "kernels/two_phase_commit.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {
namespace {

struct Run {
  std::int64_t messages;
  double seconds;
};

Run commit(int ranks, std::int64_t operations) {
  const Time start_ns = now_ns();
  Cluster<TwoPhaseCommit, Unobserved> cluster(shape_of<TwoPhaseCommit>(ranks), {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster.propose(k);
    cluster.run();
  }
  return {cluster.traffic().messages_sent, static_cast<double>(now_ns() - start_ns) * 1e-9};
}

}  // namespace
}  // namespace coordbench::testing

int main() {
  using coordbench::testing::commit;
  const auto [messages, seconds] = commit(64, 40'000);
  fmt::print("N = 64, 8 B: {:.1f} million messages per second\n", static_cast<double>(messages) / seconds * 1e-6);
  fmt::print("N = 4096, one operation, set-up included: {:.3f} s\n", commit(4096, 1).seconds);
}
