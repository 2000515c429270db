#pragma once
// Which of its own updates a replica must send again, and to whom, where each update is acknowledged by itself. A replica
// numbers its updates 0, 1, … in the order in which it tells its peers of them. It tells of update u only once every peer has
// acknowledged all updates up to u - keep. So the list is bounded, and a receiver of u knows that u - keep came before.
// One alarm serves all: what had been told when it was set has had the whole time-out when it rings.

#include <bit>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

class Unacknowledged {
 public:
  using Number = std::uint32_t;

  /// `timeout` in ns.
  Unacknowledged(int ranks, Rank self, std::int64_t keep, Time timeout)
      : ranks_(ranks),
        self_(self),
        keep_(static_cast<Number>(keep)),
        mask_(std::bit_ceil(keep_) - 1),
        timeout_(timeout),
        missing_(mask_ + 1),
        is_acknowledged_((mask_ + 1) * static_cast<std::size_t>(ranks)) {}

  /// Whether the next update may be told.
  [[nodiscard]] bool has_room() const { return next_ - oldest_ < keep_; }
  /// The next update has been sent to every peer.
  void told(Time now) {
    missing_[slot(next_)] = ranks_ - 1;
    std::fill_n(is_acknowledged_.begin() + static_cast<std::ptrdiff_t>(place(next_, 0)), ranks_, false);
    ++next_;
    if (due_ == kNever) set_alarm(now + timeout_);
  }
  /// An acknowledgement may come twice and late.
  void acknowledge(Rank peer, Number update) {
    if (update - oldest_ >= next_ - oldest_ || is_acknowledged(peer, update)) return;
    is_acknowledged_[place(update, peer)] = true;
    --missing_[slot(update)];
    while (oldest_ != next_ && missing_[slot(oldest_)] == 0) ++oldest_;
  }

  /// When `send_again` wants to be called; kNever while nothing is unacknowledged.
  [[nodiscard]] Time deadline() const { return due_; }
  /// Calls send(peer, update) for what a peer has not acknowledged a time-out after it was told.
  template <class Send>
  void send_again(Time now, Send&& send) {
    for (Number update = oldest_; update < awaited_; ++update)
      for (Rank peer = 0; peer < ranks_; ++peer)
        if (peer != self_ && !is_acknowledged(peer, update)) send(peer, update);
    set_alarm(oldest_ == next_ ? kNever : now + timeout_);
  }

 private:
  [[nodiscard]] std::size_t slot(Number update) const { return update & mask_; }
  [[nodiscard]] std::size_t place(Number update, Rank peer) const {
    return slot(update) * static_cast<std::size_t>(ranks_) + static_cast<std::size_t>(peer);
  }
  [[nodiscard]] bool is_acknowledged(Rank peer, Number update) const { return is_acknowledged_[place(update, peer)]; }
  void set_alarm(Time due) {
    due_ = due;
    awaited_ = next_;
  }

  int ranks_;
  Rank self_;
  Number keep_, mask_;
  Time timeout_, due_ = kNever;
  Number oldest_ = 0;                  ///< that somebody has not acknowledged
  Number next_ = 0;                    ///< to be told
  Number awaited_ = 0;                 ///< those before it are due when the alarm rings
  std::vector<int> missing_;           ///< [slot]: acknowledgements
  std::vector<bool> is_acknowledged_;  ///< [slot, peer]
};

}  // namespace coordbench::crdt
