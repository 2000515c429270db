#pragma once
// The memory that the ranks of one node share during a launch: one window, made before the first case and large enough for
// each of them.

#include <mpi.h>

#include "harness/case.hpp"
#include "harness/launch/world.hpp"
#include "harness/transport/shared_region.hpp"

namespace coordbench {

/// What the largest case of a plan needs of each rank's part; 0 if none needs any.
std::int64_t shared_bytes_of(const Plan& plan);

class SharedWindow {
 public:
  /// Collective. No window for 0 bytes; throws UsageError if the ranks are not all of one node.
  SharedWindow(const World& world, std::int64_t part_bytes);
  SharedWindow(const SharedWindow&) = delete;
  SharedWindow& operator=(const SharedWindow&) = delete;
  ~SharedWindow();

  [[nodiscard]] const SharedRegion* region() const { return window_ == MPI_WIN_NULL ? nullptr : &region_; }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  SharedRegion region_;
};

}  // namespace coordbench
