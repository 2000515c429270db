#pragma once
// For replicas that note how many of their updates each peer has acknowledged: nobody stops sending what its receiver lacks.

#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::common {

/// `updates_of(machine, replica)` is how many of a replica's updates a machine has.
template <class P, auto updates_of>
struct Believed {
  static constexpr std::string_view sentence = "Acknowledgement: a peer has in its state what it is believed to have";
  explicit Believed(const Schedule& schedule) : proposers_(proposers_of<P>(schedule.shape)) {}

  bool holds(const Step<P>& step, const auto& world) const {
    for (Rank peer = 0; peer < world.size() && step.rank < proposers_; ++peer)
      if (peer != step.rank &&
          world.machine(step.rank).outstanding().acknowledged(peer) > updates_of(world.machine(peer), step.rank))
        return false;
    return true;
  }

 private:
  Rank proposers_;
};

}  // namespace coordbench::testing::common
