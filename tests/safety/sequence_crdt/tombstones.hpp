#pragma once
// What was deleted: it stays away, and is remembered neither too short nor too long.

#include <map>
#include <utility>

#include "tests/safety/sequence_crdt/edits.hpp"

namespace coordbench::testing::sequence_crdt {

struct NoResurrection {
  static constexpr std::string_view sentence = "No resurrection: who knows that a character was taken shows it no more";
  explicit NoResurrection(const Schedule& schedule)
      : ranks_(static_cast<std::size_t>(schedule.shape.ranks)),
        takes_(static_cast<std::size_t>(schedule.operations), -1),
        is_gone_(takes_.size() * ranks_, false) {}

  bool holds(const Step& step, const auto& world) {
    for (const auto& sent : step.sent) note(step.rank, sent.message);
    for (const auto& reached : step.reached) {
      const Operation taken = takes_[static_cast<std::size_t>(reached.operation)];
      if (reached.mark == SequenceCrdt::known && taken >= 0) is_gone_[index(taken, step.rank)] = true;
    }
    if (!is_about_the_text(step)) return true;
    const Shown shown = shown_by(world.machine(step.rank));
    return std::none_of(shown.begin(), shown.end(), [&](Operation it) { return is_gone_[index(it, step.rank)]; });
  }

 private:
  [[nodiscard]] std::size_t index(Operation operation, Rank rank) const {
    return static_cast<std::size_t>(operation) * ranks_ + static_cast<std::size_t>(rank);
  }
  void note(Rank editor, const SequenceCrdt::Message& message) {
    if (!is_edit(message) || message.count == 0) return;
    if (message.kind == Kind::insertion) inserted_[{message.clock, editor}] = message.first;
    const auto taken = inserted_.find({message.taken.clock, static_cast<Rank>(message.taken.replica)});
    if (taken != inserted_.end()) takes_[message.first] = taken->second;
  }

  std::size_t ranks_;
  std::vector<Operation> takes_;  ///< [operation]: whose character it takes, or -1
  std::vector<bool> is_gone_;     ///< [operation, rank]: the rank knows that its character was taken
  std::map<std::pair<std::uint32_t, Rank>, Operation> inserted_{};
};

struct Forgetting {
  static constexpr std::string_view sentence =
      "Forgetting: a tombstone is forgotten when every editor has hidden the character, and within 6 keep clocks from then";
  explicit Forgetting(const Schedule& schedule) : shape_(schedule.shape), had_(static_cast<std::size_t>(shape_.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    if (!is_about_the_text(step)) return true;
    const SequenceCrdt& machine = world.machine(step.rank);
    std::vector<Operation>& had = had_[static_cast<std::size_t>(step.rank)];
    std::vector<Operation> has;
    for (const auto& it : machine.text().characters()) {
      has.push_back(it.operation);
      if (it.deleted > 0 && it.deleted + 6 * shape_["keep"] < machine.stability().everywhere()) return false;
    }
    std::sort(has.begin(), has.end());
    std::vector<Operation> forgotten;
    std::set_difference(had.begin(), had.end(), has.begin(), has.end(), std::back_inserter(forgotten));
    had = std::move(has);
    return std::all_of(forgotten.begin(), forgotten.end(), [&](Operation it) { return is_hidden(it, world); });
  }

 private:
  /// At every editor that has not forgotten it too; nobody else names it.
  [[nodiscard]] bool is_hidden(Operation operation, const auto& world) const {
    for (Rank editor = 0; editor < proposers_of<SequenceCrdt>(shape_); ++editor) {
      const SequenceCrdt& machine = world.machine(editor);
      if (machine.text().shows(static_cast<std::uint32_t>(operation)) ||
          machine.edits(editor_of(shape_, operation)) < number_of(shape_, operation))
        return false;
    }
    return true;
  }

  Shape shape_;
  std::vector<std::vector<Operation>> had_;  ///< [rank]: whose characters, hidden ones included, ascending
};

struct Lead {
  static constexpr std::string_view sentence =
      "Lead: nobody is told of an edit that is more than keep clocks ahead of any rank, or 2 keep of what is known everywhere";
  explicit Lead(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const Step& step, const auto& world) const {
    const auto keep = static_cast<std::uint32_t>(shape_["keep"]);
    for (const auto& sent : step.sent)
      for (Rank rank = 0; is_edit(sent.message) && rank < world.size(); ++rank)
        if (sent.message.clock > world.machine(rank).stability().seen() + keep) return false;
    const auto& stability = world.machine(step.rank).stability();
    return stability.clock() <= stability.everywhere() + 2 * keep;
  }

 private:
  Shape shape_;
};

}  // namespace coordbench::testing::sequence_crdt
