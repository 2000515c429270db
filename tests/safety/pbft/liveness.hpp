#pragma once
// Castro, Liskov, TOCS 20(4) 2002, 3.2, 4.5: once messages arrive in time, clients get their answers.

#include "tests/safety/common/termination.hpp"
#include "tests/safety/pbft/replicas.hpp"

namespace coordbench::testing::pbft {

/// The others do not wait for a replica with a link that never heals; nothing else is claimed of that replica. An answer needs
/// f + 1 replicas. If some of these are traitors, at most f correct ones know the decision, and f cannot convince the others.
/// The others learn it with the next operations, or the next checkpoint.
struct Liveness : common::Termination {
  static constexpr std::string_view sentence =
      "Liveness: once what heals has healed, every operation is answered, and without traitors every replica carries it out";
  explicit Liveness(const Schedule& schedule) : Termination(schedule), faults_(schedule.faults) {}

  bool holds_at_end(const auto& world) const {
    if (world.shape().clients == 0 && (faults_.is_hurt_for_ever(0) || !world.is_correct(0))) return true;
    if (!Termination::holds_at_end(world)) return false;
    if (faults_.traitors.count() > 0) return true;
    for (Rank rank = 0; rank < world.shape().ranks; ++rank)
      if (!faults_.is_hurt_for_ever(rank) && world.is_correct(rank) &&
          world.machine(rank).replica().service.state().count() != world.proposed())
        return false;
    return true;
  }

 private:
  Faults faults_;
};

}  // namespace coordbench::testing::pbft
