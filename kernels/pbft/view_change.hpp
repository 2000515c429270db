#pragma once
// How replicas leave a primary that does not do its work: each tells the others what has prepared there, and the next primary
// begins a view with what a quorum's view-changes select.
//
//   replicas ──view-change──► all ──ack──► new primary ──new-view, pre-prepares──► all     (then they prepare, and so on)
//
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.5 (view changes without signatures).

#include "kernels/pbft/offer.hpp"
#include "kernels/pbft/primary.hpp"

namespace coordbench::pbft {

class ViewChange {
 public:
  using Kind = Message::Kind;

  ViewChange(Replica& replica, Agreement& agreement, Primary& primary)
      : replica_(replica),
        agreement_(agreement),
        primary_(primary),
        reports_(replica.setting, replica.self),
        offer_(replica.setting.servers) {
    chosen_.reserve(static_cast<std::size_t>(replica.setting.servers));
    origins_.reserve(chosen_.capacity());
    selected_.reserve(replica.setting.timeout > 0 ? replica.setting.log_size : 0);
    missing_.reserve(2 * selected_.capacity());
  }

  [[nodiscard]] const Reports& reports() const { return reports_; }
  /// Whether enough replicas have moved here that the new primary should begin.
  [[nodiscard]] bool waits() const { return !replica_.is_active && reports_.count(replica_.view) >= replica_.setting.quorum; }

  [[gnu::noinline, gnu::cold]] void move_to(View view, Out& out) {
    if (!out.has_room()) return;  // the next time-out tries again
    if (replica_.is_active) remember();
    replica_.view = view;
    replica_.is_active = false;
    replica_.highest = 0;
    replica_.timers.change_view();
    replica_.log.begin_view(replica_.stable, replica_.high());
    missing_.clear();
    offer_.drop();
    Report own(Report::make(view, replica_, out));
    const ShortDigest digest = digest_of(own.payload(), out);
    const Message message = moving(view, digest);
    out.send_others(message, own.payload());
    const Proof proof = out.prove(message, out.digest(own.payload()));
    reports_.add(replica_.self, std::move(own), digest, proof);
    go_on(out);
  }
  [[gnu::noinline, gnu::cold]] void take_report(Rank from, const Message& message, const Payload& payload, Out& out) {
    Report report(payload);
    if (!report.is_sound(message.view, replica_.setting) || digest_of(payload, out) != message.digest) return;
    if (!reports_.add(from, std::move(report), message.digest, out.proof()) && reports_.of(from).digest != message.digest)
      return;
    acknowledge(from, out);
    if (const View view = reports_.view_of_some(); view > replica_.view) return move_to(view, out);
    go_on(out);
  }
  [[gnu::noinline, gnu::cold]] void take_ack(Rank from, const Message& message, Out& out) {
    if (!reports_.is_replica(message.first)) return;
    reports_.acknowledge(from, static_cast<Rank>(message.first), message.view, message.digest);
    go_on(out);
  }
  [[gnu::noinline, gnu::cold]] void take_new_view(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (from != replica_.primary() || message.view != replica_.view || replica_.is_active) return;
    NewView offered(payload);
    if (!offered.is_whole(replica_.setting.log_size, replica_.setting.servers)) return;
    offer_.set(replica_.view, std::move(offered));
    go_on(out);
    if (!replica_.is_active) offer_.ask_for_reports(reports_, out);
  }
  [[gnu::noinline, gnu::cold]] void take_copy(Rank from, const Message& message, const Payload& payload, Out& out) {
    Report report(payload);
    if (!reports_.is_replica(message.first) || !report.is_sound(message.view, replica_.setting)) return;
    const coordbench::Digest digest = out.digest(payload);
    Origin origin;
    if (short_of(digest) != message.digest || !offer_.find_origin(message, origin)) return;
    const auto author = static_cast<Rank>(message.first);
    const bool is_proved =
        replica_.setting.has_signatures() && out.proves(author, moving(message.view, message.digest), digest, origin.proof);
    reports_.add_copy(from, author, std::move(report), message.digest, is_proved);
    go_on(out);
  }
  [[gnu::noinline, gnu::cold]] void tell_report(Rank to, const Message& message, Out& out) const {
    if (!reports_.is_replica(message.first)) return;
    if (const Report* report = find(message))
      out.send(to, {.first = message.first, .kind = Kind::copy_view_change, .view = message.view, .digest = message.digest},
               report->payload());
  }
  [[gnu::noinline, gnu::cold]] void tell_request(Rank to, const Message& message, Out& out) const {
    if (const Payload* payload = payload_of(message.sequence, message.request()))
      out.send(to, about(Kind::told_request, message.view, message.sequence, message.request(), true), *payload);
  }
  [[gnu::noinline, gnu::cold]] void take_request(const Message& message, const Payload& payload, Out& out) {
    const auto asked = std::find(missing_.begin(), missing_.end(), Missing{message.sequence, message.request()});
    if (replica_.is_active || asked == missing_.end() || payload.size() != replica_.setting.payload_bytes) return;
    if (!replica_.is_between_watermarks(message.sequence) || digest_of(payload, out) != message.digest) return;
    Slot& slot = replica_.log.claim(message.sequence);
    if (slot.is_committed && slot.payload_is_known) return;
    missing_.erase(asked);
    slot.request = message.request();
    slot.payload = kept(replica_.setting.replicate, payload, out);
    slot.payload_is_known = true;
    go_on(out);
  }

