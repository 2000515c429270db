#pragma once
// What lies in front of a payload while it travels over MPI.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "harness/protocol_traits.hpp"

namespace coordbench {

/// In front of the payload lies the message, and in front of that its depth with a bit that says whether there is a payload,
/// so that its size is asked for only then. Without a gap, because every byte counts: Open MPI's shared memory moves messages
/// of up to 10 bytes in half a cache line, and a second line costs a tenth of a round trip. The message lies aligned, and is
/// read where it arrived.
template <class M>
struct WireFormat {
  using Tag = std::uint16_t;
  static constexpr std::size_t kHeaderBytes = sizeof(Tag) + sizeof(M);
  static_assert(kHeaderBytes <= PayloadArena::kFreeRoom && alignof(M) <= PayloadArena::kAlignment);

  static Tag tag_of(Depth depth, const Payload& payload) {
    return static_cast<Tag>(static_cast<unsigned>(depth) << 1U | (payload.size() > 0 ? 1U : 0U));
  }
  static Depth depth_of(Tag tag) { return static_cast<Depth>(tag >> 1U); }
  static bool has_payload(Tag tag) { return (tag & 1U) != 0; }

  static Tag read_tag(const Payload& carrier) {
    Tag tag;
    std::memcpy(&tag, carrier.header(kHeaderBytes), sizeof tag);
    return tag;
  }
  static const M& message_in(const Payload& carrier) {
    return *std::launder(reinterpret_cast<const M*>(carrier.header(kHeaderBytes) + sizeof(Tag)));
  }
  /// Returns the carrier, which may be empty.
  static const Payload& with_header(const Payload& carrier, const M& message, Tag tag) {
    if (!carrier) [[unlikely]]
      return carrier;
    std::byte* header = carrier.header(kHeaderBytes);
    std::memcpy(header, &tag, sizeof tag);
    copy_narrowly(header + sizeof tag, message);
    return carrier;
  }
  static bool has_header(const Payload& carrier, const M& message, Tag tag) {
    const std::byte* header = carrier.header(kHeaderBytes);
    return std::memcmp(header, &tag, sizeof tag) == 0 && std::memcmp(header + sizeof tag, &message, sizeof message) == 0;
  }
};

}  // namespace coordbench
