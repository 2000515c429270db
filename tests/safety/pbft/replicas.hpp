#pragma once
// What the invariants of PBFT ask of a simulated world.

#include <map>
#include <optional>
#include <set>

#include "kernels/pbft.hpp"
#include "tests/safety/schedule.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing::pbft {

namespace machine = coordbench::pbft;

using Step = testing::Step<Pbft>;
using Kind = machine::Message::Kind;
using machine::Request;
using machine::Sequence;
using machine::View;

/// The replica that stepped, or nullptr for a client.
inline const machine::Replica* replica_of(const Step& step, const auto& world) {
  return step.rank < world.shape().ranks ? &world.machine(step.rank).replica() : nullptr;
}

/// Requests have no order of their own.
inline auto key_of(const Request& request) { return std::tuple(request.first, request.count, request.digest.words); }
using RequestKey = decltype(key_of(Request{}));

/// What an operation was answered with, at the rank that asked for it.
inline std::uint32_t answer_to(const Pbft& pbft, Operation operation) {
  if (pbft.is_client()) return pbft.client().value_of(operation);
  std::uint32_t value = UINT32_MAX;
  return pbft.replica().service.recall(operation, value) ? value : UINT32_MAX;
}

/// What each replica has carried out since it was looked at last, while its log still tells.
class Executed {
 public:
  explicit Executed(const Schedule& schedule) : seen_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  /// Calls visit(slot).
  void visit_new(const Step& step, const machine::Replica& replica, auto&& visit) {
    Sequence& seen = seen_[static_cast<std::size_t>(step.rank)];
    for (Sequence sequence = seen + 1; sequence <= replica.executed; ++sequence)
      if (const machine::Slot* slot = replica.log.find(sequence); slot && slot->is_committed) visit(*slot);
    seen = replica.executed;
  }

 private:
  std::vector<Sequence> seen_;  ///< [rank]
};

/// Replicas of a quorum that are surely correct. What traitors say is seen by nobody who watches.
inline int correct_of_quorum(const Schedule& schedule) {
  return machine::Setting(schedule.shape).quorum - schedule.faults.traitors.count();
}

/// Which replicas have said that a request prepared under a number in a view: they sent a commit.
class Prepared {
 public:
  explicit Prepared(const Schedule& schedule) : quorum_(correct_of_quorum(schedule)) {}

  void saw(const Step& step) {
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::commit)
        by_[{sent.message.sequence, key_of(sent.message.request())}][sent.message.view].insert(step.rank);
  }
  /// Whether a quorum has, in one view, as far as those who watch can see.
  [[nodiscard]] bool has_quorum(Sequence sequence, const Request& request) const {
    const auto found = by_.find({sequence, key_of(request)});
    if (found == by_.end()) return false;
    for (const auto& [view, ranks] : found->second)
      if (static_cast<int>(ranks.size()) >= quorum_) return true;
    return false;
  }

 private:
  int quorum_;
  std::map<std::pair<Sequence, RequestKey>, std::map<View, std::set<Rank>>> by_;
};

}  // namespace coordbench::testing::pbft
