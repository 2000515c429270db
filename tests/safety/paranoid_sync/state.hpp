#pragma once
// What a rank has: a change that was made, never an older one than before, and it says so once.

#include <algorithm>
#include <vector>

#include "kernels/paranoid_sync.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::paranoid_sync {

using Step = coordbench::testing::Step<ParanoidSync>;
using Kind = ParanoidSync::Kind;

/// [rank]: the version that it had after its last step.
class Versions {
 public:
  explicit Versions(const Schedule& schedule) : of_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}
  /// Returns the version of before the step.
  std::uint32_t follow(const Step& step, const auto& world) {
    return std::exchange(of_[static_cast<std::size_t>(step.rank)], world.machine(step.rank).version());
  }

 private:
  std::vector<std::uint32_t> of_;
};

struct NoCreation {
  static constexpr std::string_view sentence =
      "No creation: a rank has the state that the newest change left or an earlier one, byte by byte, and rank 0 the newest";
  explicit NoCreation(const Schedule& schedule) : shape_(schedule.shape), before_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const ParanoidSync& machine = world.machine(step.rank);
    if (step.cause == Cause::propose && ParanoidSync::kind(shape_, step.operation) == 1) newest_ = step.operation + 1;
    if (step.rank == 0 && machine.version() != newest_) return false;
    const bool is_new = before_.follow(step, world) != machine.version();
    return !is_new || (machine.version() <= newest_ && is_right(machine.version(), machine.value()));
  }

 private:
  [[nodiscard]] bool is_right(std::uint32_t version, const Payload& value) const {
    const Operation change = Operation{version} - 1;
    return ParanoidSync::kind(shape_, change) == 1 && static_cast<std::int64_t>(value.size()) == shape_.payload_bytes &&
           (value.size() == 0 || Pattern::of(shape_.seed, change, 0).matches(value.bytes()));
  }

  Shape shape_;
  Versions before_;
  std::int64_t newest_ = 0;
};

struct Monotone {
  static constexpr std::string_view sentence = "Monotone: a state is never replaced by an older one";
  explicit Monotone(const Schedule& schedule) : before_(schedule) {}

  bool holds(const Step& step, const auto& world) { return before_.follow(step, world) <= world.machine(step.rank).version(); }

 private:
  Versions before_;
};

struct Knowledge {
  static constexpr std::string_view sentence =
      "Knowledge: a rank other than 0 marks a change known in the step in which it gets it, and answers with it";
  explicit Knowledge(const Schedule& schedule) : before_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const std::uint32_t before = before_.follow(step, world), now = world.machine(step.rank).version();
    if (!std::all_of(step.answered.begin(), step.answered.end(),
                     [](const auto& it) { return it.is_accepted && it.has_payload && it.payload_is_right; }))
      return false;
    if (step.rank == 0) return true;
    const bool marks_it = step.reached.size() == 1 && step.reached[0].mark == ParanoidSync::known &&
                          step.reached[0].operation == Operation{now} - 1;
    return before == now ? step.reached.empty() : marks_it;
  }

 private:
  Versions before_;
};

}  // namespace coordbench::testing::paranoid_sync
