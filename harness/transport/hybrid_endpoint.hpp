#pragma once
// A collective's messages, over an endpoint that is chosen per pair: one for near ranks, one for far ranks. Each counts the
// messages that it sends.

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "harness/case.hpp"
#include "harness/transport/hybrid_transport.hpp"

namespace coordbench {

/// Near must keep Far's messages moving while it waits.
template <class Near, class Far>
class HybridEndpoint {
 public:
  /// `make_near()` and `make_far()` return the endpoints, each for `posted_max` open requests; together they may have no more.
  template <class MakeNear, class MakeFar>
  HybridEndpoint(NearRanks near_ranks, std::size_t posted_max, MakeNear make_near, MakeFar make_far)
      : near_(make_near()), far_(make_far()), is_near_(std::move(near_ranks)), posted_(posted_max) {}
  HybridEndpoint(const HybridEndpoint&) = delete;
  HybridEndpoint& operator=(const HybridEndpoint&) = delete;

  [[nodiscard]] Rank rank() const { return near_.rank(); }
  [[nodiscard]] int ranks() const { return near_.ranks(); }
  [[nodiscard]] Traffic traffic() const { return near_.traffic() + far_.traffic(); }

  /// Returns when the bytes may be overwritten; the receiver may not have them yet.
  void send(Rank to, std::span<const std::byte> bytes) {
    if (is_near(to)) return near_.send(to, bytes);
    far_.send(to, bytes);
  }
  /// Returns when exactly `bytes.size()` bytes of `from`'s next message are here.
  void receive(Rank from, std::span<std::byte> bytes) {
    if (is_near(from)) return near_.receive(from, bytes);
    far_.receive(from, bytes);
  }
  /// Sends and receives at once, so that a ring of exchanges cannot deadlock.
  void exchange(Rank to, std::span<const std::byte> out, Rank from, std::span<std::byte> in) {
    if (is_near(to) && is_near(from)) return near_.exchange(to, out, from, in);
    if (is_near(to)) return exchange_across(near_, to, out, far_, from, in);
    if (is_near(from)) return exchange_across(far_, to, out, near_, from, in);
    far_.exchange(to, out, from, in);
  }

  /// Starts a send or a receive that `wait_oldest` or `wait_all` completes, in the order of posting, whichever way it goes.
  /// Throws std::length_error above the declared number of open requests.
  void post_send(Rank to, std::span<const std::byte> bytes) {
    if (note(to)) return near_.post_send(to, bytes);
    far_.post_send(to, bytes);
  }
  void post_receive(Rank from, std::span<std::byte> bytes) {
    if (note(from)) return near_.post_receive(from, bytes);
    far_.post_receive(from, bytes);
  }
  /// Each way completes its own in their order, so the order of the ways is all there is to keep.
  void wait_oldest() {
    if (posted_[first_++ % posted_.size()]) return near_.wait_oldest();
    far_.wait_oldest();
  }
  void wait_all() {
    while (first_ != last_) wait_oldest();
  }

  /// Flow control of a stream: counted as control traffic, never as the kernel's.
  void send_credit(Rank to) {
    if (is_near(to)) return near_.send_credit(to);
    far_.send_credit(to);
  }
  void receive_credit(Rank from) {
    if (is_near(from)) return near_.receive_credit(from);
    far_.receive_credit(from);
  }
  [[nodiscard]] std::int64_t credits_sent() const { return near_.credits_sent() + far_.credits_sent(); }

  /// After a case that did not end: nothing arrives from afar any more.
  void withdraw() { far_.withdraw(); }

 private:
  [[nodiscard]] bool is_near(Rank rank) const { return is_near_[static_cast<std::size_t>(rank)] != 0; }

  template <class Outward, class Inward>
  static void exchange_across(Outward& outward, Rank to, std::span<const std::byte> out, Inward& inward, Rank from,
                              std::span<std::byte> in) {
    auto sending = outward.begin_send(to, out);
    auto receiving = inward.begin_receive(from, in);
    inward.finish(receiving);
    outward.finish(sending);
  }

  /// Notes whether the request that is posted next goes to a near peer.
  bool note(Rank peer) {
    if (last_ - first_ == posted_.size()) throw std::length_error("endpoint: more open requests than the kernel declared");
    return (posted_[last_++ % posted_.size()] = is_near(peer)) != 0;
  }

  Near near_;
  Far far_;
  NearRanks is_near_;
  std::vector<std::uint8_t> posted_;  ///< a ring: 1 for a near peer
  std::size_t first_ = 0, last_ = 0;
};

}  // namespace coordbench
