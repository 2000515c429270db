#pragma once
// The service that excludes servers which have crashed: reliable, and outside the protocol. It makes a new configuration some
// time after a server went down, and tells every member of it, in the order of the epochs.

#include <vector>

#include "harness/description.hpp"

namespace coordbench::testing {

class Configurations {
 public:
  Configurations(int servers, int members) : servers_(servers), told_(static_cast<std::size_t>(members), 0) {}

  /// Makes the configuration without `rank`. False, and no new one, for a client, for the last server that takes part, and for
  /// one that is excluded already.
  bool exclude(Rank rank) {
    Configuration next = newest();
    if (rank >= servers_ || next.is_down(rank)) return false;
    next.down |= std::uint64_t{1} << static_cast<unsigned>(rank);
    ++next.epoch;
    if (next.down == (std::uint64_t{1} << static_cast<unsigned>(servers_)) - 1) return false;
    made_.push_back(next);
    return true;
  }
  [[nodiscard]] const Configuration& newest() const { return made_.back(); }
  [[nodiscard]] const Configuration& of(std::int64_t epoch) const { return made_[static_cast<std::size_t>(epoch)]; }

  /// Whether the member has yet to be told of an epoch; from now on it has been. A later one makes an earlier one void.
  bool tell(Rank member, std::int64_t epoch) {
    std::int64_t& told = told_[static_cast<std::size_t>(member)];
    if (epoch <= told) return false;
    told = epoch;
    return true;
  }
  /// The member has lost its memory.
  void forget(Rank member) { told_[static_cast<std::size_t>(member)] = 0; }

 private:
  int servers_;
  std::vector<Configuration> made_{Configuration{}};  ///< [epoch]
  std::vector<std::int64_t> told_;                    ///< [member]: the newest epoch that it knows of
};

}  // namespace coordbench::testing
