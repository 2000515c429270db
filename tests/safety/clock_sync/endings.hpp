#pragma once
// When a rank says that it is synchronised, when it sends again, and that both come to an end.

#include "tests/safety/clock_sync/exchanges.hpp"
#include "tests/safety/common/rest.hpp"

namespace coordbench::testing::clock_sync {

template <class P>
struct Knowledge {
  static constexpr std::string_view sentence =
      "Knowledge: a rank is synchronised once, in the step in which it has begun and the last clock becomes known";
  explicit Knowledge(const Schedule& schedule)
      : exchanges_(schedule), ended_(static_cast<std::size_t>(schedule.shape.ranks), -1) {}

  bool holds(const Step<P>& step, const auto& world) {
    exchanges_.follow(step, world);
    const Operation begun = exchanges_.begun(step.rank);
    Operation& ended = ended_[static_cast<std::size_t>(step.rank)];
    if (!exchanges_.is_complete(step.rank) || ended >= begun) return step.reached.empty();
    ended = begun;
    return step.reached.size() == 1 && step.reached[0].operation == begun;
  }

 private:
  Exchanges<P> exchanges_;
  std::vector<Operation> ended_;  ///< [rank]
};

/// By each rank's own clock.
template <class P>
struct Patience {
  static constexpr std::string_view sentence =
      "Patience: a probe is sent again no sooner than a time-out after it was sent last; while one is open, and not for long "
      "after, an alarm is set";
  explicit Patience(const Schedule& schedule)
      : timeout_(1000 * schedule.shape["resend_us"]),
        exchanges_(schedule),
        alarms_(static_cast<std::size_t>(schedule.shape.ranks), kNever),
        sent_(alarms_.size(), std::vector<Time>(alarms_.size(), 0)) {}

  bool holds(const Step<P>& step, const auto& world) {
    exchanges_.follow(step, world);
    const auto rank = static_cast<std::size_t>(step.rank);
    const Time now = world.clock(step.rank), alarm = world.machine(step.rank).deadline();
    const bool rings = step.cause == Cause::tick && alarms_[rank] <= now;
    alarms_[rank] = alarm;
    for (const auto& sent : step.sent) {
      Time& last = sent_[rank][static_cast<std::size_t>(sent.to)];
      if (step.cause == Cause::tick && (!rings || last + timeout_ > now)) return false;
      last = now;
    }
    if (timeout_ == 0) return alarm == kNever;
    if (is_any_open(step.rank)) return alarm <= now + timeout_ && (!rings || alarm > now);
    return !rings || alarm == kNever;
  }

 private:
  [[nodiscard]] bool is_any_open(Rank rank) const {
    for (Rank other = 0; other < probed_by<P>(rank); ++other)
      if (exchanges_.open_probe(rank, other) > 0) return true;
    return false;
  }

  Time timeout_;
  Exchanges<P> exchanges_;
  std::vector<Time> alarms_;             ///< [rank]
  std::vector<std::vector<Time>> sent_;  ///< [rank][other]: when it last sent to the other
};

/// A rank that is down when an operation begins takes no part in it, and one that forgets no longer does.
template <class P>
struct Termination {
  static constexpr std::string_view sentence =
      "Termination: once failures are repaired, or if nothing was lost, an operation that began at every rank ends at every "
      "one";
  explicit Termination(const Schedule& schedule)
      : shape_(schedule.shape), begun_(static_cast<std::size_t>(schedule.operations), 0) {}

  bool holds(const Step<P>& step, const auto& /*world*/) {
    if (step.cause == Cause::begin) ++begun_[static_cast<std::size_t>(step.operation)];
    return true;
  }
  bool holds_at_end(const auto& world) const {
    if (world.happened().amnesias > 0 || (shape_["resend_us"] == 0 && !common::has_lost_nothing(world.happened()))) return true;
    for (std::size_t k = 0; k < begun_.size(); ++k)
      if (begun_[k] == shape_.ranks && !world.has_ended(static_cast<Operation>(k))) return false;
    return true;
  }

 private:
  Shape shape_;
  std::vector<int> begun_;  ///< [operation]: ranks
};

}  // namespace coordbench::testing::clock_sync
