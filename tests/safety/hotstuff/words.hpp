#pragma once
// The messages of HotStuff in words, for conversations.

#include <fmt/core.h>

#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

inline std::string describe(const parts::Message& message) {
  const std::string view = fmt::format("view {}.{}", message.round, message.step);
  const std::string what = message.count > 0 ? fmt::format("operation {} in block {}", message.first, message.height)
                                             : fmt::format("block {}", message.height);
  switch (message.kind) {
    case Kind::request:
      return fmt::format("please do operation {}", message.first);
    case Kind::reply:
      return fmt::format("operation {} is done: {}", message.first, message.value);
    case Kind::propose:
      return fmt::format("{}: I propose {}{}", view, what, message.count > 0 ? "" : " again");
    case Kind::pre_commit:
      return fmt::format("{}: block {} is prepared", view, message.height);
    case Kind::commit:
      return fmt::format("{}: block {} is pre-committed", view, message.height);
    case Kind::decide:
      return fmt::format("{}: block {} is committed", view, message.height);
    case Kind::vote:
      return fmt::format("{}: I vote for block {}", view, message.height);
    case Kind::vote_pre_commit:
      return fmt::format("{}: I vote to pre-commit block {}", view, message.height);
    case Kind::vote_commit:
      return fmt::format("{}: I vote to commit block {}", view, message.height);
    case Kind::new_view:
      return fmt::format("{}: I am ready, and know that block {} is certified", view, message.height);
    case Kind::wish:
      return fmt::format("I want round {}, am in {}, have executed {}", message.round, message.value, message.height);
    case Kind::status:
      return fmt::format("I have executed {}{}", message.height, message.step > 0 ? "; and you?" : "");
    case Kind::decided:
      return fmt::format("I have executed {}, and this shows what is decided", message.height);
    case Kind::fetch:
      return fmt::format("please give me block {}, or the state before it", message.height);
    case Kind::block:
      return fmt::format("here is block {}", message.height);
    case Kind::snapshot:
      return fmt::format("here is the state after block {}", message.height);
  }
  return "";
}

}  // namespace coordbench::testing::hotstuff
