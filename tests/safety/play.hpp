#pragma once
// The user of a schedule: asks for operations as the window admits them, and tells of rounds, until the end.

#include <algorithm>
#include <vector>

#include "tests/safety/schedule.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing {

template <class Safety, class World>
class User {
 public:
  using P = typename Safety::Protocol;

  User(World& world, const Schedule& schedule)
      : world_(world), schedule_(schedule), random_(schedule.faults.seed + 1), lanes_(lanes_of(schedule.shape)) {
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
      lanes_[lane].oldest = lanes_[lane].next = static_cast<Operation>(lane);
  }

  /// Looks once; whether there was anything to say.
  bool look() {
    bool asked = false, waiting = false;
    const std::size_t first = lanes_.size() > 1 ? random_.below(lanes_.size()) : 0;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      Lane& lane = lanes_[(first + i) % lanes_.size()];
      while (lane.oldest < lane.next && is_over(lane)) lane.oldest += stride();
      asked |= ask(lane);
      waiting |= lane.oldest < lane.next;
    }
    const bool more = tell_of_round();
    if constexpr (HasFlush<P>)
      if (waiting && (!asked || random_.below(2) == 0)) world_.flush();
    return asked || more;
  }
  [[nodiscard]] bool is_done() const {
    return std::all_of(lanes_.begin(), lanes_.end(), [this](const Lane& lane) { return lane.oldest >= schedule_.operations; });
  }

 private:
  /// One proposer's operations: [oldest, next) are open.
  struct Lane {
    Operation oldest = 0, next = 0;
    Time asked_at = 0;  ///< the last one
  };
  /// Where nobody can know that an operation is over, the user waits as long as the harness would, and for what is under way.
  [[nodiscard]] bool is_over(const Lane& lane) const {
    const Silence silence = silence_of<P>(schedule_.shape);
    return world_.has_ended(lane.oldest) ||
           (silence.first > 0 && world_.now() - lane.asked_at > silence.first + silence.again + 100 * kHop);
  }
  static std::size_t lanes_of(const Shape& shape) {
    return begins_everywhere<P>(shape) ? 1 : static_cast<std::size_t>(proposers_of<P>(shape));
  }
  [[nodiscard]] Operation stride() const { return static_cast<Operation>(lanes_.size()); }

  /// As many as the window admits, or fewer.
  bool ask(Lane& lane) {
    bool asked = false;
    while (lane.next < schedule_.operations && (lane.next - lane.oldest) / stride() < schedule_.shape.in_flight) {
      if (asked && random_.below(4) == 0) break;
      if (!begin(lane.next)) break;
      lane.next += stride();
      lane.asked_at = world_.now();
      round_ = 0;
      asked = true;
    }
    return asked;
  }
  bool begin(Operation operation) {
    const Rank proposer = IsAsked<P> ? proposer_now(operation) : 0;
    if (IsAsked<P> && (proposer < 0 || !world_.listens(proposer))) return false;
    if (begins_everywhere<P>(schedule_.shape)) {
      if constexpr (BeginsEverywhere<P>) world_.begin_everywhere(operation);
    } else if constexpr (IsAsked<P>) {
      world_.propose(operation, proposer);
    }
    return true;
  }
  bool tell_of_round() {
    if constexpr (HasRounds<P>) {
      if (runs_in_rounds<P>(schedule_.shape) && lanes_.front().oldest < lanes_.front().next)
        return world_.round(lanes_.front().oldest, ++round_), true;
    }
    return false;
  }
  [[nodiscard]] Rank proposer_now(Operation operation) const {
    if constexpr (requires { Safety::proposer(world_, operation); })
      return Safety::proposer(world_, operation);
    else
      return proposer_of<P>(schedule_.shape, operation);
  }

  World& world_;
  const Schedule& schedule_;
  Random random_;
  std::vector<Lane> lanes_;
  int round_ = 0;
};

/// To the end of the schedule, or to when nobody has anything left to do.
template <class Safety, class World>
void play(World& world, const Schedule& schedule) {
  User<Safety, World> user(world, schedule);
  for (Time at = 0; at < schedule.ends_at_ns && !user.is_done(); at += schedule.think_ns) {
    world.run_until(at);
    if (!user.look() && world.next_at() == kNever) break;
  }
  const auto is_at_rest = [&] {
    if constexpr (requires { Safety::is_at_rest(world, schedule); })
      return user.is_done() && world.now() >= schedule.faults.heals_at_ns && Safety::is_at_rest(world, schedule);
    else if constexpr (requires { Safety::is_at_rest(world); })
      return user.is_done() && world.now() >= schedule.faults.heals_at_ns && Safety::is_at_rest(world);
    else
      return false;
  };
  while (world.next_at() <= schedule.ends_at_ns && !is_at_rest() && world.step()) continue;
}

}  // namespace coordbench::testing
