#pragma once
// The newest events of a replica's own, by their number: those that may have to be sent again, and those that wait.

#include <bit>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

struct Event {
  Payload payload{};
  std::uint64_t growth = 0;  ///< of the fold
};

class OwnEvents {
 public:
  /// Room for `least`, rounded up.
  explicit OwnEvents(std::int64_t least) : events_(room(least)) {}
  static std::size_t room(std::int64_t least) { return std::bit_ceil(static_cast<std::size_t>(least)); }

  [[nodiscard]] Event& operator[](std::uint32_t number) { return events_[number & (events_.size() - 1)]; }
  [[nodiscard]] const Event& operator[](std::uint32_t number) const { return events_[number & (events_.size() - 1)]; }

 private:
  std::vector<Event> events_;  ///< [number mod the length]
};

}  // namespace coordbench::crdt
