#pragma once
// Two transports for protocols, picked per pair: one to the ranks that are near, one to those that are far.

#include <cstdint>
#include <span>
#include <vector>

#include "harness/protocol_traits.hpp"

namespace coordbench {

/// Which members of a case are near: [member], 1 or 0.
using NearRanks = std::vector<std::uint8_t>;

/// Both transports allocate from the near one's arenas, so a payload received on one can leave by the other without a copy.
template <class Near, class Far>
class HybridTransport {
 public:
  /// Compiled as one piece, every kernel would take half as long again to compile. Hops over a network hide the difference.
  static constexpr bool compiled_in_pieces = true;

  /// `make_near()` and `make_far(near)` return the transports. Nobody may send before all have been made.
  template <class MakeNear, class MakeFar>
  HybridTransport(NearRanks near_ranks, Rank self, MakeNear make_near, MakeFar make_far)
      : near_(make_near()), far_(make_far(near_)), is_near_(std::move(near_ranks)) {
    for (Rank rank = 0; rank < static_cast<Rank>(is_near_.size()); ++rank)
      if (rank != self) (is_near(rank) ? has_near_ : has_far_) = true;
  }
  HybridTransport(const HybridTransport&) = delete;
  HybridTransport& operator=(const HybridTransport&) = delete;

  [[nodiscard]] Time now() const { return near_.now(); }
  /// A lease to fill and propose; empty when all are taken, which is the caller's sign to poll first.
  [[nodiscard]] Payload allocate(std::size_t bytes) { return near_.allocate(bytes); }

  /// Where payloads of the machine's own making lie.
  [[nodiscard]] PayloadArena& made() { return near_.made(); }
  /// Where payloads of operations lie, in this rank's memory.
  [[nodiscard]] PayloadArena& own() { return near_.own(); }
  [[nodiscard]] bool has_waiting() const { return near_.has_waiting() || far_.has_waiting(); }

  /// Never blocks. Throws std::length_error above the declared backlog.
  template <class M>
  void send(Rank to, const M& message, Depth depth, const Payload& payload) {
    if (is_near(to)) return near_.send(to, message, depth, payload);
    far_.send(to, message, depth, payload);
  }
  /// Several payloads in one message.
  template <class M>
  void send(Rank to, const M& message, Depth depth, std::span<const Payload> payloads) {
    if (is_near(to)) return near_.send(to, message, depth, payloads);
    far_.send(to, message, depth, payloads);
  }

  /// Hands at most one arrived message to `receive(from, message, depth, payload)`; false if neither way had one. Who is near
  /// comes first, because a look there costs next to nothing, but not more than kNearInARow times.
  template <class Receive>
  bool poll(Receive&& receive) {
    bool near = near_in_a_row_ < kNearInARow;
    for (int asked = 0; asked < 2; ++asked, near = !near) {
      if (near) {
        if (!has_near_ || !near_.poll(receive)) continue;
        ++near_in_a_row_;
        return true;
      }
      near_in_a_row_ = 0;
      if (has_far_ && far_.poll(receive)) return true;
    }
    return false;
  }
  static constexpr unsigned kNearInARow = 8;

  /// After a case that did not end: nothing arrives from afar any more.
  void withdraw() { far_.withdraw(); }

 private:
  [[nodiscard]] bool is_near(Rank rank) const { return is_near_[static_cast<std::size_t>(rank)] != 0; }

  Near near_;
  Far far_;  // after the arenas that its leases are of
  NearRanks is_near_;
  bool has_near_ = false, has_far_ = false;
  unsigned near_in_a_row_ = 0;
};

}  // namespace coordbench