  /// Says again to a replica that is behind, or has not begun its view, what it needs to follow.
  [[gnu::noinline, gnu::cold]] void help(Rank to, View view, bool is_active, Out& out) const {
    if (view > replica_.view || (view == replica_.view && is_active) || replica_.view == 0) return;
    const Reports::Known& own = reports_.of(replica_.self);
    out.send(to, moving(replica_.view, own.digest), own.report.payload());
    if (replica_.is_primary() && replica_.is_active) offer(to, out);
    if (to == replica_.primary())
      for (Rank author = 0; author < replica_.setting.servers; ++author) acknowledge(author, out);
  }
  /// Asks again for what it lacks, or does what it could not do at first.
  [[gnu::noinline, gnu::cold]] void remind(Out& out) {
    if (replica_.is_active) return do_selected_again(out);
    offer_.ask_for_reports(reports_, out);
    for (const Missing& one : missing_) ask_for_request(one.sequence, one.request, out);
  }

 private:
  struct Missing {
    Sequence sequence = 0;
    Request request{};
    friend bool operator==(const Missing&, const Missing&) = default;
  };

  static Message moving(View view, const ShortDigest& digest) {
    return {.kind = Kind::view_change, .view = view, .digest = digest};
  }

  /// The sets P and Q, before the log forgets this view.
  void remember() {
    for (Sequence sequence = replica_.stable + 1; sequence <= replica_.high(); ++sequence) {
      const Slot* slot = replica_.log.find(sequence);
      if (!slot || !slot->is_pre_prepared) continue;
      Earlier& earlier = replica_.log.earlier(sequence);
      earlier.note_pre_prepared(replica_.view, slot->request);
      if (slot->is_prepared) earlier.note_prepared(replica_.view, slot->request, slot->payload);
    }
  }
  /// Tells the primary of the author's view that this replica has its view-change.
  void acknowledge(Rank author, Out& out) const {
    const Reports::Known& known = reports_.of(author);
    const View view = known.report.view();
    if (replica_.setting.has_signatures()) return;
    if (const Rank primary = replica_.setting.primary_of(view); view > 0 && primary != replica_.self && author != primary)
      out.send(
          primary,
          {.first = static_cast<std::uint32_t>(author), .kind = Kind::view_change_ack, .view = view, .digest = known.digest});
  }
  void go_on(Out& out) {
    if (replica_.is_active || replica_.view == 0) return;
    if (replica_.is_primary())
      begin_if_decided(out);
    else if (offer_.is_there())
      follow_if_right(out);
  }

  // ---- the new primary ---------------------------------------------------------------------------------------------

