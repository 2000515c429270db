#include "harness/launch/shared_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "harness/kernel.hpp"
#include "harness/options/usage_error.hpp"

namespace coordbench {
namespace {

/// The library promises no alignment; a page is mapped at a page, so that every process finds the same first line.
std::byte* first_line_of(void* part) {
  const auto address = reinterpret_cast<std::uintptr_t>(part);
  return reinterpret_cast<std::byte*>((address + kLineBytes - 1) / kLineBytes * kLineBytes);
}

bool is_one_node(MPI_Comm all, int ranks) {
  MPI_Comm node;
  MPI_Comm_split_type(all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int here = 0;
  MPI_Comm_size(node, &here);
  MPI_Comm_free(&node);
  MPI_Allreduce(MPI_IN_PLACE, &here, 1, MPI_INT, MPI_MIN, all);
  return here == ranks;
}

}  // namespace

std::int64_t shared_bytes_of(const Plan& plan) {
  constexpr std::int64_t kPage = 4096;
  std::int64_t most = 0;
  for (const Case& planned : plan.cases)
    if (planned.transport == Transport::shared_memory) most = std::max(most, planned.kernel->shared_bytes(planned.shape));
  return (most + kPage - 1) / kPage * kPage;
}

SharedWindow::SharedWindow(const World& world, std::int64_t part_bytes) {
  if (part_bytes == 0) return;
  if (!is_one_node(world.all(), world.size()))
    throw UsageError(
        "--transport shared-memory needs all ranks on one node, and these are on several; use --transport mpi, or fewer nodes");
  void* mine = nullptr;
  MPI_Win_allocate_shared(part_bytes + static_cast<MPI_Aint>(kLineBytes), 1, MPI_INFO_NULL, world.all(), &mine, &window_);
  std::memset(mine, 0,
              static_cast<std::size_t>(part_bytes));  // first touch, before any clock runs, by the rank whose part it is
  std::vector<std::byte*> parts;
  for (Rank rank = 0; rank < world.size(); ++rank) {
    MPI_Aint bytes = 0;
    int unit = 0;
    void* part = nullptr;
    MPI_Win_shared_query(window_, rank, &bytes, &unit, &part);
    parts.push_back(first_line_of(part));
  }
  region_ = SharedRegion(std::move(parts), static_cast<std::size_t>(part_bytes), world.rank());
}

SharedWindow::~SharedWindow() {
  if (window_ != MPI_WIN_NULL) MPI_Win_free(&window_);
}

}  // namespace coordbench
