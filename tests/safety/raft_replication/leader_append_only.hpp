#pragma once
// Ongaro, Ousterhout 2014, figure 3 and 5.3.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct LeaderAppendOnly {
  static constexpr std::string_view sentence =
      "Leader Append-Only: a leader never overwrites or deletes entries of its log, it only appends";
  explicit LeaderAppendOnly(const Schedule& schedule) : seen_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const raft::Core* server = server_of(step, world);
    if (!server) return true;
    Seen& seen = seen_[static_cast<std::size_t>(step.rank)];
    const raft::Log& log = server->log;
    const bool still_leads = server->election.leads() && seen.led_term == server->election.term();
    if (still_leads && log.last() < seen.last) return false;
    if (still_leads && seen.last > log.base() && entry_of(log, seen.last) != seen.entry) return false;
    seen = {server->election.leads() ? server->election.term() : 0, log.last(), {}};
    if (log.last() > log.base()) seen.entry = entry_of(log, log.last());
    return true;
  }

 private:
  struct Seen {
    raft::Term led_term = 0;
    raft::Index last = 0;
    Entry entry{};
  };
  std::vector<Seen> seen_;  ///< [rank]: its last entry, which stands for all before it by Log Matching
};

}  // namespace coordbench::testing::raft_replication
