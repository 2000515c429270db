#pragma once
// Reads that are no entries of the log, at the server that leads: it shows what it has applied once it knows that nobody else
// led when the read was asked for.
//
// A round asks the others whether this server still leads. Reads that come while one is under way wait for the next: one round
// confirms them all. Its stamp comes back with the answers: a number or, with leases, the time at which the round was sent. So
// an answer that is late counts for its own round and for no later one. A round that needs several messages to name its reads
// numbers each of them: the answer to one confirms what that message names, and what was named before it.
// Source: Ongaro's dissertation, 2014, 6.4, 6.4.1.

#include <algorithm>
#include <functional>

#include "kernels/raft/core.hpp"

namespace coordbench::raft {

class LeaderReads {
 public:
  using Kind = Message::Kind;

  LeaderReads(Core& core, const Shape& shape)
      : core_(core),
        asked_(shape, 1),
        answered_(core.setting.reading.apart ? static_cast<std::size_t>(shape.ranks) : 0),
        sorted_(answered_) {
    if (core.setting.reading.apart) open_.reserve(asked_.size());
    begin();
  }

  /// Of a new leader, whom nobody has answered yet.
  [[gnu::noinline, gnu::cold]] void begin() {
    if (!core_.setting.reading.apart) return;
    open_.clear();
    for (Asked& asked : asked_) asked.waits = false;
    std::fill(answered_.begin(), answered_.end(), kNone);
    answered_[static_cast<std::size_t>(core_.self)] = kEvery;
    confirmed_ = answered_by_majority();
  }

  /// A read that is asked for again while it waits waits once.
  void ask(Operation k, Out& out) {
    Asked& asked = asked_[k];
    if (k < asked.operation || (k == asked.operation && asked.waits)) return;
    asked = {k, true};
    if (knows_what_is_committed() && (core_.setting.servers == 1 || holds_lease(out.now()))) return answer(k, out);
    const bool is_under_way = !open_.empty();
    open_.push_back({k, kUnsent});
    if (!is_under_way) begin_round(out);
  }

  /// A follower has heard a round, and nobody of a later term before it.
  void confirmed(Rank from, const Message& message, Out& out) {
    Stamp& newest = answered_[static_cast<std::size_t>(from)];
    const Stamp stamp = stamp_of(message);
    if (stamp <= newest) return;
    newest = stamp;
    confirmed_ = answered_by_majority();
    serve(out);
  }

  /// Renews the lease, and asks again for what may have been lost.
  [[gnu::noinline, gnu::cold]] void heartbeat(Out& out) {
    if (!core_.setting.reading.leases && open_.empty()) return;
    turn_stamp(out.now());
    out.send_others(question({.first = 0, .count = 0}));
    serve(out);
  }

 private:
  using Stamp = Time;
  static constexpr Stamp kNone = INT64_MIN / 2, kEvery = INT64_MAX - 1, kUnsent = INT64_MAX;

  struct Asked {
    Operation operation = -1;
    bool waits = false;
  };
  struct Open {
    Operation operation;
    Stamp round;  ///< that confirms it; kUnsent: the next one
  };

  /// 6.4: a leader knows of all that is committed once an entry of its own term is. Before term 1 nothing was committed.
  [[nodiscard]] bool knows_what_is_committed() const {
    const Term term = core_.election.term();
    return term == 1 || core_.log.term_at(core_.applied_index) == term;
  }
  /// 6.4.1. Without time-outs nobody else can be elected.
  [[nodiscard]] bool holds_lease(Time now) const {
    const Reading& reading = core_.setting.reading;
    return reading.leases && (!reading.expires || now - confirmed_ < reading.lease);
  }

  /// All that waits, in runs of reads with none between them that is not there.
  void begin_round(Out& out) {
    for (std::size_t first = 0, i = 0; i < open_.size(); first = i) {
      turn_stamp(out.now());
      for (open_[i++].round = stamp_; i < open_.size() && follows(open_[i].operation, open_[i - 1].operation); ++i)
        open_[i].round = stamp_;
      const Operation operation = open_[first].operation;
      const Message message = question({.first = operation, .count = open_[i - 1].operation - operation + 1});
      out.send_others(message, Payload(), core_.setting.targets());
    }
  }
  [[nodiscard]] bool follows(Operation k, Operation last) const {
    constexpr Operation kGapMost = 64;
    if (k <= last || k - last > kGapMost) return false;
    while (++last < k)
      if (core_.setting.reading.is_apart(last)) return false;
    return true;
  }
  [[nodiscard]] Message question(Operations named) const {
    const auto stamp = static_cast<std::uint64_t>(stamp_);
    return {.first = static_cast<std::uint32_t>(named.first),
            .count = static_cast<std::uint32_t>(named.count),
            .kind = Kind::confirm,
            .term = core_.election.term(),
            .index = static_cast<std::uint32_t>(stamp),
            .index_term = static_cast<std::uint32_t>(stamp >> 32U)};
  }
  static Stamp stamp_of(const Message& answer) {
    return static_cast<Stamp>(static_cast<std::uint64_t>(answer.index_term) << 32U | answer.index);
  }
  void turn_stamp(Time now) { stamp_ = core_.setting.reading.leases ? now : stamp_ + 1; }

  /// The newest round that a majority has answered, this server included.
  Stamp answered_by_majority() {
    sorted_ = answered_;
    const auto last = sorted_.begin() + core_.setting.servers / 2;
    std::nth_element(sorted_.begin(), last, sorted_.end(), std::greater<>());
    return *last;
  }

  void serve(Out& out) {
    if (!knows_what_is_committed()) return;
    std::size_t count = 0;
    while (count < open_.size() && open_[count].round <= confirmed_) answer(open_[count++].operation, out);
    if (count == 0) return;
    open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(count));
    if (!open_.empty() && open_.front().round == kUnsent) begin_round(out);
  }
  void answer(Operation k, Out& out) {
    asked_[k].waits = false;
    core_.show(k, 0, core_.newest(), out);
  }

  Core& core_;
  Window<Asked> asked_;          ///< the newest read of each place in the window
  std::vector<Open> open_{};     ///< in the order of asking; the rounds of those that wait for the next come last
  std::vector<Stamp> answered_;  ///< [rank]: the newest round that it has answered
  std::vector<Stamp> sorted_;    ///< room for answered_by_majority
  Stamp stamp_ = 0;              ///< of the last round
  Stamp confirmed_ = 0;          ///< the newest round that a majority has answered
};

}  // namespace coordbench::raft
