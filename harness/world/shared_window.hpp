#pragma once
// The memory that the ranks of one node share during a launch: one window, made before the first case and large enough for
// every case.

#include <mpi.h>

#include <utility>

#include "harness/case.hpp"
#include "harness/transport/shared_region.hpp"
#include "harness/world/world.hpp"

namespace coordbench {

/// The ranks that can share memory with this one, by the MPI library, in the order of the world. A simulated rank shares with
/// no other.
class SharingRanks {
 public:
  /// Collective over the world.
  explicit SharingRanks(const World& world);
  SharingRanks(SharingRanks&& other) noexcept
      : communicator_(std::exchange(other.communicator_, MPI_COMM_NULL)), most_(other.most_) {}
  SharingRanks(const SharingRanks&) = delete;
  SharingRanks& operator=(const SharingRanks&) = delete;
  ~SharingRanks();

  [[nodiscard]] MPI_Comm communicator() const { return communicator_; }
  [[nodiscard]] int most() const { return most_; }  ///< of all ranks of the world

 private:
  MPI_Comm communicator_ = MPI_COMM_NULL;
  int most_ = 1;
};

/// What the largest case of a plan needs of each rank's part; 0 if none needs any. Throws UsageError if one is to share memory
/// between all ranks and these are not of one node.
std::int64_t shared_bytes_of(const Plan& plan, const World& world, const SharingRanks& sharing);

/// One window for the ranks of a node.
class SharedWindow {
 public:
  SharedWindow() = default;
  /// Collective over the world. No window for 0 bytes.
  SharedWindow(const World& world, const SharingRanks& sharing, std::int64_t part_bytes);
  SharedWindow(const SharedWindow&) = delete;
  SharedWindow& operator=(const SharedWindow&) = delete;
  ~SharedWindow();

  [[nodiscard]] const SharedRegion* region() const { return window_ == MPI_WIN_NULL ? nullptr : &region_; }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  SharedRegion region_;
};

}  // namespace coordbench
