#pragma once
// What the ranks of a fixed sequencer say to each other.

#include "harness/protocol.hpp"

namespace coordbench::sequencer {

enum class Kind : std::uint32_t {
  request,      ///< a sender's payload, which wants a number
  ordered,      ///< a payload with its number
  number,       ///< the number alone, of a payload that its sender sends to everybody
  acknowledge,  ///< everything below `number` has been delivered here
  ask,          ///< the same, and `number` is missing here
};

/// Whole words, which travel faster. Acknowledgements, questions and resends carry no operation: count 0.
struct Message {
  std::uint32_t first;   ///< the operation; 0 where there is none
  std::uint32_t number;  ///< its place in the order of its shard, from 0
  std::uint32_t count;
  Kind kind;
};

}  // namespace coordbench::sequencer
