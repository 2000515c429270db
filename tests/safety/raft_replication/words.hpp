#pragma once
// Raft's messages in words, for conversations.

#include <fmt/core.h>

#include "kernels/raft_replication.hpp"

namespace coordbench::testing::raft_replication {

inline std::string entries_in_words(const raft::Message& message) {
  if (message.kind == raft::Message::Kind::append_no_op) return "no-op";
  if (message.count == 1) return fmt::format("operation {}", message.first);
  return fmt::format("operations {}-{}", message.first, message.first + message.count - 1);
}

/// Of a round: a number or, with leases, a time.
inline std::uint64_t stamp(const raft::Message& message) {
  return static_cast<std::uint64_t>(message.index_term) << 32U | message.index;
}

inline std::string describe(const raft::Message& message) {
  using Kind = raft::Message::Kind;
  const auto& [first, count, kind, term, index, index_term, entries_term, commit] = message;
  switch (kind) {
    case Kind::request:
      return fmt::format("please do operation {}", first);
    case Kind::reply:
      if (count > 0) return fmt::format("operation {} is done: {}", first, index);
      return fmt::format("ask {}, who leads", index);
    case Kind::no_more:
      return "no more for now";
    case Kind::read:
      return fmt::format("please read, operation {}", first);
    case Kind::value:
      if (index_term == 0) return fmt::format("operation {} reads that nobody has written", first);
      return fmt::format("operation {} reads what operation {} wrote", first, index_term - 1);
    case Kind::append:
      if (count == 0)
        return fmt::format("term {}: still here, last {} of term {}; committed {}", term, index, index_term, commit);
      [[fallthrough]];
    case Kind::append_no_op:
      return fmt::format("term {}: append {} of term {} behind {} of term {}; committed {}", term, entries_in_words(message),
                         entries_term, index, index_term, commit);
    case Kind::announce:
      return fmt::format("term {}: committed {}, if you have {} of term {}", term, commit, index, index_term);
    case Kind::accepted:
      return fmt::format("term {}: I have all up to {}", term, index);
    case Kind::confirm:
      return fmt::format("term {}: do you follow me? round {}", term, stamp(message));
    case Kind::confirmed:
      return fmt::format("term {}: I followed you in round {}", term, stamp(message));
    case Kind::rejected:
      return fmt::format("term {}: not behind {}; try {}, my term there is {}", term, commit, index, index_term);
    case Kind::pre_vote:
      return fmt::format("would you vote for me in term {}? my last is {} of term {}", term, index, index_term);
    case Kind::pre_vote_granted:
      return fmt::format("I would, in term {}", term);
    case Kind::pre_vote_denied:
      return fmt::format("term {}: I would not", term);
    case Kind::vote:
      return fmt::format("vote for me in term {}; my last is {} of term {}", term, index, index_term);
    case Kind::vote_granted:
      return fmt::format("term {}: my vote is yours", term);
    case Kind::vote_denied:
      return fmt::format("term {}: no", term);
    case Kind::snapshot:
      return fmt::format("term {}: part {} of the state after {} of term {}", term, entries_term, index, index_term);
  }
  return "";
}

}  // namespace coordbench::testing::raft_replication
