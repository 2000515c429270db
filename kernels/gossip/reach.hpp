#pragma once
// How many ranks a rumour reaches if each calls once, as soon as it is informed: the exact distribution.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/gossip/choose.hpp"

namespace coordbench::gossip {

/// Callers are taken one after the other; in which order does not matter, because each draws its partners by itself. Before
/// the j-th call, k ranks are informed: a Markov chain over k, which ends when all that are informed have called, at j = k.
/// A call finds a hypergeometric number of ranks that are not informed. Computed in O(N² fanout).
class Reach {
 public:
  /// `fanout` is below `ranks`.
  Reach(int ranks, int fanout) : probability_(index(ranks) + 1, 0.0), ranks_(ranks), fanout_(fanout), log_choose_(ranks) {
    std::vector<double> informed(index(ranks) + 1, 0.0);
    informed[1] = 1;
    for (int called = 1; called <= ranks; ++called) informed = after_a_call(informed, called);
  }

  /// [k]: the probability that k ranks are informed in the end.
  [[nodiscard]] const std::vector<double>& distribution() const { return probability_; }
  /// Their expectation.
  [[nodiscard]] double informed() const {
    double sum = 0;
    for (std::size_t k = 0; k < probability_.size(); ++k) sum += static_cast<double>(k) * probability_[k];
    return sum;
  }

 private:
  /// Of those that have not ended; after the `called`-th call.
  std::vector<double> after_a_call(const std::vector<double>& before, int called) {
    std::vector<double> after(before.size(), 0.0);
    for (int known = called; known <= ranks_; ++known)
      for (int more = 0; before[index(known)] > 0 && more <= std::min(fanout_, ranks_ - known); ++more)
        after[index(known + more)] += before[index(known)] * finds(more, known);
    probability_[index(called)] = after[index(called)];
    after[index(called)] = 0;
    return after;
  }
  /// The probability that a call by one of `known` finds `more` others: hypergeometric.
  [[nodiscard]] double finds(int more, int known) const {
    const int fresh = ranks_ - known, others = known - 1;
    if (fanout_ - more > others) return 0;
    return std::exp(log_choose_(fresh, more) + log_choose_(others, fanout_ - more) - log_choose_(ranks_ - 1, fanout_));
  }
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  std::vector<double> probability_;
  int ranks_, fanout_;
  LogChoose log_choose_;
};

}  // namespace coordbench::gossip
