#pragma once
// A seeded network in virtual time: delays (and so reordering), loss, duplication, pairs that are cut. One total order of
// events, so that a seed is a replay.

#include "harness/transport/counted.hpp"
#include "tests/support/event_queue.hpp"
#include "tests/support/faults.hpp"

namespace coordbench::testing {

/// What became of a message that was sent.
enum class Fate : std::uint8_t { travels, duplicated, lost, cut };

template <class M>
class SimNetwork {
 public:
  /// What may come to a rank: mostly messages. The others are the world's own, and are never lost.
  enum class Kind : std::uint8_t {
    message,
    wake,
    round,
    flush,
    configure,
    crash,
    restart,
    pause,
    resume,
    cut,
    mend,
    heal,
    notice,
    turn
  };
  struct Event {
    Kind kind;
    Rank from, to;
    Operation operation;  ///< of a round, whose number is in `from`; of a configuration, its epoch; of a message, a remark
    M message;
    Depth depth;
    Payload payload;
  };
  struct Sent {
    Fate fate;
    Time arrives_at;
  };

  SimNetwork(const Faults& faults, int members)
      : faults_(faults), random_(faults.seed), members_(static_cast<std::size_t>(members)) {
    is_any_for_ever_ = faults.is_any_cut_for_ever();
    plain_ = faults.delay == Faults::Delay::constant && faults.loss == 0 && faults.duplication == 0 && !is_any_for_ever_;
    if (!plain_) last_arrival_.resize(members_ * members_, 0);
  }

  [[nodiscard]] Time now() const { return events_.now(); }
  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] Time next_at() const { return events_.next_at(); }
  Event take() { return events_.pop(); }
  void advance_to(Time now) { events_.advance_to(now); }
  void put(Time at, Kind kind, Rank to, Rank from = 0, Operation operation = 0) {
    events_.push(at, {kind, from, to, operation, {}, 0, {}});
  }

  Sent send(Rank from, Rank to, const M& message, Depth depth, const Payload& payload) {
    if (plain_ && !any_cut_) [[likely]]
      return travel(now() + faults_.delay_least_ns, from, to, message, depth, payload);
    if (is_cut_for_ever(from, to)) return ++happened.cut_for_ever, Sent{Fate::cut, kNever};
    if (is_cut(from, to)) return ++happened.cut, Sent{Fate::cut, kNever};
    if (!healed() && random_.chance(faults_.loss)) return ++happened.lost, Sent{Fate::lost, kNever};
    const Sent sent = travel(arrival(from, to), from, to, message, depth, payload);
    if (healed() || !random_.chance(faults_.duplication)) return sent;
    ++happened.duplicated;
    return travel(arrival(from, to), from, to, message, depth, payload), Sent{Fate::duplicated, sent.arrives_at};
  }

  /// A traitor's own way: nothing is lost there, and nothing holds it back but the traitor. `remark` comes with the event.
  Sent send_late(Rank from, Rank to, const M& message, Depth depth, const Payload& payload, Time late, Operation remark = 0) {
    const Time at = now() + faults_.delay_least_ns + late;
    events_.push(at, {Kind::message, from, to, remark, message, depth, payload});
    return {Fate::travels, at};
  }

  /// From now on nothing gets from `from` to `to`; the other direction is a matter of its own.
  void cut(Rank from, Rank to) {
    any_cut_ = true;
    cut_.resize(members_ * members_, false);
    cut_[pair(from, to)] = true;
  }
  /// From now on a message from `from` to `to` travels longer by so much. What was sent before does not.
  void slow(Rank from, Rank to, Time by) {
    plain_ = false;
    last_arrival_.resize(members_ * members_, 0);
    slower_by_.resize(members_ * members_, 0);
    slower_by_[pair(from, to)] = by;
  }
  /// All pairs but those that are cut for ever.
  void mend() {
    any_cut_ = false;
    cut_.clear();
  }
  /// A word of the harness takes as long as a message, and is never lost.
  [[nodiscard]] Time delay() {
    const Time least = faults_.delay_least_ns, spread = faults_.delay_most_ns - least;
    switch (faults_.delay) {
      case Faults::Delay::constant:
        return least;
      case Faults::Delay::uniform:
        return least + random_.below(spread + 1);
      case Faults::Delay::exponential:
        return least + std::min(spread, random_.exponential(1 + spread / 8));
      case Faults::Delay::heavy_tail:  // Pareto with exponent 1: no mean, were it not for the most
        return least + std::min(spread, static_cast<Time>(static_cast<double>(1 + spread / 256) / (1 - random_.uniform())));
    }
    return least;
  }
  Random& random() { return random_; }

  Happened happened;

 private:
  [[nodiscard]] bool healed() const { return now() >= faults_.heals_at_ns; }
  [[nodiscard]] std::size_t pair(Rank from, Rank to) const {
    return static_cast<std::size_t>(from) * members_ + static_cast<std::size_t>(to);
  }
  [[nodiscard]] bool is_cut(Rank from, Rank to) const { return any_cut_ && cut_[pair(from, to)]; }
  [[nodiscard]] bool is_cut_for_ever(Rank from, Rank to) const {
    return is_any_for_ever_ && now() >= faults_.for_ever_from_ns && faults_.is_cut_for_ever(from, to);
  }

  Time arrival(Rank from, Rank to) {
    const Time at = now() + delay() + (slower_by_.empty() ? 0 : slower_by_[pair(from, to)]);
    if (plain_) return at;
    Time& last = last_arrival_[pair(from, to)];
    if (at < last && !faults_.fifo) ++happened.overtaken;
    last = std::max(last, at);
    return faults_.fifo ? last : at;
  }
  Sent travel(Time at, Rank from, Rank to, const M& message, Depth depth, const Payload& payload) {
    events_.push(at, {Kind::message, from, to, 0, message, depth, payload});
    return {Fate::travels, at};
  }

  Faults faults_;
  Random random_;
  std::size_t members_;
  bool plain_, is_any_for_ever_, any_cut_ = false;
  std::vector<bool> cut_;           ///< [from, to]
  std::vector<Time> last_arrival_;  ///< [from, to], for order within a pair
  std::vector<Time> slower_by_{};   ///< [from, to]; empty: no pair is
  EventQueue<Event> events_;
};

}  // namespace coordbench::testing
