#pragma once
// What the servers and clients of Multi-Paxos say to each other, 32 bytes: with 8 bytes of payload and what the harness adds it
// stays within one cache line of a shared-memory transport.

#include "harness/protocol.hpp"

namespace coordbench::paxos {

using Index = std::uint32_t;   ///< a slot of the log, from 1; each slot is an instance of consensus of its own
using Ballot = std::uint32_t;  ///< round * N + the rank it belongs to; 0: none

struct Message {
  enum class Kind : std::uint32_t {
    request,         ///< a client's operation
    reply,           ///< index: the operation's value; or, with count 0, the rank of the leader, who must be asked
    no_more,         ///< a client has nothing to add to a batch
    accept,          ///< phase 2a: `slots` operations for the slots from `index` on; up_to: all slots up to here are chosen
    accept_no_op,    ///< the same with slots that no operation fills
    announce,        ///< phase 2a without slots, sent for its up_to, of the operations it names
    heartbeat,       ///< index: the last slot that was sent to this acceptor
    accepted,        ///< phase 2b: the slots of the message, and all up to up_to
    missing,         ///< I have all slots up to up_to, but not all that were sent
    refused,         ///< ballot: I have promised this one
    prepare,         ///< phase 1a, for all slots behind `index`
    promised_value,  ///< operation `first` (no_op: none) was accepted for slot `index` in ballot `value_ballot`
    promise,         ///< phase 1b: behind `index` I have accepted `slots` values, each of which is said by a promised_value
    snapshot,        ///< part `slots` of the state after slot `index`: the two words `first`, `up_to`
  };

  // Words only: reading a word right after one of its bytes was written takes some 12 cycles longer.
  std::uint32_t first = 0;  ///< operation of the first slot carried or told about
  std::uint32_t count = 0;  ///< operations carried or told about
  Kind kind = Kind::request;
  Ballot ballot = 0;
  Index index = 0;
  std::uint32_t slots = 0;
  Ballot value_ballot = 0;
  Index up_to = 0;
};
static_assert(sizeof(Message) == 32);

using Out = Outbox<Message>;

}  // namespace coordbench::paxos
