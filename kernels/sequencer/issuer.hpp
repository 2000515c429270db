#pragma once
// What only the sequencer of a shard knows: which requests it has accepted, which of them wait for a number, and how far every
// rank has got. A number is given only while it is fewer than `keep` ahead of the rank that lags most, so nobody's buffers and
// no history need be longer; until then a request waits, and so does its sender.

#include <algorithm>
#include <vector>

#include "kernels/sequencer/setting.hpp"

namespace coordbench::sequencer {

class Issuer {
 public:
  struct Request {
    std::uint32_t operation = 0;
    bool is_own = false;  ///< the sequencer's own, whose payload nobody else has
    Payload payload{};
  };

  Issuer(const Setting& setting, const Shape& shape, Rank self)
      : accepted_(shape, setting.senders),
        waiting_(std::bit_ceil(setting.open)),
        delivered_(static_cast<std::size_t>(setting.ranks), 0),
        keep_(setting.keep) {
    delivered_[static_cast<std::size_t>(self)] = kAll;  // it delivers what it orders
    note_slowest();
  }

  /// Accepts an operation once. A sender begins an operation when the one a window before it has been delivered there, so a
  /// slot that holds a later operation says that this one is a late copy.
  bool accept(std::uint32_t operation) {
    std::uint32_t& end = accepted_[operation];
    if (end > operation) return false;
    end = operation + 1;
    return true;
  }

  [[nodiscard]] bool may_issue(std::uint32_t number) const { return number < slowest_ + keep_; }
  void wait(Request request) { waiting_[last_++ & (waiting_.size() - 1)] = std::move(request); }
  [[nodiscard]] bool has_waiting() const { return first_ != last_; }
  Request take_waiting() { return std::move(waiting_[first_++ & (waiting_.size() - 1)]); }

  /// A rank has delivered everything below `number`.
  void note(Rank rank, std::uint32_t number) {
    std::uint64_t& delivered = delivered_[static_cast<std::size_t>(rank)];
    if (number <= delivered) return;
    const bool was_slowest = delivered == slowest_;
    delivered = number;
    if (was_slowest && --slowest_ranks_ == 0) note_slowest();
  }
  [[nodiscard]] std::uint64_t delivered_at(Rank rank) const { return delivered_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] std::uint64_t delivered_everywhere() const { return slowest_; }

  /// Called every time-out: how many numbers had been given at the call before the last.
  std::uint32_t look(std::uint32_t issued) { return std::exchange(before_last_, std::exchange(last_look_, issued)); }

 private:
  static constexpr std::uint64_t kAll = UINT32_MAX;

  void note_slowest() {
    slowest_ = *std::min_element(delivered_.begin(), delivered_.end());
    slowest_ranks_ = std::count(delivered_.begin(), delivered_.end(), slowest_);
  }

  Window<std::uint32_t> accepted_;  ///< one more than the last accepted operation of a slot
  std::vector<Request> waiting_;    ///< a ring
  std::size_t first_ = 0, last_ = 0;
  std::vector<std::uint64_t> delivered_;  ///< [rank]: how many numbers, as far as is known here
  std::uint64_t slowest_ = 0;             ///< the least of them
  std::int64_t slowest_ranks_ = 0;        ///< how many ranks have delivered just as many
  std::uint32_t keep_, last_look_ = 0, before_last_ = 0;
};

}  // namespace coordbench::sequencer
