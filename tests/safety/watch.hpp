#pragma once
// The observer that holds a run against the invariants of its protocol, after every event.

#include <optional>
#include <stdexcept>
#include <string_view>
#include <tuple>

#include "tests/safety/schedule.hpp"
#include "tests/support/history.hpp"

namespace coordbench::testing {

/// What ends a run: an invariant no longer holds.
struct Violation : std::runtime_error {
  explicit Violation(std::string_view broken) : std::runtime_error(std::string(broken)), sentence(broken) {}
  std::string_view sentence;
};

template <class Safety>
class Watch {
 public:
  static constexpr bool watches = true;
  using P = typename Safety::Protocol;
  using Judges = Safety;  ///< says whether a world faces traitors

  explicit Watch(const Schedule& schedule, bool record)
      : invariants_(made_of(schedule, static_cast<typename Safety::Invariants*>(nullptr))) {
    if (record) history_.emplace();
  }

  /// Throws Violation for the first invariant, in the order of their list, that no longer holds. What a traitor does binds
  /// nobody: only an invariant with `static constexpr bool sees_traitors = true` is told of it.
  template <class World>
  void saw(const Step<P>& step, const World& world) {
    if (history_) history_->saw(step, world);
    std::apply([&](auto&... invariant) { (demand(invariant, step, world), ...); }, invariants_);
  }
  /// The same once a schedule is over.
  template <class World>
  void finished(const World& world) {
    std::apply([&](auto&... invariant) { (demand_at_end(invariant, world), ...); }, invariants_);
  }
  [[nodiscard]] const std::optional<History<P>>& history() const { return history_; }

 private:
  template <class... Invariant>
  static std::tuple<Invariant...> made_of(const Schedule& schedule, std::tuple<Invariant...>* /*type*/) {
    return {Invariant(schedule)...};
  }
  template <class Invariant, class World>
  static void demand(Invariant& invariant, const Step<P>& step, const World& world) {
    if constexpr (requires { invariant.holds(step, world); }) {
      if constexpr (World::faces_traitors && !requires { Invariant::sees_traitors; })
        if (!world.is_correct(step.rank)) return;
      if (!invariant.holds(step, world)) throw Violation(Invariant::sentence);
    }
  }
  template <class Invariant, class World>
  static void demand_at_end(Invariant& invariant, const World& world) {
    static_assert(
        requires(const Step<P>& step) { invariant.holds(step, world); } || requires { invariant.holds_at_end(world); });
    if constexpr (requires { invariant.holds_at_end(world); })
      if (!invariant.holds_at_end(world)) throw Violation(Invariant::sentence);
  }

  typename Safety::Invariants invariants_;
  std::optional<History<P>> history_;
};

}  // namespace coordbench::testing
