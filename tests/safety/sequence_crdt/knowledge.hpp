#pragma once
// Which edits a copy has: those that were asked for, each once, and no mark without them.

#include "tests/safety/common/ledger.hpp"
#include "tests/safety/sequence_crdt/edits.hpp"

namespace coordbench::testing::sequence_crdt {

struct NoInvention {
  static constexpr std::string_view sentence =
      "No invention: nobody knows more edits of an editor than it was asked for, nor ever fewer than before";
  explicit NoInvention(const Schedule& schedule)
      : editors_(proposers_of<SequenceCrdt>(schedule.shape)),
        asked_(schedule),
        edits_(static_cast<std::size_t>(schedule.shape.ranks),
               std::vector<std::uint32_t>(static_cast<std::size_t>(editors_), 0)) {}

  bool holds(const Step& step, const auto& world) {
    asked_.follow(step);
    for (Rank editor = 0; editor < editors_; ++editor) {
      const std::uint32_t now = world.machine(step.rank).edits(editor);
      const std::uint32_t before =
          std::exchange(edits_[static_cast<std::size_t>(step.rank)][static_cast<std::size_t>(editor)], now);
      if (now > asked_.at(editor) || now < before) return false;
    }
    return true;
  }

 private:
  Rank editors_;
  Asked asked_;
  std::vector<std::vector<std::uint32_t>> edits_;  ///< [rank, editor]: after its last step
};

struct Knowledge {
  static constexpr std::string_view sentence =
      "Knowledge: a rank knows an operation once, when it is in its text, and says so; an editor's own at once or after a wait";
  explicit Knowledge(const Schedule& schedule)
      : shape_(schedule.shape), reached_(schedule), due_(static_cast<std::size_t>(shape_.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const SequenceCrdt& machine = world.machine(step.rank);
    for (const auto& reached : step.reached) {
      const Rank editor = editor_of(shape_, reached.operation);
      const auto mark = static_cast<unsigned>(1U << static_cast<unsigned>(reached.mark));
      if ((reached_(reached.operation, step.rank) & mark) != 0 ||
          machine.edits(editor) < number_of(shape_, reached.operation) ||
          (reached.mark == SequenceCrdt::edited && step.rank != editor))
        return false;
      reached_(reached.operation, step.rank) |= mark;
      due_[static_cast<std::size_t>(step.rank)] += reached.mark == SequenceCrdt::known ? 1 : 0;
    }
    std::uint32_t edits = 0;
    for (Rank editor = 0; editor < proposers_of<SequenceCrdt>(shape_); ++editor) edits += machine.edits(editor);
    return edits == due_[static_cast<std::size_t>(step.rank)] &&
           std::all_of(step.answered.begin(), step.answered.end(), [](const auto& answer) { return answer.is_accepted; });
  }

 private:
  Shape shape_;
  common::Ledger<unsigned> reached_;  ///< a bit for each mark
  std::vector<std::uint32_t> due_;    ///< [rank]: operations that it knows
};

}  // namespace coordbench::testing::sequence_crdt
