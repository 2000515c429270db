#pragma once
// A simulated world of a protocol whose every event is held against the protocol's invariants, for stories and exact costs.

#include <gtest/gtest.h>

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
