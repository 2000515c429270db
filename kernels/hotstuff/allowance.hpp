#pragma once
// How much others are told because they ask. Answers to one that does not receive, or asks faster than it receives, pile up
// here, so each has an allowance, which is renewed in a tick of this server: there is none while messages wait to leave.

#include "kernels/hotstuff/setting.hpp"

namespace coordbench::hotstuff {

class Allowance {
 public:
  explicit Allowance(const Setting& setting)
      : pause_(std::max<Time>(1, setting.timeout / 4)),
        many_(static_cast<int>(setting.chain_capacity())),
        told_(static_cast<std::size_t>(setting.servers + setting.clients)) {}

  /// When it is to be renewed: soon after something was taken from it.
  [[nodiscard]] Time alarm() const { return alarm_; }
  void renew() {
    std::fill(told_.begin(), told_.end(), Told());
    alarm_ = kNever;
  }

  /// An answer of this kind, with a payload that is made for it: one.
  [[nodiscard]] bool takes(Rank to, Kind kind, Time now) {
    std::uint32_t& kinds = told_[static_cast<std::size_t>(to)].kinds;
    const std::uint32_t bit = 1U << static_cast<std::uint32_t>(kind);
    if ((kinds & bit) != 0) return false;
    kinds |= bit;
    set_alarm(now);
    return true;
  }
  /// One without: as many as a server needs that lacks all blocks of the chain, and asks for one behind the other. A client
  /// has fewer operations open than that.
  [[nodiscard]] bool takes_one_of_many(Rank to, Time now) {
    int& count = told_[static_cast<std::size_t>(to)].count;
    if (count == many_) return false;
    ++count;
    set_alarm(now);
    return true;
  }

 private:
  struct Told {
    std::uint32_t kinds = 0;  ///< a bit for each
    int count = 0;
  };
  void set_alarm(Time now) { alarm_ = std::min(alarm_, now + pause_); }

  Time pause_, alarm_ = kNever;
  int many_;
  std::vector<Told> told_;  ///< [rank]
};

}  // namespace coordbench::hotstuff
