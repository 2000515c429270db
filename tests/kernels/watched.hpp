#pragma once
// A simulated world of a protocol whose every event is held against the protocol's invariants, for stories and exact costs.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/safety/watch.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {

/// It remembers everything; a violation is an exception with its sentence.
template <class Safety>
class Watched : public Cluster<typename Safety::Protocol, Watch<Safety>> {
 public:
  using P = typename Safety::Protocol;

  explicit Watched(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster<P, Watch<Safety>>(shape, faults, operations,
                                  Watch<Safety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}

  [[nodiscard]] const History<P>& history() const { return *this->observer().history(); }
  [[nodiscard]] std::string conversation() const { return history().conversation(Safety::describe); }
  /// Messages that carry operations.
  [[nodiscard]] std::int64_t counted() const { return this->traffic().messages_sent - this->traffic().background_messages; }
  /// Those that carry this operation.
  [[nodiscard]] std::int64_t messages_of(Operation k) const {
    const auto& sent = history().sent;
    return std::count_if(sent.begin(), sent.end(),
                         [k](const auto& it) { return it.message.first == k && it.message.count > 0; });
  }
  /// Of the operation's first mark that came.
  [[nodiscard]] int depth_of(Operation k) const {
    for (const auto& it : history().reached)
      if (it.operation == k) return it.depth;
    return -1;
  }
  static constexpr Operation kUnanswered = -4;
  /// Whose value the operation read; Answer::nothing for a write that has ended.
  [[nodiscard]] Operation value_of(Operation k) const {
    for (const auto& it : history().answered)
      if (it.operation == k) return it.of;
    return kUnanswered;
  }
  /// Operation 0 is asked for, and whatever goes from one rank to another before `mended_at` is lost.
  void propose_without(Rank from, Rank to, Time mended_at = 500) {
    this->cut(from, to);
    this->propose(0);
    this->run_until(mended_at);
    this->mend();
    this->run();
    expect_end();
  }
  void expect_end() { EXPECT_NO_THROW(this->observer().finished(*this)) << conversation(); }
};

}  // namespace coordbench::testing
