#pragma once
// Lamport, "Paxos made simple", 2001, 2.2: different proposals have different numbers.

#include "tests/safety/multi_paxos/servers.hpp"

namespace coordbench::testing::multi_paxos {

struct OneProposal {
  static constexpr std::string_view sentence = "One Proposal: in one ballot at most one value is proposed for a slot";
  explicit OneProposal(const Schedule& schedule) : accepted_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const paxos::Replica* server = server_of(step, world);
    bool is_one = true;
    if (server)
      accepted_.visit_new(step, *server, [&](paxos::Index index, Value value) {
        is_one &= proposed_.emplace(std::pair{index, value.ballot}, value.operation).first->second == value.operation;
      });
    return is_one;
  }

 private:
  Accepted accepted_;
  std::map<std::pair<paxos::Index, paxos::Ballot>, std::int32_t> proposed_;
};

}  // namespace coordbench::testing::multi_paxos
