#pragma once
// The user of a schedule: asks for operations as the window admits them, and tells of rounds, until the end.

#include "tests/safety/schedule.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing {

template <class Safety, class World>
class User {
 public:
  using P = typename Safety::Protocol;

  User(World& world, const Schedule& schedule) : world_(world), schedule_(schedule), random_(schedule.faults.seed + 1) {}

  /// Looks once; whether there was anything to say.
  bool look() {
    while (oldest_ < world_.proposed() && world_.has_ended(oldest_)) ++oldest_;
    const bool asked = ask(), more = tell_of_round();
    if constexpr (HasFlush<P>)
      if (is_waiting() && (!asked || random_.below(2) == 0)) world_.flush();
    return asked || more;
  }
  [[nodiscard]] bool is_done() const { return oldest_ == schedule_.operations; }

 private:
  [[nodiscard]] bool is_waiting() const { return oldest_ < world_.proposed(); }

  /// As many as the window admits, or fewer.
  bool ask() {
    bool asked = false;
    while (world_.proposed() < schedule_.operations && world_.proposed() - oldest_ < schedule_.shape.in_flight) {
      const Rank proposer = proposer_now();
      if (proposer < 0 || !world_.listens(proposer) || (asked && random_.below(4) == 0)) break;
      round_ = 0;
      world_.propose(world_.proposed(), proposer);
      asked = true;
    }
    return asked;
  }
  bool tell_of_round() {
    if constexpr (HasRounds<P>) {
      if (is_waiting()) return world_.round(oldest_, ++round_), true;
    }
    return false;
  }
  [[nodiscard]] Rank proposer_now() const {
    if constexpr (requires { Safety::proposer(world_); })
      return Safety::proposer(world_);
    else
      return proposer_of<P>(schedule_.shape);
  }

  World& world_;
  const Schedule& schedule_;
  Random random_;
  Operation oldest_ = 0;
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
    if constexpr (requires { Safety::is_at_rest(world); })
      return user.is_done() && world.now() >= schedule.faults.heals_at_ns && Safety::is_at_rest(world);
    else
      return false;
  };
  while (world.next_at() <= schedule.ends_at_ns && !is_at_rest() && world.step()) continue;
}

}  // namespace coordbench::testing
