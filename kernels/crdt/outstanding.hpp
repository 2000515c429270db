#pragma once
// Which of its own updates a replica must send again, and when: for replicas that send every update to all others and number
// them from 1, so that one number a peer says what it has acknowledged. One alarm serves all peers: what had been sent when it
// was set has had the whole time-out when it rings.
// Source: Almeida, Shoker, Baquero, J. Parallel Distrib. Comput. 111, 2018, algorithm 2 (the acknowledgement map A).

#include "harness/protocol.hpp"

namespace coordbench::crdt {

class Outstanding {
 public:
  /// Stands for a number of updates where a crash took the number: nothing is known of what the peer has.
  static constexpr std::int64_t forgotten = -1;

  /// `timeout` in ns.
  Outstanding(int ranks, Rank self, Time timeout)
      : self_(self), timeout_(timeout), acknowledged_(static_cast<std::size_t>(ranks), 0) {}

  /// Everyone has been sent the first `updates`.
  void sent(std::int64_t updates, Time now) {
    sent_ = updates;
    if (due_ == kNever) set_alarm(now + timeout_);
  }
  /// Acknowledgements may come twice, and in any order.
  void acknowledge(Rank peer, std::int64_t updates) {
    std::int64_t& acknowledged = acknowledged_[static_cast<std::size_t>(peer)];
    acknowledged = std::max(acknowledged, updates);
  }

  /// When `send_again` wants to be called; kNever while nothing is outstanding.
  [[nodiscard]] Time deadline() const { return due_; }
  /// Calls send(peer, acknowledged) for each peer that has not acknowledged what was sent a time-out ago.
  template <class Send>
  void send_again(Time now, Send&& send) {
    bool all_acknowledged = true;
    for (Rank peer = 0; peer < static_cast<Rank>(acknowledged_.size()); ++peer) {
      if (peer == self_) continue;
      if (acknowledged(peer) < awaited_) send(peer, acknowledged(peer));
      all_acknowledged &= acknowledged(peer) >= sent_;
    }
    set_alarm(all_acknowledged ? kNever : now + timeout_);
  }
  /// A crash took the acknowledgements: all is outstanding, at once.
  void forget(Time now) {
    std::fill(acknowledged_.begin(), acknowledged_.end(), forgotten);
    set_alarm(sent_ > 0 ? now : kNever);
  }

  [[nodiscard]] std::int64_t acknowledged(Rank peer) const { return acknowledged_[static_cast<std::size_t>(peer)]; }

 private:
  void set_alarm(Time due) {
    due_ = due;
    awaited_ = sent_;
  }

  Rank self_;
  Time timeout_, due_ = kNever;
  std::int64_t sent_ = 0;                   ///< of this replica's updates, to everyone
  std::int64_t awaited_ = 0;                ///< of those, the ones that are due when the alarm rings
  std::vector<std::int64_t> acknowledged_;  ///< [peer]: so many updates, or `forgotten`
};

}  // namespace coordbench::crdt
