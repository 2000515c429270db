#pragma once
// What each replica's fold is to be, counted by the world and not by the machines.

#include "kernels/event_log.hpp"
#include "tests/safety/common/ledger.hpp"
#include "tests/safety/common/told_once.hpp"

namespace coordbench::testing::event_log {

using Step = coordbench::testing::Step<EventLog>;

/// The digest as kernels/crdt/fold.hpp describes it, byte by byte.
inline std::uint64_t digest_of(std::span<const std::byte> event) {
  std::uint64_t sum = event.size();
  for (std::size_t i = 0; i < event.size(); ++i) sum += std::to_integer<std::uint64_t>(event[i]) << (8 * (i % 8));
  return mix(sum);
}

/// [operation]: the digest of its event.
inline std::vector<std::uint64_t> digests_of(const Schedule& schedule) {
  std::vector<std::uint64_t> digests;
  std::vector<std::byte> event(static_cast<std::size_t>(schedule.shape.payload_bytes));
  for (Operation k = 0; k < schedule.operations; ++k) {
    Pattern::of(schedule.shape.seed, k, 0).fill(event);
    digests.push_back(digest_of(event));
  }
  return digests;
}

/// Of an event that comes, or -1.
inline Operation delivered(const Step& step) {
  const bool has_come = step.cause == Cause::deliver && common::is_update<EventLog>(*step.message);
  return has_come ? Operation{step.message->first} : -1;
}

}  // namespace coordbench::testing::event_log
