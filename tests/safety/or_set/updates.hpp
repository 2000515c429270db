#pragma once
// What the user asked for so far, and what the set should therefore hold, by the definition of an observed-remove set and not
// by the protocol's own lists.

#include "kernels/or_set.hpp"
#include "tests/safety/common/asked.hpp"

namespace coordbench::testing::or_set {

using Step = coordbench::testing::Step<OrSet>;
using common::Asked;
using crdt::Number;

/// How many updates of a replica's a machine has.
inline std::int64_t updates_of(const OrSet& machine, Rank replica) { return machine.set().known(replica); }

/// The replica of an operation and its number there, from 1.
inline Rank replica_of(const Shape& shape, Operation operation) { return proposer_of<OrSet>(shape, operation); }
inline Number number_of(const Shape& shape, Operation operation) {
  return static_cast<Number>(common::number_of<OrSet>(shape, operation));
}

/// An update takes the additions of its element that are live where it is asked for. An addition is live at a rank that knows
/// it and knows no update that took it, or took a later one of the same replica.
class Definition {
 public:
  explicit Definition(const Schedule& schedule)
      : shape_(schedule.shape), elements_(static_cast<std::size_t>(schedule.shape["elements"])) {}

  /// Call it with every step, in their order.
  void follow(const Step& step, const auto& world) {
    if (step.cause != Cause::propose) return;
    const std::vector<Number>& known = world.machine(step.rank).set().state().known;
    const std::uint32_t element = OrSet::element(shape_.seed, shape_["elements"], step.operation);
    Update update{replica_of(shape_, step.operation), number_of(shape_, step.operation),
                  OrSet::adds(shape_.seed, step.operation), std::vector<Number>(known.size(), 0)};
    for (const Update& other : elements_[element]) {
      Number& taken = update.taken[static_cast<std::size_t>(other.replica)];
      if (is_live(other, element, known)) taken = std::max(taken, other.number);
    }
    elements_[element].push_back(std::move(update));
  }
  /// Whether the element is in the set of a rank that knows so many updates of each replica.
  [[nodiscard]] bool contains(std::uint32_t element, const std::vector<Number>& known) const {
    for (const Update& update : elements_[element])
      if (is_live(update, element, known)) return true;
    return false;
  }
  /// Whether a dot is of an addition that is live there.
  [[nodiscard]] bool has(const crdt::Dot& dot, const std::vector<Number>& known) const {
    const std::vector<Update>& updates = elements_[dot.element];
    return std::any_of(updates.begin(), updates.end(), [&](const Update& update) {
      return update.replica == static_cast<Rank>(dot.replica) && update.number == dot.number &&
             is_live(update, dot.element, known);
    });
  }
  [[nodiscard]] std::uint32_t elements() const { return static_cast<std::uint32_t>(elements_.size()); }

 private:
  struct Update {
    Rank replica;
    Number number;
    bool adds;
    std::vector<Number> taken;  ///< [replica]: its additions of the element, up to this number
  };
  static bool is_known(const Update& update, const std::vector<Number>& known) {
    return update.number <= known[static_cast<std::size_t>(update.replica)];
  }
  [[nodiscard]] bool is_live(const Update& addition, std::uint32_t element, const std::vector<Number>& known) const {
    if (!addition.adds || !is_known(addition, known)) return false;
    for (const Update& update : elements_[element])
      if (is_known(update, known) && update.taken[static_cast<std::size_t>(addition.replica)] >= addition.number) return false;
    return true;
  }

  Shape shape_;
  std::vector<std::vector<Update>> elements_;  ///< [element]
};

/// Whether a step can have changed the set of its rank.
inline bool is_about_the_set(const Step& step) {
  return step.cause != Cause::tick && (step.message == nullptr || step.message->kind != OrSet::Kind::acknowledgement);
}

}  // namespace coordbench::testing::or_set
