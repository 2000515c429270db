#pragma once
// A new view that its primary offers, before this replica has found that the primary decided right.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.5 (processing of the new-view message).

#include "kernels/pbft/decision.hpp"
#include "kernels/pbft/reports.hpp"

namespace coordbench::pbft {

class Offer {
 public:
  using Kind = Message::Kind;

  explicit Offer(int servers) { chosen_.reserve(static_cast<std::size_t>(servers)); }

  [[nodiscard]] bool is_there() const { return static_cast<bool>(offered_.payload()); }
  void set(View view, NewView offered) {
    view_ = view;
    offered_ = std::move(offered);
  }
  void drop() { offered_ = {}; }
  /// The view-changes that it names, in its order.
  [[nodiscard]] const std::vector<Report>& chosen() const { return chosen_; }
  NewView take() { return std::exchange(offered_, {}); }

  /// Whether every view-change that it names is here, each of another replica.
  bool is_complete(const Reports& reports) {
    chosen_.clear();
    for (std::uint32_t i = 0; i < offered_.origins(); ++i) {
      const Report* report = find(i, reports);
      if (!report || is_named_before(i, offered_.origin(i).author)) return false;
      chosen_.push_back(*report);
    }
    return true;
  }
  /// Of one that is complete: whether its view-changes lead to what it says.
  [[nodiscard]] bool is_right(const Setting& setting) const {
    return static_cast<int>(chosen_.size()) >= setting.quorum && Decision(setting, chosen_).leads_to(offered_);
  }

  /// Of the view-change of a replica, if the new view names it.
  bool find_origin(const Message& message, Origin& origin) const {
    if (!is_there() || message.view != view_) return false;
    for (std::uint32_t i = 0; i < offered_.origins(); ++i) {
      origin = offered_.origin(i);
      if (origin.author == message.first && origin.digest == message.digest) return true;
    }
    return false;
  }
  void ask_for_reports(const Reports& reports, Out& out) const {
    for (std::uint32_t i = 0; i < offered_.origins(); ++i)
      if (!find(i, reports)) {
        const Origin origin = offered_.origin(i);
        out.send_others({.first = origin.author, .kind = Kind::ask_view_change, .view = view_, .digest = origin.digest});
      }
  }

 private:
  [[nodiscard]] const Report* find(std::uint32_t i, const Reports& reports) const {
    const Origin origin = offered_.origin(i);
    return reports.is_replica(origin.author) ? reports.find(static_cast<Rank>(origin.author), view_, origin.digest) : nullptr;
  }
  [[nodiscard]] bool is_named_before(std::uint32_t end, std::uint32_t author) const {
    for (std::uint32_t i = 0; i < end; ++i)
      if (offered_.origin(i).author == author) return true;
    return false;
  }

  View view_ = 0;
  NewView offered_{};
  std::vector<Report> chosen_;  ///< the view-changes that it names
};

}  // namespace coordbench::pbft
