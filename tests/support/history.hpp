#pragma once
// An observer that keeps everything, for tests that ask afterwards and for the conversation in words.

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "tests/support/step.hpp"

namespace coordbench::testing {

template <Protocol P>
struct History {
  static constexpr bool watches = true;

  struct Spoken {
    Time at;
    Rank from, to;
    typename P::Message message;
    Fate fate;
    Time arrives_at;
  };
  struct Reached {
    Time at;
    Rank rank;
    Operation operation;
    int mark;
    int depth;
  };
  struct Answered {
    Rank rank;
    Operation operation;
    std::int64_t outcome;
    Operation of;
    bool payload_is_right;
    bool is_accepted;
  };
  struct Interrupted {
    Time at;
    Rank rank;
    Cause cause;       ///< crash, restart, reborn, configure
    std::size_t sent;  ///< how many messages had been sent before
    Operation epoch;   ///< of a configuration
  };
  std::vector<Spoken> sent{};  ///< in order of sending, lost ones included
  std::vector<Reached> reached{};
  std::vector<Answered> answered{};
  std::vector<Interrupted> interrupted{};

  template <class World>
  void saw(const Step<P>& step, const World& /*world*/) {
    if (step.cause >= Cause::configure) interrupted.push_back({step.at, step.rank, step.cause, sent.size(), step.operation});
    for (const auto& [to, message, fate, arrives_at] : step.sent)
      sent.push_back({step.at, step.rank, to, message, fate, arrives_at});
    for (const auto& [operation, mark, depth] : step.reached) reached.push_back({step.at, step.rank, operation, mark, depth});
    for (const auto& [operation, outcome, of, right, accepted, has_payload] : step.answered)
      answered.push_back({step.rank, operation, outcome, of, right, accepted});
  }

  /// The greatest depth at which a mark was reached by any rank; -1 if none reached it.
  [[nodiscard]] int deepest(int mark) const {
    int depth = -1;
    for (const auto& it : reached)
      if (it.mark == mark) depth = std::max(depth, it.depth);
    return depth;
  }

  /// "12  0 → 1  prepare 0": time, ranks, message; the last `lines` messages, and the crashes between them. With
  /// `arrivals`, also when each arrives, for delays that differ.
  template <class Describe>
  [[nodiscard]] std::string conversation(Describe&& describe, std::size_t lines = SIZE_MAX, bool arrivals = false) const {
    std::string text;
    const std::size_t first = sent.size() > lines ? sent.size() - lines : 0;
    auto next = interrupted.begin();
    while (next != interrupted.end() && next->sent < first) ++next;
    for (std::size_t i = first; i <= sent.size(); ++i) {
      for (; next != interrupted.end() && next->sent == i; ++next) text += in_words(*next);
      if (i == sent.size()) break;
      text += fmt::format("{:>4}  {} → {}  {}", sent[i].at, sent[i].from, sent[i].to, describe(sent[i].message));
      text += ending(sent[i], arrivals);
    }
    return text;
  }

 private:
  static std::string in_words(const Interrupted& it) {
    if (it.cause == Cause::configure) return fmt::format("{:>4}  {} is told of epoch {}\n", it.at, it.rank, it.epoch);
    const char* what = it.cause == Cause::crash     ? "crashes"
                       : it.cause == Cause::restart ? "is back"
                                                    : "is back, remembering nothing";
    return fmt::format("{:>4}  {} {}\n", it.at, it.rank, what);
  }
  static std::string ending(const Spoken& spoken, bool arrivals) {
    if (spoken.fate == Fate::lost) return "  (lost)\n";
    if (spoken.fate == Fate::cut) return "  (cut off)\n";
    const char* twice = spoken.fate == Fate::duplicated ? "  (twice)" : "";
    return arrivals ? fmt::format("  (arrives {}){}\n", spoken.arrives_at, twice) : fmt::format("{}\n", twice);
  }
};

}  // namespace coordbench::testing
