#pragma once
// A global clock for hosts whose clocks do not agree: top-down over a binomial tree. A parent knows the global clock before it
// teaches its children, so models are never merged.
// Source: Hunold, Carpen-Amarie, "Hierarchical Clock Synchronization in MPI", CLUSTER'18 (HCA3).

#include <mpi.h>

#include <ctime>
#include <vector>

#include "harness/machine/clock_fit.hpp"

namespace coordbench {

/// How often two ranks compare their clocks: `points` times, `exchanges` round trips each, `pause_ns` apart. The longer it
/// takes, the better the drift is known.
struct Comparison {
  int points = 12, exchanges = 200;
  Time pause_ns = 10'000'000;
};

namespace detail {

constexpr int kHca3Tag = 18;

inline void pause(Time ns) {
  const timespec nap{ns / 1'000'000'000, ns % 1'000'000'000};
  nanosleep(&nap, nullptr);
}

/// The parent's side: it stamps by `read_global` before and after each exchange. Both stamps ride on the next message, so no
/// extra message disturbs the measurement.
template <class ReadGlobal>
void teach(MPI_Comm ranks, int child, const Comparison& comparison, const ReadGlobal& read_global) {
  Time stamps[2] = {0, 0};
  for (int point = 0; point < comparison.points; ++point) {
    for (int i = 0; i <= comparison.exchanges; ++i) {
      const Time before = read_global();
      MPI_Send(stamps, sizeof stamps, MPI_BYTE, child, kHca3Tag, ranks);
      MPI_Recv(nullptr, 0, MPI_BYTE, child, kHca3Tag, ranks, MPI_STATUS_IGNORE);
      stamps[0] = before;
      stamps[1] = read_global();
    }
    if (point + 1 < comparison.points) pause(comparison.pause_ns);
  }
}

/// The child's side: an interval for each point. What it answers to the last message of a point is not used.
template <class ReadClock>
std::vector<OffsetInterval> learn(MPI_Comm ranks, int parent, const Comparison& comparison, const ReadClock& read_clock) {
  std::vector<OffsetInterval> intervals(static_cast<std::size_t>(comparison.points));
  for (OffsetInterval& interval : intervals) {
    Time between_before = 0;
    for (int i = 0; i <= comparison.exchanges; ++i) {
      Time stamps[2];
      MPI_Recv(stamps, sizeof stamps, MPI_BYTE, parent, kHca3Tag, ranks, MPI_STATUS_IGNORE);
      const Time between = read_clock();
      MPI_Send(nullptr, 0, MPI_BYTE, parent, kHca3Tag, ranks);
      if (i > 0) interval.tighten(stamps[0], between_before, stamps[1]);
      between_before = between;
    }
  }
  return intervals;
}

}  // namespace detail

/// Collective over `ranks`, one rank of each clock; rank 0's is the global one. `read_clock()` reads this rank's, ns. `earlier`
/// is what this rank has learned before, and what it learns is added. Throws std::domain_error if a clock does not run evenly.
template <class ReadClock>
ClockModel hca3(MPI_Comm ranks, const ReadClock& read_clock, const Comparison& comparison,
                std::vector<OffsetInterval>& earlier) {
  int self = 0, size = 1;
  MPI_Comm_rank(ranks, &self);
  MPI_Comm_size(ranks, &size);
  ClockModel model;
  for (int reach = 1; reach < size; reach *= 2) {
    if (self < reach && self + reach < size) {
      detail::teach(ranks, self + reach, comparison, [&] { return model.to_global(read_clock()); });
      const double error_ns = model.error_at(read_clock());  // the largest of what was just taught
      MPI_Send(&error_ns, 1, MPI_DOUBLE, self + reach, detail::kHca3Tag, ranks);
    } else if (self >= reach && self < 2 * reach) {
      auto intervals = detail::learn(ranks, self - reach, comparison, read_clock);
      double error_ns = 0;
      MPI_Recv(&error_ns, 1, MPI_DOUBLE, self - reach, detail::kHca3Tag, ranks, MPI_STATUS_IGNORE);
      constexpr double kRounding = 1;  // of the parent's global clock
      if (error_ns > 0)
        for (OffsetInterval& interval : intervals) interval.widen(error_ns + kRounding);
      model = fit_clock(intervals, earlier);
    }
  }
  return model;
}

template <class ReadClock>
ClockModel hca3(MPI_Comm ranks, const ReadClock& read_clock, const Comparison& comparison = {}) {
  std::vector<OffsetInterval> nothing;
  return hca3(ranks, read_clock, comparison, nothing);
}

}  // namespace coordbench
