#pragma once
// What view-changes say must be done again: a checkpoint to begin from, and for each number behind it the one request that may
// have committed, or the null request. The new primary decides so, and each backup checks it.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.5, figure 4 (the conditions D, A1, A2 and B).

#include <span>

#include "kernels/pbft/report.hpp"

namespace coordbench::pbft {

class Decision {
 public:
  Decision(const Setting& setting, std::span<const Report> reports)
      : quorum_(setting.quorum), faults_(setting.faults), log_size_(setting.log_size), reports_(reports) {}

  /// D: the last checkpoint that a replica which is no traitor has, and behind which a quorum knows the log. False if there is
  /// none.
  bool find_checkpoint(Checkpoint& last) const {
    bool is_any = false;
    for (const Report& report : reports_)
      for (std::uint32_t i = 0; i < report.checkpoints(); ++i) {
        const Checkpoint one = report.checkpoint(i);
        if ((is_any && one.sequence <= last.sequence) || !may_begin(one)) continue;
        last = one;
        is_any = true;
      }
    return is_any;
  }
  /// The highest number under which some request has prepared; `begin` if there is none.
  [[nodiscard]] Sequence last_prepared(Sequence begin) const {
    Sequence last = begin;
    for (const Report& report : reports_)
      if (report.prepared() > 0)
        if (const Sequence one = report.prepared(report.prepared() - 1).sequence; one <= begin + log_size_)
          last = std::max(last, one);
    return last;
  }
  /// Calls visit(request) for each request that condition A allows for a number.
  template <class Visit>
  void for_each_allowed(Sequence sequence, Visit&& visit) const {
    for (const Report& report : reports_)
      if (const Report::Entry entry = report.prepared_at(sequence); entry.sequence > 0 && is_allowed(entry))
        visit(entry.request);
  }
  [[nodiscard]] bool allows(Sequence sequence, const Request& request) const {
    if (request == Request{} && allows_null(sequence)) return true;
    bool is_one = false;
    for_each_allowed(sequence, [&](const Request& allowed) { is_one |= allowed == request; });
    return is_one;
  }
  /// B: a quorum has prepared nothing for this number.
  [[nodiscard]] bool allows_null(Sequence sequence) const {
    return count([&](const Report& report) {
             return report.stable() < sequence && report.prepared_at(sequence).sequence == 0;
           }) >= quorum_;
  }
  /// Whether a new view says what these view-changes select. A null request may have committed, too, so the view must do again
  /// all that has prepared: a number that it leaves out is given to another request.
  [[nodiscard]] bool leads_to(const NewView& view) const {
    Checkpoint begin{};
    if (!find_checkpoint(begin) || begin != view.checkpoint() || view.last() < last_prepared(begin.sequence)) return false;
    for (Sequence sequence = begin.sequence + 1; sequence <= view.last(); ++sequence)
      if (!allows(sequence, view.request_of(sequence))) return false;
    return true;
  }

 private:
  template <class Is>
  [[nodiscard]] int count(Is&& is) const {
    int count = 0;
    for (const Report& report : reports_) count += is(report) ? 1 : 0;
    return count;
  }
  [[nodiscard]] bool may_begin(const Checkpoint& checkpoint) const {
    return count([&](const Report& report) { return report.stable() <= checkpoint.sequence; }) >= quorum_ &&
           count([&](const Report& report) { return report.has(checkpoint); }) > faults_;
  }
  /// A1: a quorum has prepared nothing else in a later view, or in the same. A2: so many have pre-prepared it that one of them
  /// is no traitor.
  [[nodiscard]] bool is_allowed(const Report::Entry& entry) const {
    const auto agrees = [&](const Report& report) {
      const Report::Entry other = report.prepared_at(entry.sequence);
      return report.stable() < entry.sequence &&
             (other.sequence == 0 || other.view < entry.view || (other.view == entry.view && other.request == entry.request));
    };
    const auto knows = [&](const Report& report) { return report.has_pre_prepared(entry.sequence, entry.request, entry.view); };
    return count(agrees) >= quorum_ && count(knows) > faults_;
  }

  int quorum_, faults_;
  Sequence log_size_;
  std::span<const Report> reports_;
};

}  // namespace coordbench::pbft