  void begin_if_decided(Out& out) {
    chosen_.clear();
    origins_.clear();
    for (Rank author = 0; author < replica_.setting.servers; ++author)
      if (reports_.is_proved(author, replica_.view)) choose(author, reports_.of(author));
    if (static_cast<int>(chosen_.size()) < replica_.setting.quorum || !out.has_room()) return;
    const Decision decision(replica_.setting, chosen_);
    if (!decision.find_checkpoint(begin_) || !select(decision, out)) return;
    NewView view(NewView::make(
        static_cast<std::uint32_t>(origins_.size()), [&](std::uint32_t i) { return origins_[i]; }, begin_,
        begin_.sequence + static_cast<Sequence>(selected_.size()),
        [&](Sequence sequence) { return selected_[sequence - begin_.sequence - 1]; }, out));
    out.send_others({.kind = Kind::new_view, .view = replica_.view}, view.payload());
    enter(std::move(view), chosen_, out);
    tell_selected(Outbox<Message>::kOthers, false, out);
    primary_.begin_view(out);
  }
  void choose(Rank author, const Reports::Known& known) {
    chosen_.push_back(known.report);
    origins_.push_back({static_cast<std::uint32_t>(author), known.digest, known.proof});
  }
  /// A request for each number, or the null request. False if the view-changes do not say which, or if a payload is missing
  /// here; it is asked for.
  bool select(const Decision& decision, Out& out) {
    selected_.clear();
    bool is_decided = true;
    const Sequence last = decision.last_prepared(begin_.sequence);
    for (Sequence sequence = begin_.sequence + 1; sequence <= last; ++sequence) {
      Request request{};
      bool is_known = false;
      decision.for_each_allowed(sequence, [&](const Request& allowed) {
        if (is_known) return;
        request = allowed;
        is_known = allowed.count == 0 || payload_of(sequence, allowed) != nullptr;
        if (!is_known) miss(sequence, allowed, out);
      });
      if (!is_known && decision.allows_null(sequence)) request = {}, is_known = true;
      selected_.push_back(request);
      is_decided &= is_known;
    }
    return is_decided;
  }
  void miss(Sequence sequence, const Request& request, Out& out) {
    if (!replica_.is_between_watermarks(sequence)) return;
    const Missing one{sequence, request};
    if (missing_.size() == missing_.capacity() || std::find(missing_.begin(), missing_.end(), one) != missing_.end()) return;
    missing_.push_back(one);
    ask_for_request(sequence, request, out);
  }
  void ask_for_request(Sequence sequence, const Request& request, Out& out) const {
    out.send_others(about(Kind::ask_request, replica_.view, sequence, request, true));
  }
  [[nodiscard]] const Payload* payload_of(Sequence sequence, const Request& request) const {
    const Slot* slot = replica_.log.find(sequence);
    if (slot && slot->payload_is_known && slot->request == request) return &slot->payload;
    const Earlier* earlier = replica_.log.find_earlier(sequence);
    return earlier && earlier->was_prepared && earlier->prepared == request ? &earlier->payload : nullptr;
  }
  /// The new view, and the requests that it does again.
  void offer(Rank to, Out& out) const {
    out.send(to, {.kind = Kind::new_view, .view = replica_.view}, replica_.selected.payload());
    tell_selected(to, true, out);
  }
  void tell_selected(Rank to, bool again, Out& out) const {
    const NewView& selected = replica_.selected;
    for (Sequence sequence = selected.checkpoint().sequence + 1; sequence <= selected.last(); ++sequence)
      if (const Request request = selected.request_of(sequence); request.count > 0)
        if (const Payload* payload = payload_of(sequence, request))
          out.send(to, about(Kind::pre_prepare, replica_.view, sequence, request, again), *payload);
  }

  // ---- a backup ----------------------------------------------------------------------------------------------------

  /// Once every view-change that the new primary names is here, this replica decides as the primary should have.
  void follow_if_right(Out& out) {
    if (!offer_.is_complete(reports_)) return;
    if (offer_.is_right(replica_.setting))
      enter(offer_.take(), offer_.chosen(), out);
    else
      move_to(replica_.view + 1, out);
  }

  /// The view-change that somebody asks for. Its author may have left the view since, but others still have to begin it.
  [[nodiscard]] const Report* find(const Message& message) const {
    const auto author = static_cast<Rank>(message.first);
    if (const Report* report = reports_.find(author, message.view, message.digest)) return report;
    if (message.view != replica_.view || !replica_.is_active) return nullptr;
    for (std::uint32_t i = 0; i < begun_from_.size(); ++i)
      if (const Origin origin = replica_.selected.origin(i); origin.author == message.first && origin.digest == message.digest)
        return &begun_from_[i];
    return nullptr;
  }

  // ---- both --------------------------------------------------------------------------------------------------------

  void enter(NewView view, const std::vector<Report>& chosen, Out& out) {
    replica_.selected = std::move(view);
    begun_from_ = chosen;
    replica_.is_active = true;
    replica_.timers.begin_view();
    replica_.begin_at(replica_.selected.checkpoint());
    do_selected_again(out);
    if (!replica_.is_primary()) agreement_.take_early(out);
  }
  /// What lies above the high watermark waits until that has risen.
  void do_selected_again(Out& out) {
    const Sequence last = std::min(replica_.selected.last(), replica_.high());
    for (Sequence sequence = replica_.low() + 1; sequence <= last; ++sequence)
      agreement_.do_again(sequence, replica_.selected.request_of(sequence), out);
  }

  Replica& replica_;
  Agreement& agreement_;
  Primary& primary_;
  Reports reports_;
  Offer offer_;                       ///< by the primary of this view
  Checkpoint begin_{};                ///< what a new primary has selected: where to begin, …
  std::vector<Request> selected_;     ///< … and what to do again behind that
  std::vector<Missing> missing_;  ///< requests whose payloads a new primary lacks
  std::vector<Report> chosen_;        ///< view-changes that the decision is made from
  std::vector<Report> begun_from_{};  ///< those that this view began from, as it names them
  std::vector<Origin> origins_;       ///< as `chosen_`
};

}  // namespace coordbench::pbft
