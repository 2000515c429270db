#pragma once
// How a case's messages travel: makes the endpoint or transport that its kernel is given.

#include <algorithm>
#include <memory_resource>

#include "harness/measure/case_run.hpp"
#include "harness/transport/endpoint.hpp"
#include "harness/transport/hybrid_endpoint.hpp"
#include "harness/transport/hybrid_transport.hpp"
#include "harness/transport/mpi_progress.hpp"
#include "harness/transport/mpi_transport.hpp"
#include "harness/transport/shared_memory_endpoint.hpp"
#include "harness/transport/shared_memory_transport.hpp"

namespace coordbench {

/// Two-sided MPI.
struct OverMpi {
  template <Protocol P>
  using Transport = MpiTransport<typename P::Message>;
  using Endpoint = coordbench::Endpoint;

  template <Protocol P>
  static Transport<P> transport(CaseRun& run) {
    return {run.setting().kernel_communicator, run.setting().tag, transport_size<P>(run.shape(), run.rank())};
  }
  static Endpoint endpoint(CaseRun& run, std::size_t posted_max) {
    const CaseRun::Setting& setting = run.setting();
    return {setting.kernel_communicator, setting.tag, posted_max, run.deadline(), setting.reaches};
  }
  /// Where the buffers of a collective lie.
  struct Memory {
    Memory(CaseRun& /*run*/, std::size_t /*posted_max*/) {}
    void close() {}
  };
  static void withdraw(auto& /*endpoint*/) {}  // what still arrives has memory of its own
};

/// Memory that the ranks of one node share.
struct InSharedMemory {
  template <Protocol P>
  using Transport = SharedMemoryTransport<typename P::Message>;
  using Endpoint = SharedMemoryEndpoint;

  /// Must be equal on all ranks of a case: each computes addresses in the others' parts.
  template <Protocol P>
  static TransportSize size(const Shape& shape) {
    TransportSize size = transport_size<P>(shape, 0);
    for (Rank rank = 1; rank < shape.members(); ++rank) {
      const TransportSize other = transport_size<P>(shape, rank);
      size.leases = std::max(size.leases, other.leases);
      size.large_leases = std::max(size.large_leases, other.large_leases);
      size.large_bytes = std::max(size.large_bytes, other.large_bytes);
      size.made = std::max(size.made, other.made);
      size.made_bytes = std::max(size.made_bytes, other.made_bytes);
    }
    return size;
  }
  template <Protocol P>
  static Transport<P> transport(CaseRun& run) {
    TransportSize size = InSharedMemory::size<P>(run.shape());
    size.source = source_of<P>(run.shape(), run.rank());
    return {region(run, Transport<P>::size_of_ring(size)), size, run.setting().oversubscribed};
  }
  static Endpoint endpoint(CaseRun& run, std::size_t posted_max) {
    return {region(run, Endpoint::size_of_ring(posted_max)), posted_max, run.deadline(), run.setting().oversubscribed,
            run.setting().reaches};
  }
  /// Until it is closed, buffers come out of what this rank may lend to others.
  struct Memory {
    Memory(CaseRun& run, std::size_t posted_max)
        : lendable(Endpoint::lendable(region(run, Endpoint::size_of_ring(posted_max)))),
          buffers(lendable.data(), lendable.size(), std::pmr::null_memory_resource()),
          before(std::pmr::set_default_resource(&buffers)) {}
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory() { close(); }
    void close() {
      if (before) std::pmr::set_default_resource(std::exchange(before, nullptr));
    }
    std::span<std::byte> lendable;
    std::pmr::monotonic_buffer_resource buffers;
    std::pmr::memory_resource* before;
  };
  static void withdraw(auto& /*endpoint*/) {}  // every rank has left a case before the next one begins

