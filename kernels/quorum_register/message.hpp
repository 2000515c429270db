#pragma once
// What a proposer and the servers of a register say to each other.

#include "harness/protocol.hpp"

namespace coordbench::quorum_register {

enum class Kind : std::uint32_t { query_stamp, query_value, held, store, stored, nothing };

/// How new a value is: above all that its writer had heard of, then by its writer, an operation. No two values share one.
struct Stamp {
  std::uint32_t sequence = 0;
  std::uint32_t writer = 0;  ///< the operation that wrote it, plus 1; 0: the initial value
  [[nodiscard]] bool is_newer_than(const Stamp& other) const {
    return sequence != other.sequence ? sequence > other.sequence : writer > other.writer;
  }
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct Message {
  static constexpr int count = 1;  ///< every message is of one operation
  std::uint32_t first;             ///< the operation
  Kind kind;
  Stamp stamp;
};

}  // namespace coordbench::quorum_register
