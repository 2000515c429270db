#pragma once
// What one rank knows of its transactions. All of it is written before the message that tells of it leaves (the forced log
// records of Mohan, Lindsay, Obermarck, ACM TODS 11(4) 1986, section 2), so it survives a crash.

#include "kernels/commit/commitment.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench::commit {

/// `Entry` is one rank's view of one transaction: at least its `operation`, `outcome`, `alarm` and `payload`. A transaction's
/// slot is used again by a later one.
template <class Entry>
struct LogOf : Window<Entry> {
  LogOf(const Shape& shape, Rank self_)
      : Window<Entry>(shape, 1), self(self_), timeout(shape["timeout_us"] * 1000), replicate(shape["replicate"]) {}

  void set_alarm(Entry& entry, Time now) const {
    if (timeout > 0) entry.alarm = now + timeout;
  }
  [[nodiscard]] Time earliest_alarm() const {
    Time earliest = kNever;
    for (const Entry& entry : *this) earliest = std::min(earliest, entry.alarm);
    return earliest;
  }
  [[nodiscard]] Answer answer(Operation k) const {
    const Entry& entry = (*this)[k];
    return entry.operation == k ? Answer{entry.outcome, entry.payload} : Answer{};
  }

  Rank self;
  Time timeout;
  std::int64_t replicate;
};

}  // namespace coordbench::commit
