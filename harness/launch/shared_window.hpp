#pragma once
// The memory that the ranks of one node share during a launch: one window, made before the first case and large enough for
// every case.

#include <mpi.h>

#include "harness/case.hpp"
#include "harness/launch/world.hpp"
#include "harness/transport/shared_region.hpp"

namespace coordbench {

/// The ranks of this rank's node, with which it can share memory, in the order of the world.
class Neighbours {
 public:
  /// Collective over the world: as the library finds them. Simulated ranks are alone.
  explicit Neighbours(const World& world);
  /// Collective over the world: ranks that give the same number are of one node.
  Neighbours(const World& world, int node);
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;
  ~Neighbours();

  [[nodiscard]] MPI_Comm communicator() const { return communicator_; }
  [[nodiscard]] int most() const { return most_; }  ///< ranks of the fullest node

 private:
  void count(const World& world);
  MPI_Comm communicator_ = MPI_COMM_NULL;
  int most_ = 1;
};

/// What the largest case of a plan needs of each rank's part; 0 if none needs any. Throws UsageError if one is to share memory
/// between all ranks and these are not of one node.
std::int64_t shared_bytes_of(const Plan& plan, const World& world, const Neighbours& neighbours);

/// A window a node.
class SharedWindow {
 public:
  SharedWindow() = default;
  /// Collective over the world. No window for 0 bytes.
  SharedWindow(const World& world, const Neighbours& neighbours, std::int64_t part_bytes);
  SharedWindow(const SharedWindow&) = delete;
  SharedWindow& operator=(const SharedWindow&) = delete;
  ~SharedWindow();

  [[nodiscard]] const SharedRegion* region() const { return window_ == MPI_WIN_NULL ? nullptr : &region_; }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  SharedRegion region_;
};

}  // namespace coordbench
