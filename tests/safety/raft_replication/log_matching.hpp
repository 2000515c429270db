#pragma once
// Ongaro, Ousterhout 2014, figure 3 and 5.3. By induction it is enough that all entries of one index and term hold the same
// operation and follow an entry of the same term.

#include <algorithm>

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct LogMatching {
  static constexpr std::string_view sentence =
      "Log Matching: two logs that have an entry of the same index and term are the same up to that entry";
  explicit LogMatching(const Schedule& schedule) : seen_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const raft::Core* server = server_of(step, world);
    if (!server || !may_change_log(step)) return true;
    const raft::Log& log = server->log;
    std::vector<Entry>& seen = seen_[static_cast<std::size_t>(step.rank)];
    const auto length = static_cast<raft::Index>(seen.size());
    const bool is_longer_only = length <= log.last() && (length <= log.base() || entry_of(log, length) == seen.back());
    const raft::Index known = is_longer_only ? length : log.base();
    seen.resize(log.last());
    for (raft::Index index = std::max(known, log.base()) + 1; index <= log.last(); ++index) {
      seen[index - 1] = entry_of(log, index);
      const Link link{entry_of(log, index).operation, log.term_at(index - 1)};
      if (links_.emplace(std::pair{index, log.term_at(index)}, link).first->second != link) return false;
    }
    return true;
  }

 private:
  struct Link {
    std::int32_t operation;
    raft::Term term_before;
    friend bool operator==(const Link&, const Link&) = default;
  };
  std::map<std::pair<raft::Index, raft::Term>, Link> links_;
  std::vector<std::vector<Entry>> seen_;  ///< [rank][index - 1]: its log when it last stepped
};

}  // namespace coordbench::testing::raft_replication
