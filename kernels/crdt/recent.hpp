#pragma once
// Which updates have come, where each replica numbers its own 0, 1, … and tells of update u only once everyone has all updates
// up to u - keep (unacknowledged.hpp). So `keep` bits a replica suffice: what is older than the newest `keep` has come.

#include <bit>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

class Recent {
 public:
  using Number = std::uint32_t;

  Recent(int replicas, std::int64_t keep)
      : keep_(static_cast<Number>(keep)),
        mask_(std::bit_ceil(keep_) - 1),
        ends_(static_cast<std::size_t>(replicas), 0),
        has_come_(static_cast<std::size_t>(replicas) * (mask_ + 1), false) {}

  /// Notes that an update has come; false if it had come before.
  bool note(Rank replica, Number update) {
    Number& end = ends_[static_cast<std::size_t>(replica)];
    if (update < end && end - update > keep_) return false;
    if (update >= end) forget(replica, end, update);
    end = std::max(end, update + 1);
    const bool is_new = !has_come_[place(replica, update)];
    has_come_[place(replica, update)] = true;
    return is_new;
  }

 private:
  /// Of the slots of `first` to `last`, what was there before.
  void forget(Rank replica, Number first, Number last) {
    for (Number left = std::min(last - first, mask_) + 1; left > 0; --left, ++first) has_come_[place(replica, first)] = false;
  }
  [[nodiscard]] std::size_t place(Rank replica, Number update) const {
    return static_cast<std::size_t>(replica) * (mask_ + 1) + (update & mask_);
  }

  Number keep_, mask_;
  std::vector<Number> ends_;    ///< [replica]: one above its newest update
  std::vector<bool> has_come_;  ///< [replica, update mod the length]
};

}  // namespace coordbench::crdt
