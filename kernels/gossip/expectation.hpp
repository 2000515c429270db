#pragma once
// How many messages gossip sends until every rank is informed: the exact expectation, of a Markov chain over the number of
// informed ranks.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/gossip/choose.hpp"

namespace coordbench::gossip {

/// Who calls whom.
struct Calls {
  bool pushes = false;  ///< informed ranks call with the rumour
  bool pulls = false;   ///< uninformed ranks call and ask for it
};

/// Messages that a call counts for. By default the calls themselves count, and answers with the rumour.
struct Weights {
  double call = 1;
  double answer = 1;  ///< besides, of a call from a rank that is not informed to one that is
  double news = 0;    ///< besides, of a call from an informed rank to one that is not
};

/// In a round that begins with k of N informed, first the N - k others ask, each with the same chance of an answer, then the
/// k call, one after the other, each finding a hypergeometric number of ranks that are not informed. So what is still to come
/// is a function of two numbers: the ranks informed by now, and the calls of informed ranks that this round still owes. It is
/// computed from everybody informed backwards, in O(N² fanout).
class Expectation {
 public:
  /// `fanout` is below `ranks`.
  Expectation(int ranks, int fanout, Calls calls, Weights weights = {})
      : ranks_(ranks), fanout_(fanout), pushes_(calls.pushes), pulls_(calls.pulls), weights_(weights), log_choose_(ranks) {
    to_come_.assign(columns() * (index(ranks) + 1), 0.0);
    for (int known = ranks - 1; known > 0; --known) solve(known);
  }

  /// Calls, requests and replies, by their weights, from one informed rank to all.
  [[nodiscard]] double messages() const { return to_come(0, 1); }

 private:
  /// Fills in to_come(owed, known) for every `owed`. A round in which nobody new is informed leads back to its start, so the
  /// equation for owed = 0 has its unknown on both sides; the others are `stays`^owed times that unknown, and something known.
  void solve(int known) {
    const double stays = reaches(0, ranks_ - known);
    std::vector<double> known_part(columns(), 0.0);
    double all_stay = 1;
    for (int owed = 1; owed <= calls(known); ++owed) {
      known_part[index(owed)] = stays * known_part[index(owed) - 1] + after_a_call_that_informs(owed, known);
      all_stay *= stays;
    }
    const double nobody_pulls = pulled(0, known);
    const double sum = messages_of_round(known) + nobody_pulls * known_part[index(calls(known))] + after_pulls(known);
    double unknown = sum / (1 - nobody_pulls * all_stay);
    for (int owed = 0; owed <= calls(known); ++owed, unknown *= stays) to_come(owed, known) = unknown + known_part[index(owed)];
  }

  [[nodiscard]] double messages_of_round(int known) const {
    const double asking = ranks_ - known, answering = static_cast<double>(known) / (ranks_ - 1), news = asking / (ranks_ - 1);
    const double told = pushes_ ? known * (weights_.call + weights_.news * news) : 0.0;
    return fanout_ * (told + (pulls_ ? asking * (weights_.call + weights_.answer * answering) : 0.0));
  }

  [[nodiscard]] double after_a_call_that_informs(int owed, int known) const {
    double sum = 0;
    for (int more = 1; more <= std::min(fanout_, ranks_ - known); ++more)
      sum += reaches(more, ranks_ - known) * to_come(owed - 1, known + more);
    return sum;
  }

  [[nodiscard]] double after_pulls(int known) const {
    double sum = 0;
    for (int more = 1; pulls_ && more <= ranks_ - known; ++more)
      sum += pulled(more, known) * to_come(calls(known), known + more);
    return sum;
  }

  /// The probability that a call reaches `hits` of `among` ranks, the caller not one of them: hypergeometric.
  [[nodiscard]] double reaches(int hits, int among) const {
    const int others = ranks_ - 1, missed = fanout_ - hits;
    if (hits > among || missed > others - among) return 0;
    return std::exp(log_choose_(among, hits) + log_choose_(others - among, missed) - log_choose_(others, fanout_));
  }

  /// The probability that `more` of the uninformed get an answer: binomial.
  [[nodiscard]] double pulled(int more, int known) const {
    const int asking = ranks_ - known;
    const double unanswered = pulls_ ? reaches(0, known) : 1;
    if (unanswered == 0 || !pulls_) return more == (pulls_ ? asking : 0) ? 1 : 0;
    return std::exp(log_choose_(asking, more) + more * std::log1p(-unanswered) + (asking - more) * std::log(unanswered));
  }

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] int calls(int known) const { return pushes_ ? known : 0; }
  [[nodiscard]] std::size_t columns() const { return pushes_ ? index(ranks_) : 1; }
  [[nodiscard]] double& to_come(int owed, int known) { return to_come_[index(known) * columns() + index(owed)]; }
  [[nodiscard]] double to_come(int owed, int known) const { return to_come_[index(known) * columns() + index(owed)]; }

  int ranks_, fanout_;
  bool pushes_, pulls_;
  Weights weights_;
  LogChoose log_choose_;
  std::vector<double> to_come_;  ///< [known, owed]: messages
};

}  // namespace coordbench::gossip
