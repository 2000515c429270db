// The global clock over real messages, between ranks whose clocks are set wrong and run wrong on purpose.

#include "harness/clocks/hca3.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/mpi_world.hpp"

namespace coordbench::hca3_mpi_test {
namespace {

using testing::world;

/// This rank's clock, by the one that all of them really have: up to a second off, and 200 ppm fast or slow.
struct SkewedClock {
  double offset_ns, drift;
  Time began;
  explicit SkewedClock(unsigned round)
      : offset_ns(1e9 * std::sin(static_cast<double>(7 * round) + world().rank())),
        drift(2e-4 * std::cos(static_cast<double>(5 * round) + 2 * world().rank())),
        began(world().from_root(now_ns())) {
    if (world().is_root()) offset_ns = drift = 0;
  }
  Time operator()() const { return of(now_ns()); }
  [[nodiscard]] Time of(Time truth) const {
    return truth + std::llround(offset_ns + drift * static_cast<double>(truth - began));
  }
};

TEST(Hca3, FindsOffsetsAndDriftsWithinItsBound) {
  constexpr Comparison kShort{.points = 6, .exchanges = 10, .pause_ns = 1'000'000};
  constexpr Time kLater = 1'000'000'000;
  for (unsigned round = 0; round < 20; ++round) {
    const SkewedClock clock(round);
    const ClockModel model = hca3(world().all(), clock, kShort);
    for (const Time truth : {now_ns(), now_ns() + kLater}) {
      const Time local = clock.of(truth);
      EXPECT_LE(std::abs(static_cast<double>(model.to_global(local) - truth)), model.error_at(local) + 2) << "round " << round;
    }
  }
}

/// The row e of hosts: run in jobs/lab, where hosts do not know that they have one clock.
TEST(Hca3, BoundIsHalfOfTheSmallestRoundTrip) {
  const ClockModel model = hca3(world().all(), now_ns);
  if (world().size() < 2 || world().rank() > 1) return;  // a pair
  double smallest_ns = 1e18;
  for (int i = 0; i < 2000; ++i) {
    char byte = 0;
    const Time before = now_ns();
    if (world().rank() == 1) {
      MPI_Send(&byte, 0, MPI_BYTE, 0, 3, world().all());
      MPI_Recv(&byte, 0, MPI_BYTE, 0, 3, world().all(), MPI_STATUS_IGNORE);
      smallest_ns = std::min(smallest_ns, static_cast<double>(now_ns() - before));
    } else {
      MPI_Recv(&byte, 0, MPI_BYTE, 1, 3, world().all(), MPI_STATUS_IGNORE);
      MPI_Send(&byte, 0, MPI_BYTE, 1, 3, world().all());
    }
  }
  if (world().is_root()) return;
  const Time now = now_ns();
  const double truly_ns = std::abs(static_cast<double>(model.to_global(now) - now));
  EXPECT_LE(truly_ns, model.error_at(now) + 2);
  fmt::print("bound {:.0f} ns = {:.3f} of the smallest round trip, {:.0f} ns; true error {:.0f} ns\n", model.error_ns,
             model.error_ns / smallest_ns, smallest_ns, truly_ns);
}

}  // namespace
}  // namespace coordbench::hca3_mpi_test
