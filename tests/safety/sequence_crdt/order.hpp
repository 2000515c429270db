#pragma once
// In which order characters stand.

#include "tests/safety/common/ledger.hpp"
#include "tests/safety/sequence_crdt/edits.hpp"

namespace coordbench::testing::sequence_crdt {

struct Order {
  static constexpr std::string_view sentence = "Order: two characters stand in the same order in every text that shows both";
  explicit Order(const Schedule& schedule)
      : operations_(static_cast<std::size_t>(schedule.operations)), is_before_(operations_ * operations_, false) {}

  bool holds(const Step& step, const auto& world) {
    if (!is_about_the_text(step)) return true;
    const Shown shown = shown_by(world.machine(step.rank));
    for (std::size_t i = 0; i < shown.size(); ++i)
      for (std::size_t j = i + 1; j < shown.size(); ++j) {
        if (is_before_[index(shown[j], shown[i])]) return false;
        is_before_[index(shown[i], shown[j])] = true;
      }
    return true;
  }

 private:
  [[nodiscard]] std::size_t index(Operation first, Operation second) const {
    return static_cast<std::size_t>(first) * operations_ + static_cast<std::size_t>(second);
  }

  std::size_t operations_;
  std::vector<bool> is_before_;  ///< [one, another]: seen in this order somewhere
};

struct Intention {
  static constexpr std::string_view sentence =
      "Intention: an edit inserts, or deletes, at its editor where it was drawn; a full text loses a character for each";
  explicit Intention(const Schedule& schedule) : shape_(schedule.shape), shown_(static_cast<std::size_t>(shape_.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    Shown& before = shown_[static_cast<std::size_t>(step.rank)];
    Shown now = shown_by(world.machine(step.rank));
    const bool edits = step.cause == Cause::propose && step.reached.size() == 2;  // both marks of this one
    const bool is_right = !edits || now == edited(before, step.operation);
    before = std::move(now);
    return is_right;
  }

 private:
  [[nodiscard]] Shown edited(Shown text, Operation operation) const {
    const bool inserts = SequenceCrdt::inserts(shape_.seed, operation);
    const auto length = static_cast<int>(text.size());
    if (!inserts && length == 0) return text;
    const int place = SequenceCrdt::place(shape_.seed, operation, inserts ? length + 1 : length);
    if (!inserts || length >= shape_["length"]) text.erase(text.begin() + std::min(place, length - 1));
    if (inserts) text.insert(text.begin() + std::min(place, static_cast<int>(text.size())), operation);
    return text;
  }

  Shape shape_;
  std::vector<Shown> shown_;  ///< [rank]: after its last step
};

struct NoCreation {
  static constexpr std::string_view sentence = "No creation: a text has one character of an insertion that was asked for";
  explicit NoCreation(const Schedule& schedule) : shape_(schedule.shape) {}

  bool holds(const Step& step, const auto& world) const {
    if (!is_about_the_text(step)) return true;
    const auto& characters = world.machine(step.rank).text().characters();
    std::vector<Operation> operations;
    for (const auto& it : characters) {
      const Rank editor = editor_of(shape_, it.operation);
      if (!world.was_proposed(it.operation) || !SequenceCrdt::inserts(shape_.seed, it.operation) ||
          it.id.replica != static_cast<std::uint32_t>(editor))
        return false;
      operations.push_back(it.operation);
    }
    std::sort(operations.begin(), operations.end());
    return std::adjacent_find(operations.begin(), operations.end()) == operations.end();
  }

 private:
  Shape shape_;
};

}  // namespace coordbench::testing::sequence_crdt
