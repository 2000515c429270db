#pragma once
// Whether a replica holds what it acknowledges. In shared memory a payload arrives as a reference into its sender's memory: a
// replica that keeps only that has lost the payload when the sender's memory is lost.

#include "harness/protocol.hpp"

namespace coordbench {

enum Replicate : std::int64_t { by_copy, by_reference };

inline constexpr Parameter kReplicate{.name = "replicate",
                                      .initial = by_copy,
                                      .highest = by_reference,
                                      .help =
                                          "over shared memory a replica keeps a copy of its own, or only a reference into "
                                          "the sender's memory",
                                      .choices = {"copy", "reference"}};

/// What a replica keeps of a payload before it acknowledges it.
template <class M>
[[nodiscard]] Payload kept(std::int64_t replicate, const Payload& payload, Outbox<M>& out) {
  return replicate == by_copy ? out.in_own_memory(payload) : payload;
}

}  // namespace coordbench
