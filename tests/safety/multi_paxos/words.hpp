#pragma once
// The messages of Multi-Paxos in words, for conversations.

#include <fmt/core.h>

#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

inline std::string slots_in_words(const paxos::Message& message) {
  const std::string where = message.slots == 1 ? fmt::format("slot {}", message.index)
                                               : fmt::format("slots {}-{}", message.index, message.index + message.slots - 1);
  if (message.kind == paxos::Message::Kind::accept_no_op) return fmt::format("no-op for {}", where);
  if (message.slots == 1) return fmt::format("operation {} for {}", message.first, where);
  return fmt::format("operations {}-{} for {}", message.first, message.first + message.count - 1, where);
}

inline std::string describe(const paxos::Message& message) {
  const auto& [first, count, kind, ballot, index, slots, value_ballot, up_to] = message;
  switch (kind) {
    case Kind::request:
      return fmt::format("please do operation {}", first);
    case Kind::reply:
      if (count > 0) return fmt::format("operation {} is done: {}", first, index);
      return fmt::format("ask {}, who leads", index);
    case Kind::no_more:
      return "no more for now";
    case Kind::accept:
    case Kind::accept_no_op:
      return fmt::format("ballot {}: accept {}; chosen up to {}", ballot, slots_in_words(message), up_to);
    case Kind::announce:
      return fmt::format("ballot {}: chosen up to {}", ballot, up_to);
    case Kind::heartbeat:
      return fmt::format("ballot {}: still here, I have sent up to {}; chosen up to {}", ballot, index, up_to);
    case Kind::accepted:
      if (slots == 0) return fmt::format("ballot {}: I have all up to {}", ballot, up_to);
      return fmt::format("ballot {}: accepted {} from {}, I have all up to {}", ballot, slots, index, up_to);
    case Kind::missing:
      return fmt::format("ballot {}: I have all up to {} only", ballot, up_to);
    case Kind::refused:
      return fmt::format("no, I have promised ballot {}", ballot);
    case Kind::prepare:
      return fmt::format("prepare ballot {} for all behind slot {}", ballot, index);
    case Kind::promised_value:
      return fmt::format("ballot {}: slot {} has operation {}, accepted in ballot {}", ballot, index,
                         static_cast<std::int32_t>(first), value_ballot);
    case Kind::promise:
      return fmt::format("ballot {}: I promise, and have accepted {} values behind slot {}", ballot, slots, index);
    case Kind::snapshot:
      return fmt::format("ballot {}: part {} of the state after slot {}", ballot, slots, index);
  }
  return "";
}

}  // namespace coordbench::testing::multi_paxos
