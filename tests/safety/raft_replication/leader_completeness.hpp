#pragma once
// Ongaro, Ousterhout 2014, figure 3 and 5.4.

#include "tests/safety/raft_replication/servers.hpp"

namespace coordbench::testing::raft_replication {

struct LeaderCompleteness {
  static constexpr std::string_view sentence =
      "Leader Completeness: an entry that was committed in a term is in the log of every leader of a later term";
  explicit LeaderCompleteness(const Schedule& schedule) : led_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const raft::Core* server = server_of(step, world);
    if (!server || !server->election.leads()) return true;
    raft::Term& led = led_[static_cast<std::size_t>(step.rank)];
    if (led != server->election.term() && !has_all(*server)) return false;
    led = server->election.term();
    note_committed(*server);
    return true;
  }

 private:
  struct Committed {
    Entry entry;
    raft::Term in_term;
  };

  [[nodiscard]] bool has_all(const raft::Core& leader) const {
    for (const auto& [index, committed] : committed_) {
      if (committed.in_term >= leader.election.term() || index <= leader.log.base()) continue;
      if (index > leader.log.last() || entry_of(leader.log, index) != committed.entry) return false;
    }
    return true;
  }
  void note_committed(const raft::Core& leader) {
    raft::Index index = committed_.empty() ? 1 : committed_.rbegin()->first + 1;
    for (index = std::max(index, leader.log.base() + 1); index <= leader.commit_index; ++index)
      committed_.emplace(index, Committed{entry_of(leader.log, index), leader.election.term()});
  }

  std::map<raft::Index, Committed> committed_;
  std::vector<raft::Term> led_;  ///< [rank]: the last term it led
};

}  // namespace coordbench::testing::raft_replication
