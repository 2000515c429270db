#pragma once
// The messages of PBFT in words, for conversations.

#include <fmt/core.h>

#include "tests/safety/pbft/replicas.hpp"

namespace coordbench::testing::pbft {

inline std::string request_in_words(const machine::Message& message) {
  return message.size == 0 ? "the null request" : fmt::format("operation {}", message.first);
}

inline std::string describe(const machine::Message& message) {
  const auto& [first, count, kind, view, sequence, size, digest] = message;
  const std::string request = request_in_words(message);
  switch (kind) {
    case Kind::request:
      return fmt::format("please do operation {}", first);
    case Kind::reply:
      return fmt::format("operation {} is done: {}", first, sequence);
    case Kind::tentative_reply:
      return fmt::format("operation {} is done if view {} lasts: {}", first, view, sequence);
    case Kind::pre_prepare:
      return fmt::format("view {}: {} gets number {}", view, request, sequence);
    case Kind::prepare:
      return fmt::format("view {}: prepare {} as {}", view, sequence, request);
    case Kind::commit:
      return fmt::format("view {}: commit {} as {}", view, sequence, request);
    case Kind::checkpoint:
      return fmt::format("my state after {} is {:08x}", sequence, digest.words[0]);
    case Kind::status:
      return fmt::format("I am {} view {}, have executed up to {}, and {} is stable", first == 1 ? "in" : "on my way to", view,
                         sequence, size);
    case Kind::decided:
      return fmt::format("{} was {}", sequence, request);
    case Kind::ask_request:
      return fmt::format("who has {} of number {}?", request, sequence);
    case Kind::told_request:
      return fmt::format("here is {} of number {}", request, sequence);
    case Kind::ask_state:
      return fmt::format("who has the state after {}?", sequence);
    case Kind::state:
      return fmt::format("here is the state after {}", sequence);
    case Kind::view_change:
      return fmt::format("I move to view {}", view);
    case Kind::view_change_ack:
      return fmt::format("{} moves to view {}", first, view);
    case Kind::ask_view_change:
      return fmt::format("what did {} say when it moved to view {}?", first, view);
    case Kind::copy_view_change:
      return fmt::format("this is what {} said when it moved to view {}", first, view);
    case Kind::new_view:
      return fmt::format("view {} begins", view);
  }
  return "";
}

}  // namespace coordbench::testing::pbft
