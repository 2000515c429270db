#pragma once
// What the user asked for so far, and what a copy of the text shows.

#include <algorithm>
#include <vector>

#include "kernels/sequence_crdt.hpp"
#include "tests/safety/common/asked.hpp"

namespace coordbench::testing::sequence_crdt {

using Step = coordbench::testing::Step<SequenceCrdt>;
using Kind = SequenceCrdt::Kind;
using common::Asked;
using Shown = std::vector<Operation>;  ///< whose characters can be seen, in their order

inline Rank editor_of(const Shape& shape, Operation operation) { return proposer_of<SequenceCrdt>(shape, operation); }
inline std::uint32_t number_of(const Shape& shape, Operation operation) {
  return static_cast<std::uint32_t>(common::number_of<SequenceCrdt>(shape, operation));
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

/// How many edits of an editor's are in a copy.
inline std::int64_t updates_of(const SequenceCrdt& machine, Rank editor) { return machine.edits(editor); }

}  // namespace coordbench::testing::sequence_crdt
