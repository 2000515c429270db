#pragma once
// What the ranks of a fixed sequencer say to each other.

#include "harness/protocol.hpp"

namespace coordbench::sequencer {

enum class Kind : std::uint16_t {
  request,      ///< a sender's payload, which wants a number; UUB: without the payload
  ordered,      ///< a payload with its number
  number,       ///< the number alone; BB: of a payload that its sender sends to everybody, UUB: to the sender
  acknowledge,  ///< everything below `number` has been delivered here
  ask,          ///< the same, and `number` is missing here
  state,        ///< the same as acknowledge, to the sequencer of a new epoch
  open,         ///< the sequencer of a new epoch has everything below `number`, and gives numbers again
};

/// Whole words, which travel faster. Acknowledgements, questions and resends carry no operation: count 0.
struct Message {
  std::uint32_t first;   ///< the operation; from `acknowledge` on the shard
  std::uint32_t number;  ///< its place in the order of its shard, from 0
  std::uint32_t count;
  Kind kind;
  std::uint16_t epoch;  ///< of its sender; a rank hears only those of its own epoch
};

}  // namespace coordbench::sequencer
