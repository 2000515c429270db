#pragma once
// What only the sequencer of a shard knows, in one epoch: which requests it has accepted, which of them wait for a number, and
// how far every rank has got. A number is given only while it is fewer than `keep` ahead of the rank that lags most, so
// nobody's buffers and no history need be longer; until then a request waits, and so does its sender.

#include <algorithm>
#include <vector>

#include "kernels/sequencer/order.hpp"
#include "kernels/sequencer/setting.hpp"

namespace coordbench::sequencer {

class Issuer {
 public:
  struct Request {
    std::uint32_t operation = 0;
    Rank from = 0;
    Payload payload{};
  };

  /// In the first epoch it is open at once; later it first collects how far every rank has got.
  Issuer(const Setting& setting, const Shape& shape, const Configuration& configuration)
      : accepted_(shape, static_cast<int>(setting.senders.by())),
        waiting_(std::bit_ceil(setting.open)),
        delivered_(static_cast<std::size_t>(setting.ranks), 0),
        has_told_(delivered_.size(), false),
        keep_(setting.keep),
        is_open_(configuration.epoch == 0) {
    for (Rank rank = 0; rank < setting.ranks; ++rank)
      if (configuration.is_down(rank))
        delivered_[static_cast<std::size_t>(rank)] = kAll, has_told_[static_cast<std::size_t>(rank)] = true;
    note_slowest();
  }

  // ---- a new epoch -------------------------------------------------------------------------------------------------------

  [[nodiscard]] bool is_open() const { return is_open_; }
  /// How far a rank had got when it was told of this epoch.
  void hear_state(Rank rank, std::uint32_t number) {
    note(rank, number);
    has_told_[static_cast<std::size_t>(rank)] = true;
  }
  [[nodiscard]] bool has_heard_all() const { return std::find(has_told_.begin(), has_told_.end(), false) == has_told_.end(); }
  /// Of the ranks that take part the one that has delivered most.
  [[nodiscard]] Rank furthest() const {
    Rank furthest = 0;
    for (Rank rank = 0; rank < static_cast<Rank>(delivered_.size()); ++rank)
      if (delivered_at(rank) != kAll && (delivered_at(furthest) == kAll || delivered_at(rank) > delivered_at(furthest)))
        furthest = rank;
    return furthest;
  }
  /// Delivered operations are not ordered again.
  void open(const Order& order) {
    is_open_ = true;
    order.for_each_remembered(
        [this](std::uint32_t operation) { accepted_[operation] = std::max(accepted_[operation], operation + 1); });
  }

  // ---- requests and numbers ----------------------------------------------------------------------------------------------

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
  void note(Rank rank, std::uint64_t number) {
    std::uint64_t& delivered = delivered_[static_cast<std::size_t>(rank)];
    if (number <= delivered) return;
    const bool was_slowest = delivered == slowest_;
    delivered = number;
    if (was_slowest && --slowest_ranks_ == 0) note_slowest();
  }
  /// The sequencer itself delivers each operation that it orders.
  void note_own(Rank self) { note(self, kAll); }
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
  std::vector<bool> has_told_;            ///< [rank]: its state in this epoch
  std::uint32_t keep_, last_look_ = 0, before_last_ = 0;
  bool is_open_;
};

}  // namespace coordbench::sequencer
