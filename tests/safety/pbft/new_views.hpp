#pragma once
// Castro, Liskov, TOCS 20(4) 2002, 4.5: a new view does again, under its number, whatever may have committed before; and a
// replica that has left a view takes no part in it any more.

#include "tests/safety/pbft/replicas.hpp"

namespace coordbench::testing::pbft {

struct NewViews {
  static constexpr std::string_view sentence =
      "New View: what a quorum has prepared in an earlier view keeps its number, or lies before the view's checkpoint";
  explicit NewViews(const Schedule& schedule)
      : quorum_(correct_of_quorum(schedule)), seen_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    if (!replica) return true;
    View& seen = seen_[static_cast<std::size_t>(step.rank)];
    bool is_kept = true;
    if (replica->is_active && replica->view > seen) {
      seen = replica->view;
      is_kept = keeps(replica->selected, replica->view);
    }
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::commit) note(step.rank, sent.message);
    return is_kept;
  }

 private:
  void note(Rank rank, const machine::Message& message) {
    auto& [request, ranks] = by_[{message.sequence, message.view}];
    request = message.request();
    ranks.insert(rank);
  }
  [[nodiscard]] bool keeps(const machine::NewView& selected, View view) const {
    for (const auto& [number, prepared] : by_) {
      const auto& [sequence, in_view] = number;
      if (in_view >= view || static_cast<int>(prepared.second.size()) < quorum_ || prepared.first.count == 0) continue;
      if (sequence > selected.checkpoint().sequence && selected.request_of(sequence) != prepared.first) return false;
    }
    return true;
  }

  int quorum_;
  std::vector<View> seen_;  ///< [rank]: the last view in which it was active
  std::map<std::pair<Sequence, View>, std::pair<Request, std::set<Rank>>> by_;
};

struct NoReturn {
  static constexpr std::string_view sentence =
      "No Return: a replica never goes back to a view, and says nothing in one that it left";
  explicit NoReturn(const Schedule& schedule) : views_(static_cast<std::size_t>(schedule.shape.ranks), 0) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    if (!replica) return true;
    View& view = views_[static_cast<std::size_t>(step.rank)];
    if (replica->view < view) return false;
    for (const auto& sent : step.sent)
      if (is_of_a_view(sent.message.kind) && sent.message.view < view) return false;
    view = replica->view;
    return true;
  }

 private:
  static bool is_of_a_view(Kind kind) { return kind == Kind::pre_prepare || kind == Kind::prepare || kind == Kind::commit; }
  std::vector<View> views_;  ///< [rank]
};

}  // namespace coordbench::testing::pbft
