#pragma once
// Lamport, "Paxos made simple", 2001, 2.2, P1a: an acceptor keeps its promises, over restarts too.

#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

struct Promise {
  static constexpr std::string_view sentence =
      "Promise: a server never takes a promise back, and accepts nothing in a ballot below the one that it has promised";
  explicit Promise(const Schedule& schedule)
      : accepted_(schedule),
        promised_(static_cast<std::size_t>(schedule.shape.ranks), 0),
        values_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    if (!server) return true;
    const auto rank = static_cast<std::size_t>(step.rank);
    const paxos::Ballot before = promised_[rank], now = server->ballots.promised();
    if (now < before) return false;
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::promise && sent.message.ballot > now) return false;
    bool is_kept = true;
    accepted_.visit_new(step, *server, [&](paxos::Index index, Value value) {
      Value& known = values_[rank][index];
      is_kept &= known == value || (value.ballot >= before && value.ballot <= now);
      known = value;
    });
    promised_[rank] = now;
    return is_kept;
  }

 private:
  Accepted accepted_;
  std::vector<paxos::Ballot> promised_;                ///< [rank]
  std::vector<std::map<paxos::Index, Value>> values_;  ///< [rank][slot]
};

}  // namespace coordbench::testing::multi_paxos
