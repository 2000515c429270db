#pragma once
// How a case's messages travel: the doors that its kernel is given, opened from what the case has.

#include <memory_resource>

#include "harness/measure/case_run.hpp"
#include "harness/transport/endpoint.hpp"
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
    return {setting.kernel_communicator, setting.tag, posted_max, setting.deadline, setting.neighbours};
  }
  /// Where the buffers of a collective lie.
  struct Memory {
    Memory(CaseRun& /*run*/, std::size_t /*posted_max*/) {}
    void close() {}
  };
  static void meet(CaseRun& /*run*/) {}  // the library keeps what comes before its receiver is ready
};

/// Memory that the ranks of one node share.
struct InSharedMemory {
  template <Protocol P>
  using Transport = SharedMemoryTransport<typename P::Message>;
  using Endpoint = SharedMemoryEndpoint;

  /// The same at all ranks of a case, for they find their way in each other's parts.
  template <Protocol P>
  static TransportSize size(const Shape& shape) {
    TransportSize size = transport_size<P>(shape, 0);
    for (Rank rank = 1; rank < shape.ranks + clients_of<P>(shape); ++rank) {
      size.leases = std::max(size.leases, transport_size<P>(shape, rank).leases);
      size.batch_leases = std::max(size.batch_leases, transport_size<P>(shape, rank).batch_leases);
    }
    return size;
  }
  template <Protocol P>
  static Transport<P> transport(CaseRun& run) {
    TransportSize size = InSharedMemory::size<P>(run.shape());
    size.source = source_of<P>(run.shape(), run.rank());
    return {run.setting().shared->laid_out(run.setting().planned->members(), Transport<P>::size_of_ring(size)), size,
            run.setting().oversubscribed};
  }
  static Endpoint endpoint(CaseRun& run, std::size_t posted_max) {
    return {region(run, posted_max), posted_max, run.setting().deadline, run.setting().oversubscribed,
            run.setting().neighbours};
  }
  /// Until it is closed, buffers come out of what this rank may lend to others.
  struct Memory {
    Memory(CaseRun& run, std::size_t posted_max)
        : lendable(Endpoint::lendable(region(run, posted_max))),
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
  /// Nobody writes into rings that their reader has not cleared.
  static void meet(CaseRun& run) { run.meet(); }

  /// What one rank's part must hold.
  template <Protocol P>
  static std::int64_t protocol_bytes(const Shape& shape) {
    const TransportSize size = InSharedMemory::size<P>(shape);
    return part_bytes(shape.ranks + clients_of<P>(shape), Transport<P>::size_of_ring(size), Transport<P>::arena_bytes(size));
  }
  /// Buffers of a mebibyte and more lie on huge pages' boundaries, hence the room.
  static std::int64_t collective_bytes(const Shape& shape, std::size_t posted_max, std::int64_t buffers) {
    constexpr std::int64_t kHugePage = std::int64_t{2} << 20U, kBuffersMost = 8;
    const std::int64_t room = buffers < kHugePage / 2 ? 64 * kBuffersMost : kHugePage * kBuffersMost;
    return part_bytes(shape.ranks, Endpoint::size_of_ring(posted_max),
                      Endpoint::bounce_bytes() + static_cast<std::size_t>(buffers + room));
  }

 private:
  static std::int64_t part_bytes(int members, std::size_t ring_slots, std::size_t arena_bytes) {
    return static_cast<std::int64_t>(SharedRegion::ring_bytes(members, ring_slots) + arena_bytes);
  }
  static SharedRegion region(CaseRun& run, std::size_t posted_max) {
    return run.setting().shared->laid_out(run.setting().planned->members(), Endpoint::size_of_ring(posted_max));
  }
};

}  // namespace coordbench
