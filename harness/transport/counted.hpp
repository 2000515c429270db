#pragma once
// The one place where a protocol's messages and bytes are counted: everything that leaves or arrives passes here.

#include <span>
#include <stdexcept>
#include <utility>

#include "harness/case.hpp"
#include "harness/protocol_traits.hpp"

namespace coordbench {

template <class Transport>
class Counted {
 public:
  Counted(Transport& transport, Rank self, const ReachTable& reaches = {})
      : transport_(transport), self_(self), reaches_(reaches) {}

  /// Sends to another rank; throws std::logic_error for a send to itself, which would be no message at all.
  template <class M>
  void send(Rank to, const M& message, Depth depth, const Payload& payload) {
    count(to, message, payload.size());
    transport_.send(to, message, depth, payload);
  }

  /// The same with several payloads, one behind the other.
  template <class M>
  void send(Rank to, const M& message, Depth depth, std::span<const Payload> payloads) {
    std::size_t bytes = 0;
    for (const Payload& payload : payloads) bytes += payload.size();
    count(to, message, bytes);
    transport_.send(to, message, depth, payloads);
  }

  /// Hands at most one arrived message to `receive(from, message, depth, payload)`; false if there was none.
  template <class Receive>
  bool poll(Receive&& receive) {
    return transport_.poll([&](Rank from, const auto& message, Depth depth, const Payload& payload) {
      ++traffic_.messages_received;
      if (message.count == 0) ++traffic_.background_received;
      receive(from, message, depth, payload);
    });
  }

  [[nodiscard]] Time now() const { return transport_.now(); }
  /// Messages that cannot leave yet.
  [[nodiscard]] bool has_waiting() const { return transport_.has_waiting(); }
  /// Where payloads of the machine's own making lie.
  [[nodiscard]] PayloadArena& made() { return transport_.made(); }
  /// Where payloads of operations lie, in this rank's memory.
  [[nodiscard]] PayloadArena& own() { return transport_.own(); }
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

 private:
  template <class M>
  void count(Rank to, const M& message, std::size_t payload_bytes) {
    if (to == self_) [[unlikely]]
      throw std::logic_error("a protocol sent a message to its own rank");
    const Reach reach = reaches_.to(to);
    traffic_.sent(reach, sizeof message + sizeof(Depth) + payload_bytes);
    if (message.count == 0)
      ++traffic_.background_messages;
    else
      traffic_.messages_between_nodes += reach > Reach::node ? 1 : 0;
  }

  Transport& transport_;
  Rank self_;
  ReachTable reaches_;
  Traffic traffic_;
};

}  // namespace coordbench
