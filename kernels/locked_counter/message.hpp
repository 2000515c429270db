#pragma once
// What a proposer and the server of a counter say to each other, and who proposes.

#include "harness/protocol.hpp"

namespace coordbench::locked_counter {

enum Mode : std::int64_t { lock, acknowledged_lock, compare_and_swap };
enum : int { granted, released };  // marks
enum class Kind : std::uint32_t { lock, grant, read, value, write, written, unlock, unlocked, swap, swapped, refused, nothing };

struct Message {
  static constexpr int count = 1;  ///< every message is of one operation
  std::uint32_t first;             ///< the operation
  Kind kind;
  std::uint32_t value = 0;  ///< of the counter: what it is, what it becomes (write), or what it is expected to be (swap)
};
using Out = Outbox<Message>;

/// Servers that count, or clients.
inline int count_of(const Shape& shape) {
  if (shape.clients > 0) return shape.clients;
  return shape["proposers"] > 0 ? static_cast<int>(shape["proposers"]) : shape.ranks;
}
inline Rank proposer_of(const Shape& shape, Operation k) {
  return static_cast<Rank>(k % count_of(shape)) + (shape.clients > 0 ? shape.ranks : 0);
}
inline int open_at_once(const Shape& shape) { return shape.in_flight * count_of(shape); }

}  // namespace coordbench::locked_counter
