#pragma once
// Takes a node's marks and answers over real transports: stamps into the recorder, answers into the check.

#include <cstdint>
#include <utility>
#include <vector>

#include "harness/measure/recorder.hpp"
#include "harness/protocol_traits.hpp"

namespace coordbench {

template <Protocol P>
class Witness {
 public:
  static constexpr int kLast = static_cast<int>(P::marks.size()) - 1;

  /// `streams`: operations overlap, and answers are checked by a sample as they come.
  Witness(Recorder& recorder, const Shape& shape, bool streams) : recorder_(recorder), shape_(shape), streams_(streams) {
    unchecked_.reserve(kUnchecked);
  }
  void reached(Operation operation, int mark, Time at, int depth) {
    recorder_.mark(operation, mark, at, depth);
    if (mark == kLast) ++ended_;
  }
  void answered(Operation operation, Answer answer) {
    if (streams_ || unchecked_.size() == kUnchecked) return check(operation, answer);
    unchecked_.push_back({operation, std::move(answer)});
  }
  /// Between operations: checks, in full, what was answered since.
  void check_answers() {
    for (const auto& [operation, answer] : unchecked_) check(operation, answer);
    unchecked_.clear();
  }
  /// How many operations have reached their last mark on this rank.
  [[nodiscard]] std::int64_t ended() const { return ended_; }

 private:
  static constexpr std::size_t kUnchecked = 8;  ///< operations do not overlap where answers wait

  void check(Operation operation, const Answer& answer) {
    recorder_.checked();
    const Operation of = answer.operation_of(operation);
    if constexpr (HasKinds<P>) recorder_.answered_with(operation, of);
    if constexpr (MeasuresItself<P>) recorder_.measured(operation, answer.outcome);
    if (!accepts<P>(shape_, operation, answer) || !is_payload_of(of, answer.payload)) [[unlikely]]
      recorder_.wrong(operation);
  }
  /// The bytes that were proposed with that operation; none where it is no operation.
  [[nodiscard]] bool is_payload_of(Operation of, const Payload& payload) const {
    if (of < 0) return payload.size() == 0;
    return payload.size() == static_cast<std::size_t>(shape_.payload_bytes) &&
           Pattern::of(shape_.seed, of, 0).matches(payload.bytes(), streams_ ? Effort::sampled : Effort::full);
  }

  Recorder& recorder_;
  const Shape& shape_;
  bool streams_;
  std::int64_t ended_ = 0;
  std::vector<std::pair<Operation, Answer>> unchecked_;
};

}  // namespace coordbench
