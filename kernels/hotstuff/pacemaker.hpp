#pragma once
// Which round a server is in, and when it wants the next. A server whose time-out expires tells everyone which round it wants;
// it joins f + 1 who want a later one, and enters a round that N - f want, that f + 1 are in, or in which something was
// certified. So all correct servers are in a round together, and no f faulty ones can drive them on. Source: Yin et al., PODC
// 2019, 4.4 and 7.3 leave the pacemaker open; Bravo, Chockler, Gotsman, "Making Byzantine consensus live", DISC 2020 (wishes);
// Castro, Liskov, OSDI 1999, 4.5.2 (growing time-outs).

#include <algorithm>
#include <functional>

#include "kernels/hotstuff/setting.hpp"

namespace coordbench::hotstuff {

class Pacemaker {
 public:
  Pacemaker(const Setting& setting, Rank self)
      : setting_(setting),
        self_(self),
        timeout_(setting.timeout),
        told_(static_cast<std::size_t>(setting.servers)),
        sorted_(told_.size()) {}

  [[nodiscard]] std::uint32_t round() const { return round_; }
  [[nodiscard]] std::uint32_t wish() const { return wish_; }
  [[nodiscard]] Rank leader() const { return setting_.leader_of(round_); }
  [[nodiscard]] bool leads() const { return leader() == self_; }
  [[nodiscard]] Time alarm() const { return alarm_; }

  /// Something was certified there.
  void enter(std::uint32_t round) {
    if (round <= round_) return;
    round_ = round;
    wish_ = std::max(wish_, round);
    alarm_ = kNever;
  }
  /// What a server wants and where it is. True if enough want a later round than this server does, which then joins them.
  [[gnu::noinline, gnu::cold]] bool note(Rank from, std::uint32_t wish, std::uint32_t round) {
    Told& told = told_[static_cast<std::size_t>(from)];
    told.wish = std::max(told.wish, wish);
    told.round = std::max(told.round, round);
    const std::uint32_t before = wish_;
    wish_ = std::max(wish_, greatest_of(setting_.faults + 1, &Told::wish, wish_));
    enter(std::max(greatest_of(setting_.quorum, &Told::wish, wish_), greatest_of(setting_.faults + 1, &Told::round, round_)));
    return wish_ > before;
  }

  /// Called after every step: the time-out runs while something is pending, and begins anew with every block that is executed
  /// in its turn. `idle`: when to look again while nothing is.
  void watch(Time now, bool is_pending, bool has_progressed, Time idle) {
    if (timeout_ == 0) return;
    if (has_progressed) failures_ = 0;
    if (!is_pending) {
      is_running_ = false;
      alarm_ = idle;
    } else if (!std::exchange(is_running_, true) || has_progressed || alarm_ == kNever) {
      alarm_ = now + interval();
    }
  }
  [[gnu::noinline, gnu::cold]] void time_out(Time now) {
    wish_ = std::max(wish_, round_ + 1);
    ++failures_;
    alarm_ = now + interval();
  }
  /// Whether the alarm is a time-out.
  [[nodiscard]] bool is_running() const { return is_running_; }

  void restart() {
    for (Told& told : told_) told = {};
    is_running_ = false;
    alarm_ = kNever;
  }

 private:
  struct Told {
    std::uint32_t wish = 0, round = 0;
  };
  /// What at least so many servers have, this one with its own.
  std::uint32_t greatest_of(int count, std::uint32_t Told::*what, std::uint32_t own) {
    for (std::size_t rank = 0; rank < told_.size(); ++rank) sorted_[rank] = told_[rank].*what;
    sorted_[static_cast<std::size_t>(self_)] = own;
    const auto place = sorted_.begin() + (count - 1);
    std::nth_element(sorted_.begin(), place, sorted_.end(), std::greater<>());
    return *place;
  }
  [[nodiscard]] Time interval() const { return timeout_ << std::min(failures_, 8); }

  Setting setting_;
  Rank self_;
  Time timeout_, alarm_ = kNever;
  std::uint32_t round_ = 0, wish_ = 0;
  int failures_ = 0;
  bool is_running_ = false;
  std::vector<Told> told_;             ///< [server]
  std::vector<std::uint32_t> sorted_;  ///< scratch
};

}  // namespace coordbench::hotstuff
