#pragma once
// A client of PBFT. It asks the primary, and everybody if no answer comes; it believes what f + 1 replicas say, of which one is
// no traitor, or what a quorum says tentatively in one view.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.1 (the client), 5.1 (tentative execution).

#include <bit>
#include <span>

#include "kernels/pbft/credentials.hpp"

namespace coordbench::pbft {

class Client {
 public:
  using Kind = Message::Kind;

  Client(const Setting& setting, int in_flight)
      : setting_(setting),
        servers_(static_cast<std::size_t>(setting.servers)),
        faults_(setting.faults),
        quorum_(setting.quorum),
        turns_(setting.sessions()),
        timeout_(setting.timeout),
        open_(std::bit_ceil(static_cast<std::size_t>(in_flight))),
        said_(open_.size() * servers_),
        views_(servers_, 0) {
    sorted_.reserve(servers_);
  }

  [[nodiscard]] Time alarm() const { return alarm_; }

  void propose(Operation operation, Payload payload, Out& out) {
    const bool is_only = oldest_ == next_;
    if (is_only) oldest_ = operation;
    next_ = operation + turns_.clients();
    if (is_only) set_alarm(out.now());
    Payload carried = with_credentials(setting_, operation, payload, out);
    open_[slot(operation)] = {.payload = std::move(payload), .carried = carried};
    std::fill_n(said_.begin() + static_cast<std::ptrdiff_t>(slot(operation) * servers_), servers_, Said{});
    out.send(static_cast<Rank>(view_ % servers_), asking(operation, 1), std::move(carried));
  }
  void step(Rank from, const Message& message, Out& out) {
    const bool is_final = message.kind == Kind::reply;
    if ((!is_final && message.kind != Kind::tentative_reply) || from >= setting_.servers) return;
    if (message.view != views_[static_cast<std::size_t>(from)]) note_view(from, message.view);
    const Operation operation = message.first;
    if (!is_open(operation)) return;
    Said& said = said_[slot(operation) * servers_ + static_cast<std::size_t>(from)];
    if (said.kind == Said::final) return;
    said = {is_final ? Said::final : Said::tentative, message.view, message.sequence};
    if (is_believed(operation, said)) end(operation, message.sequence, out);
  }
  /// No answer for a whole time-out: everybody is asked, in order.
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    if (alarm_ > out.now()) return;
    for (Operation k = oldest_; k != next_; k += turns_.clients())
      if (!open_[slot(k)].is_answered) out.send_others(asking(k, 0), open_[slot(k)].carried);
    set_alarm(out.now());
  }
  void restart(Out& out) { set_alarm(out.now()); }

  /// The value that the operation was answered with, and what was asked for.
  [[nodiscard]] std::uint32_t value_of(Operation operation) const { return open_[slot(operation)].value; }
  [[nodiscard]] const Payload& payload_of(Operation operation) const { return open_[slot(operation)].payload; }

 private:
  struct Asked {
    bool is_answered = false;
    std::uint32_t value = 0;
    Payload payload{};
    Payload carried{};  ///< the same with this client's credentials
  };
  struct Said {
    enum Kind : std::uint32_t { nothing, tentative, final } kind = nothing;
    View view = 0;
    std::uint32_t value = 0;
  };

  /// Whether enough replicas say the same: f + 1 finally, or a quorum, of whom the others speak tentatively in one view, the
  /// latest that one of them names.
  [[nodiscard]] bool is_believed(Operation operation, const Said& last) const {
    const auto said = std::span(said_).subspan(slot(operation) * servers_, servers_);
    const auto is_alike = [&](const Said& one, Said::Kind kind) { return one.kind == kind && one.value == last.value; };
    int finals = 0, alike = 0;
    View latest = 0;
    for (const Said& one : said) {
      finals += is_alike(one, Said::final) ? 1 : 0;
      if (is_alike(one, Said::tentative)) latest = std::max(latest, one.view);
    }
    if (finals > faults_) return true;
    for (const Said& one : said) alike += is_alike(one, Said::tentative) && one.view == latest ? 1 : 0;
    return alike > 0 && finals + alike >= quorum_;
  }
  /// The view that f + 1 replicas are in, or beyond: its primary is asked first.
  [[gnu::noinline, gnu::cold]] void note_view(Rank from, View view) {
    View& known = views_[static_cast<std::size_t>(from)];
    known = std::max(known, view);
    sorted_ = views_;
    std::sort(sorted_.begin(), sorted_.end(), std::greater<>());
    view_ = sorted_[static_cast<std::size_t>(faults_)];
  }
  void end(Operation operation, std::uint32_t value, Out& out) {
    open_[slot(operation)].is_answered = true;
    open_[slot(operation)].carried = {};
    open_[slot(operation)].value = value;
    out.complete(operation, answered);
    while (oldest_ != next_ && open_[slot(oldest_)].is_answered) oldest_ += turns_.clients();
    set_alarm(out.now());
  }
  /// A traitor may speak of another client's operation.
  [[nodiscard]] bool is_open(Operation k) const {
    return k >= oldest_ && k < next_ && turns_.of(k).client == turns_.of(oldest_).client && !open_[slot(k)].is_answered;
  }
  [[nodiscard]] std::size_t slot(Operation operation) const { return turns_.of(operation).number & (open_.size() - 1); }
  void set_alarm(Time now) { alarm_ = timeout_ > 0 && oldest_ != next_ ? now + timeout_ : kNever; }

  Setting setting_;
  std::size_t servers_;
  int faults_, quorum_;
  replication::Turns turns_;
  Time timeout_, alarm_ = kNever;
  View view_ = 0;
  Operation oldest_ = 0, next_ = 0;  ///< open are [oldest, next), but for those answered out of order
  std::vector<Asked> open_;
  std::vector<Said> said_;   ///< [operation][replica]
  std::vector<View> views_;  ///< [replica]: the last view that it has told of
  std::vector<View> sorted_{};
};

}  // namespace coordbench::pbft
