#include "harness/world/shared_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "harness/kernel.hpp"
#include "harness/options/usage_error.hpp"
#include "harness/simulated.hpp"

namespace coordbench {
namespace {

/// The library promises no alignment; a page is mapped at a page, so that every process finds the same first line.
std::byte* first_line_of(void* part) {
  const auto address = reinterpret_cast<std::uintptr_t>(part);
  return reinterpret_cast<std::byte*>((address + kLineBytes - 1) / kLineBytes * kLineBytes);
}

}  // namespace

SharingRanks::SharingRanks(const World& world) {
  if constexpr (kSimulated) return;
  MPI_Comm_split_type(world.all(), MPI_COMM_TYPE_SHARED, world.rank(), MPI_INFO_NULL, &communicator_);
  MPI_Comm_size(communicator_, &most_);
  MPI_Allreduce(MPI_IN_PLACE, &most_, 1, MPI_INT, MPI_MAX, world.all());
}

SharingRanks::~SharingRanks() {
  if (communicator_ != MPI_COMM_NULL) MPI_Comm_free(&communicator_);
}

std::int64_t shared_bytes_of(const Plan& plan, const World& world, const SharingRanks& sharing) {
  constexpr std::int64_t kPage = 4096;
  std::int64_t most = 0;
  for (const Case& planned : plan.cases) {
    if (planned.transport == TransportName::shared_memory && sharing.most() < world.size())
      throw UsageError(
          "--transport shared-memory needs all ranks on one node, and these are on several; use --transport hybrid, which "
          "shares memory within each node, or --transport mpi, or fewer nodes");
    most = std::max(most, planned.shared_bytes);
  }
  return (most + kPage - 1) / kPage * kPage;
}

SharedWindow::SharedWindow(const World& world, const SharingRanks& sharing, std::int64_t part_bytes) {
  if (part_bytes == 0) return;
  void* mine = nullptr;
  MPI_Win_allocate_shared(part_bytes + static_cast<MPI_Aint>(kLineBytes), 1, MPI_INFO_NULL, sharing.communicator(), &mine,
                          &window_);
  std::memset(mine, 0,
              static_cast<std::size_t>(part_bytes));  // first touch, before any clock runs, by the rank whose part it is
  int here = 0;
  MPI_Comm_size(sharing.communicator(), &here);
  std::vector<Rank> ranks(static_cast<std::size_t>(here), world.rank());
  MPI_Allgather(MPI_IN_PLACE, 0, MPI_INT, ranks.data(), 1, MPI_INT, sharing.communicator());
  std::vector<std::byte*> parts(static_cast<std::size_t>(world.size()), nullptr);
  for (int place = 0; place < here; ++place) {
    MPI_Aint bytes = 0;
    int unit = 0;
    void* part = nullptr;
    MPI_Win_shared_query(window_, place, &bytes, &unit, &part);
    parts[static_cast<std::size_t>(ranks[static_cast<std::size_t>(place)])] = first_line_of(part);
  }
  region_ = SharedRegion(std::move(parts), static_cast<std::size_t>(part_bytes), world.rank());
}

SharedWindow::~SharedWindow() {
  if (window_ != MPI_WIN_NULL) MPI_Win_free(&window_);
}

}  // namespace coordbench
