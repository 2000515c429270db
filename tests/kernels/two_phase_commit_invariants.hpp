#pragma once
// AC1 to AC5 of atomic commitment (Bernstein, Hadzilacos, Goodman, 1987, 7.3) as functions of a simulated history.

#include <map>
#include <set>

#include "kernels/two_phase_commit.hpp"
#include "tests/support/cluster.hpp"

namespace coordbench::testing {

using Commit = TwoPhaseCommit;
using CommitHistory = History<Commit>;

inline std::string describe(const Commit::Message& message) {
  static constexpr std::array<std::string_view, 8> kWords{"prepare", "vote yes", "vote no",     "vote read-only",
                                                          "commit",  "abort",    "acknowledge", "inquire"};
  return fmt::format("{} {}", kWords[static_cast<std::size_t>(message.kind)], message.first);
}

/// The outcomes of each operation that answered so far, whoever answered.
inline std::map<Operation, std::set<std::int64_t>> outcomes(const CommitHistory& history) {
  std::map<Operation, std::set<std::int64_t>> all;
  for (const auto& answer : history.answered) all[answer.operation].insert(answer.outcome);
  return all;
}

inline Invariant<Commit> ac1() {
  return {"AC1: all processes that reach a decision reach the same one", [](const CommitHistory& history) {
            for (const auto& [operation, decided] : outcomes(history))
              if (decided.size() > 1) return false;
            return true;
          }};
}

inline Invariant<Commit> ac2() {
  return {"AC2: a process cannot reverse its decision after it has reached one", [](const CommitHistory& history) {
            std::set<std::pair<Rank, Operation>> decided;
            for (const auto& answer : history.answered)
              if (!decided.insert({answer.rank, answer.operation}).second) return false;
            return true;
          }};
}

inline Invariant<Commit> ac3(int participants) {
  return {"AC3: the commit decision can only be reached if all processes voted yes",
          [participants](const CommitHistory& history) {
            std::map<Operation, std::set<Rank>> agreed;
            for (const auto& spoken : history.sent)
              if (spoken.message.kind == Commit::Kind::vote_yes || spoken.message.kind == Commit::Kind::vote_read_only)
                agreed[spoken.message.first].insert(spoken.from);
            for (const auto& [operation, decided] : outcomes(history))
              if (decided.contains(Commit::committed) && static_cast<int>(agreed[operation].size()) < participants)
                return false;
            return true;
          }};
}

/// AC4 holds at the end of a run without failures.
inline bool ac4_everyone_committed(const CommitHistory& history, Operation operations) {
  const auto all = outcomes(history);
  for (Operation k = 0; k < operations; ++k)
    if (!all.contains(k) || all.at(k) != std::set<std::int64_t>{Commit::committed}) return false;
  return true;
}

/// AC5 holds at the end of a run whose failures were repaired: every process that had to decide has decided.
inline bool ac5_everyone_decided(const CommitHistory& history, Operation operations, const Shape& shape) {
  std::set<std::pair<Rank, Operation>> decided;
  for (const auto& answer : history.answered) decided.insert({answer.rank, answer.operation});
  for (const auto& spoken : history.sent)  // a participant that was never asked has nothing to decide
    if (spoken.message.kind == Commit::Kind::vote_yes && !decided.contains({spoken.from, spoken.message.first})) return false;
  for (Operation k = 0; k < operations; ++k)
    if (!decided.contains({0, k})) return false;
  return shape.ranks > 0;
}

inline Invariant<Commit> nothing_garbled() {
  return {"what a process decided on is the payload that was proposed",
          [](const CommitHistory& history) { return history.answered.empty() || history.answered.back().payload_is_right; }};
}

inline std::vector<Invariant<Commit>> commit_invariants(int participants) {
  return {ac1(), ac2(), ac3(participants), nothing_garbled()};
}

}  // namespace coordbench::testing
