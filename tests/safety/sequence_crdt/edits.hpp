#pragma once
// What the user asked for so far, and what a copy of the text shows.

#include <algorithm>
#include <vector>

#include "kernels/sequence_crdt.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::sequence_crdt {

using Step = coordbench::testing::Step<SequenceCrdt>;
using Kind = SequenceCrdt::Kind;
using Shown = std::vector<Operation>;  ///< whose characters can be seen, in their order

inline Rank editor_of(const Shape& shape, Operation operation) { return proposer_of<SequenceCrdt>(shape, operation); }
inline std::uint32_t number_of(const Shape& shape, Operation operation) {
  return static_cast<std::uint32_t>(operation / proposers_of<SequenceCrdt>(shape)) + 1;
}
inline Shown shown_by(const SequenceCrdt& machine) {
  Shown shown;
  for (const auto& it : machine.text().characters())
    if (it.deleted == 0) shown.push_back(it.operation);
  return shown;
}
inline bool is_edit(const SequenceCrdt::Message& message) {
  return message.kind == Kind::insertion || message.kind == Kind::deletion;
}
/// Whether a step can have changed the text of its rank.
inline bool is_about_the_text(const Step& step) {
  return step.cause != Cause::tick && (step.message == nullptr || step.message->kind != Kind::acknowledgement);
}

/// [rank]: how many edits it was asked for.
class Asked {
 public:
  explicit Asked(const Schedule& schedule) : asked_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}
  void follow(const Step& step) {
    if (step.cause == Cause::propose) ++asked_[static_cast<std::size_t>(step.rank)];
  }
  [[nodiscard]] std::uint32_t at(Rank rank) const { return asked_[static_cast<std::size_t>(rank)]; }

 private:
  std::vector<std::uint32_t> asked_;
};

}  // namespace coordbench::testing::sequence_crdt