  /// What one rank's part must hold, for `sharing` ranks.
  template <Protocol P>
  static std::int64_t protocol_bytes(const TransportSize& size, int sharing) {
    return part_bytes(sharing, Transport<P>::size_of_ring(size), Transport<P>::arena_bytes(size));
  }
  /// Buffers of a mebibyte and more lie on huge pages' boundaries, hence the room.
  static std::int64_t collective_bytes(int sharing, std::size_t posted_max, std::int64_t buffers) {
    constexpr std::int64_t kHugePage = std::int64_t{2} << 20U, kBuffersMost = 8;
    const std::int64_t room = buffers < kHugePage / 2 ? 64 * kBuffersMost : kHugePage * kBuffersMost;
    return part_bytes(sharing, Endpoint::size_of_ring(posted_max),
                      Endpoint::bounce_bytes() + static_cast<std::size_t>(buffers + room));
  }
  /// Over hybrid, ranks that are not to count as one node do not share memory even if they could.
  static SharedRegion region(CaseRun& run, std::size_t ring_slots) {
    const CaseRun::Setting& setting = run.setting();
    const bool of_a_node = setting.planned->transport == coordbench::TransportName::hybrid;
    return setting.shared->laid_out(setting.planned->members(), ring_slots, of_a_node ? setting.neighbours : Neighbours());
  }

 private:
  static std::int64_t part_bytes(int sharing, std::size_t ring_slots, std::size_t arena_bytes) {
    return static_cast<std::int64_t>(SharedRegion::ring_bytes(static_cast<std::size_t>(sharing), ring_slots) + arena_bytes);
  }
};

/// Memory that ranks of one node share, and two-sided MPI between nodes.
struct Hybrid {
  template <Protocol P>
  using Transport = HybridTransport<InSharedMemory::Transport<P>, OverMpi::Transport<P>>;
  using NearEndpoint = BasicSharedMemoryEndpoint<MpiProgress>;
  using Endpoint = HybridEndpoint<NearEndpoint, OverMpi::Endpoint>;
  using Memory = InSharedMemory::Memory;

  /// Of the shared memory. MPI's posted receives lie in it, too, each as large as the largest payload.
  template <Protocol P>
  static TransportSize size(const Shape& shape) {
    TransportSize size = InSharedMemory::size<P>(shape);
    size.large_leases *= 2;
    return size;
  }
  template <Protocol P>
  static Transport<P> transport(CaseRun& run) {
    using Near = InSharedMemory::Transport<P>;
    TransportSize size = Hybrid::size<P>(run.shape()), far_size = transport_size<P>(run.shape(), run.rank());
    size.source = far_size.source;
    const SharedRegion region = InSharedMemory::region(run, Near::size_of_ring(size));
    if (is_whole(region)) far_size.posted_receives = 0;
    return {near_ranks(region), run.rank(), [&] { return Near(region, size, run.setting().oversubscribed); },
            [&](Near& near) {
              return OverMpi::Transport<P>(run.setting().kernel_communicator, run.setting().tag, far_size, near.arenas());
            }};
  }
  static Endpoint endpoint(CaseRun& run, std::size_t posted_max) {
    const CaseRun::Setting& setting = run.setting();
    const SharedRegion region = InSharedMemory::region(run, NearEndpoint::size_of_ring(posted_max));
    const MpiProgress progress(setting.oversubscribed, is_whole(region) ? MPI_COMM_NULL : setting.kernel_communicator,
                               setting.tag + OverMpi::Endpoint::kTags);
    return {near_ranks(region), posted_max, [&] { return NearEndpoint(region, posted_max, run.deadline(), progress); },
            [&] { return OverMpi::endpoint(run, posted_max); }};
  }
  /// The next case finds its payloads where MPI may still be putting this one's.
  static void withdraw(auto& endpoint) { endpoint.withdraw(); }

 private:
  static NearRanks near_ranks(const SharedRegion& region) {
    NearRanks near;
    for (Rank rank = 0; rank < region.members(); ++rank) near.push_back(region.has(rank) ? 1 : 0);
    return near;
  }
  static bool is_whole(const SharedRegion& region) {
    const NearRanks near = near_ranks(region);
    return std::count(near.begin(), near.end(), 1) == region.members();
  }
};

}  // namespace coordbench
