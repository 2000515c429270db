#pragma once
// What Raft's servers and clients say to each other, 32 bytes: with 8 bytes of payload and what the harness adds it stays
// within one cache line of a shared-memory transport.

#include "harness/protocol.hpp"

namespace coordbench::raft {

using Index = std::uint32_t;  ///< position in the log, from 1; 0 is before the first entry
using Term = std::uint32_t;

struct Message {
  enum class Kind : std::uint32_t {
    request,           ///< a client's operation
    reply,             ///< index: the operation's value; or, with count 0, the rank of the leader, who must be asked
    no_more,           ///< a client has nothing to add to a batch
    read,              ///< a client's operation that reads and is no entry of the log
    value,             ///< reply to one that reads, with what operation index_term - 1 wrote; 0: nobody has written
    append,            ///< AppendEntries: `count` entries of `entries_term` behind (index, index_term); none: a heartbeat
    append_no_op,      ///< the same with the one entry that opens a term, which belongs to no operation
    announce,          ///< AppendEntries without entries, sent for its commit index, of the operations it names
    accepted,          ///< index: the log matches the leader's up to here
    confirm,           ///< AppendEntries without entries: do you still follow me? (index, index_term): the stamp of the round
    confirmed,         ///< with the stamp that it was asked with
    rejected,          ///< no entry (commit, …): index, index_term say where the conflict begins; commit is the refused index
    pre_vote,          ///< would you vote for me in `term`? (index, index_term): my last entry
    pre_vote_granted,  ///< in the term that was asked about
    pre_vote_denied,
    vote,
    vote_granted,
    vote_denied,
    snapshot,  ///< part `entries_term` of the state after (index, index_term): the two words `first`, `commit`
  };

  // Words only: reading a word right after one of its bytes was written takes some 12 cycles longer.
  std::uint32_t first = 0;  ///< operation of the first entry carried or told about
  std::uint32_t count = 0;  ///< operations carried or told about
  Kind kind = Kind::request;
  Term term = 0;
  Index index = 0;
  Term index_term = 0;
  Term entries_term = 0;
  Index commit = 0;  ///< the leader's commit index
};
static_assert(sizeof(Message) == 32);

using Out = Outbox<Message>;

}  // namespace coordbench::raft
