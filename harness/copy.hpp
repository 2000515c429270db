#pragma once
// Copies of what has just been written.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace coordbench {

#ifndef __clang__  // clang has no such warning
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // the gaps between a message's fields are copied too, and hold nothing
#endif
/// Copies a message in pieces of four bytes, or of one if it is not made of such. A load that is wider than the stores before
/// it waits until they have left the store buffer, some 20 cycles, and a compiler's own copy is as wide as it can be; a message
/// is written field by field and copied twice before it leaves.
template <class M>
requires std::is_trivially_copyable_v<M>
void copy_narrowly(void* to, const M& message) {
  using Piece = std::conditional_t<alignof(M) % 4 == 0, std::uint32_t, std::uint8_t>;
  const auto* from = reinterpret_cast<const std::byte*>(&message);
  for (std::size_t i = 0; i < sizeof message; i += sizeof(Piece)) {
    Piece piece;
    std::memcpy(&piece, from + i, sizeof piece);
    asm("" : "+r"(piece));  // or the compiler would join what is kept apart here
    std::memcpy(static_cast<std::byte*>(to) + i, &piece, sizeof piece);
  }
}
#ifndef __clang__
#pragma GCC diagnostic pop
#endif

/// memcpy of what a slot of a ring may hold; one element, the commonest payload, without a call.
inline void copy_few(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (bytes == 8)
    std::memcpy(to, from, 8);
  else if (bytes > 0)
    std::memcpy(to, from, bytes);
}

}  // namespace coordbench
