#pragma once
// What the servers and clients of HotStuff say to each other, 40 bytes of words only: votes are signed as they are.

#include <compare>

#include "harness/protocol.hpp"

namespace coordbench::hotstuff {

using Height = std::uint32_t;  ///< how many blocks a block has below it; 0: the genesis, which all know

/// A leader leads one round, by time-outs, and proposes in its steps, from 1 on. The paper's view number is this pair.
struct View {
  std::uint32_t round = 0, step = 0;
  friend auto operator<=>(const View&, const View&) = default;
};

struct Message {
  enum class Kind : std::uint32_t {
    request,          ///< a client's operation, or one that a server was asked for that does not lead
    reply,            ///< value: what the operation returned; round: the server's
    propose,          ///< prepare, or generic: a certificate, and a block behind the one that it is of; none: that one again
    pre_commit,       ///< the certificate of the votes to prepare
    commit,           ///< that of the votes to pre-commit
    decide,           ///< that of the votes to commit
    vote,             ///< to prepare, or generic, in this view; its payload is the block's digest, as of the other votes
    vote_pre_commit,  ///< the same in the second phase
    vote_commit,      ///< the same in the third
    new_view,         ///< my highest certificate, to the leader of this round; step: of the view that I expect next
    wish,             ///< I want this round, am in round `value`, have executed up to `height`; with my highest certificate
    status,           ///< height: of the last block I executed; step: whether I want to know the receiver's
    decided,          ///< the same, with certificates that show it
    fetch,            ///< please give me the block of this height whose digest is the payload, or the state before it
    block,
    snapshot,  ///< the block was compacted: the state after the block of this height
  };
  static constexpr std::size_t kBefore = 3;

  std::uint32_t first = 0;  ///< the operation carried or told about
  std::uint32_t count = 0;  ///< how many: 0 or 1
  Kind kind = Kind::request;
  std::uint32_t round = 0, step = 0;
  Height height = 0;
  std::uint32_t value = 0;
  /// In a pipeline: the operations of the last views, the last one first, which this message carries too; -1: none.
  std::array<std::int32_t, kBefore> before{-1, -1, -1};

  [[nodiscard]] View view() const { return {round, step}; }
  friend bool operator==(const Message&, const Message&) = default;
};
static_assert(sizeof(Message) == 40 && std::has_unique_object_representations_v<Message>);

using Kind = Message::Kind;
using Out = Outbox<Message>;

/// Three phases, each with a vote and with a message that shows its certificate.
enum Phase : std::uint32_t { prepare, pre_commit, commit };
inline constexpr std::size_t kPhases = 3;
constexpr Kind vote_in(Phase phase) { return static_cast<Kind>(static_cast<std::uint32_t>(Kind::vote) + phase); }
constexpr Kind announcement_of(Phase phase) { return static_cast<Kind>(static_cast<std::uint32_t>(Kind::pre_commit) + phase); }

}  // namespace coordbench::hotstuff
