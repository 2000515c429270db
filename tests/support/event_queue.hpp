#pragma once
// Events in the order of their time and, at one time, of their coming. A calendar of one list per nanosecond for what is near
// (Brown, CACM 31(10) 1988), a heap for what is far: near events cost no comparison, and no event costs an allocation of its
// own.

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "harness/description.hpp"

namespace coordbench::testing {

template <class Event>
class EventQueue {
 public:
  EventQueue() { first_.fill(kNone); }

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] bool empty() const { return near_days_ == 0 && far_.empty(); }
  /// The time of the next event, kNever if there is none.
  [[nodiscard]] Time next_at() const {
    if (near_days_ != 0) return now_ + static_cast<Time>((next_day() - day_of(now_)) % kDays);
    return far_.empty() ? kNever : far_.front().at;
  }

  /// `at` must not lie in the past.
  void push(Time at, Event&& event) {
    const std::uint32_t index = store(std::move(event));
    if (at - now_ < static_cast<Time>(kDays)) [[likely]]
      return enter(at, index);
    far_.push_back({at, order_++, index});
    std::push_heap(far_.begin(), far_.end(), std::greater<>());
  }

  /// Takes the next event and makes its time the present; there must be one.
  Event pop() {
    advance_to(next_at());
    const std::size_t day = day_of(now_);
    const std::uint32_t index = first_[day];
    first_[day] = pool_[index].next;
    if (first_[day] == kNone) strike(day);
    pool_[index].next = std::exchange(free_, index);
    return std::move(pool_[index].event);
  }

  /// No event may lie before `now`.
  void advance_to(Time now) {
    now_ = now;
    while (!far_.empty() && far_.front().at - now_ < static_cast<Time>(kDays)) {
      std::pop_heap(far_.begin(), far_.end(), std::greater<>());
      enter(far_.back().at, far_.back().index);
      far_.pop_back();
    }
  }

 private:
  static constexpr std::size_t kDays = 4096;  ///< 64 words of 64 days, so that one word says which words hold anything
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Slot {
    Event event;
    std::uint32_t next;
  };
  struct Far {
    Time at;
    std::uint64_t order;
    std::uint32_t index;
    friend bool operator>(const Far& a, const Far& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  static std::size_t day_of(Time at) { return static_cast<std::size_t>(at) % kDays; }

  std::uint32_t store(Event&& event) {
    if (free_ == kNone) {
      pool_.push_back({std::move(event), kNone});
      return static_cast<std::uint32_t>(pool_.size() - 1);
    }
    const std::uint32_t index = std::exchange(free_, pool_[free_].next);
    pool_[index].event = std::move(event);
    return index;
  }

  void enter(Time at, std::uint32_t index) {
    const std::size_t day = day_of(at);
    pool_[index].next = kNone;
    if (first_[day] == kNone) {
      first_[day] = index;
      days_[day / 64] |= std::uint64_t{1} << (day % 64);
      near_days_ |= std::uint64_t{1} << (day / 64);
    } else {
      pool_[last_[day]].next = index;
    }
    last_[day] = index;
  }
  void strike(std::size_t day) {
    days_[day / 64] &= ~(std::uint64_t{1} << (day % 64));
    if (days_[day / 64] == 0) near_days_ &= ~(std::uint64_t{1} << (day / 64));
  }

  /// The first day from today on that holds an event, around the end of the calendar; there must be one.
  [[nodiscard]] std::size_t next_day() const {
    const std::size_t today = day_of(now_), word = today / 64;
    if (const std::uint64_t rest = days_[word] & (~std::uint64_t{0} << (today % 64))) return first_bit(word, rest);
    const std::uint64_t later = word == 63 ? 0 : near_days_ & (~std::uint64_t{0} << (word + 1));
    const auto next = static_cast<std::size_t>(std::countr_zero(later != 0 ? later : near_days_));
    return first_bit(next, days_[next]);
  }
  static std::size_t first_bit(std::size_t word, std::uint64_t bits) {
    return 64 * word + static_cast<std::size_t>(std::countr_zero(bits));
  }

  Time now_ = 0;
  std::uint64_t order_ = 0;
  std::vector<Slot> pool_;
  std::uint32_t free_ = kNone;
  std::array<std::uint32_t, kDays> first_, last_{};
  std::array<std::uint64_t, 64> days_{};
  std::uint64_t near_days_ = 0;  ///< which words of days_ are not zero
  std::vector<Far> far_;
};

}  // namespace coordbench::testing
