#pragma once
// Ballots and time-outs of one server: what it has promised, what it tries, whom it follows. It decides; the machine around it
// sends.
// Source: Lamport, "Paxos made simple", 2001, 2.2, 2.4; Chandra, Griesemer, Redstone, "Paxos made live", PODC 2007, 5.2 (a
// replica that hears a master passes over what others prepare).

#include "kernels/parts/window.hpp"
#include "kernels/paxos/message.hpp"

namespace coordbench::paxos {

class Ballots {
 public:
  enum class Role : std::uint8_t { acceptor, preparing, leader };
  static constexpr Rank nobody = -1;

  /// `timeout` is the least time-out, ns; 0: no time-outs at all. `seated`: everybody has promised rank 0's first ballot, which
  /// it leads; else nobody leads.
  Ballots(int servers, Rank self, Time timeout, std::uint64_t seed, bool seated)
      : servers_(static_cast<std::uint32_t>(servers)),
        self_(self),
        role_(seated && self == 0 ? Role::leader : Role::acceptor),
        promised_(seated ? servers_.by() : 0),
        highest_(promised_),
        leader_(seated ? 0 : nobody),
        timeout_(timeout),
        alarm_(timeout > 0 ? kUnset : kNever),
        random_(mix(seed ^ mix(static_cast<std::uint64_t>(self)))) {}

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] bool leads() const { return role_ == Role::leader; }
  /// The ballot below which this server takes part in none.
  [[nodiscard]] Ballot promised() const { return promised_; }
  /// The ballot that this server prepares.
  [[nodiscard]] Ballot attempt() const { return highest_own_; }
  /// Whom this server heard lead last, or `nobody`.
  [[nodiscard]] Rank leader() const { return leader_; }
  [[nodiscard]] Time alarm() const { return alarm_; }

  /// 2.2, phase 1b: from now on nothing of a lower ballot. Who leads or prepares a lower one gives up.
  [[gnu::noinline, gnu::cold]] void promise(Ballot ballot, Time now) {
    promised_ = ballot;
    learn(ballot);
    if (role_ != Role::preparing || ballot > highest_own_) retire(now);
  }
  /// Whether a promise may be given: not to others while a leader is heard, which such a promise would depose.
  [[nodiscard]] bool may_promise(Rank to, Time now) const {
    const bool has_leader = leads() || (leader_ != nobody && now < heard_ + timeout_);
    return !has_leader || to == leader_;
  }
  /// A sign of life of the leader, in the ballot that is promised.
  void hear(Rank leader, Time now) {
    role_ = Role::acceptor;
    leader_ = leader;
    if (timeout_ == 0) return;
    heard_ = now;
    rest(now);
  }
  /// That somebody prepares or has promised this ballot.
  void learn(Ballot ballot) { highest_ = std::max(highest_, ballot); }

  /// A deposed leader waits a whole time-out before it prepares. Earlier, it would disturb the next leader.
  [[gnu::noinline, gnu::cold]] void retire(Time now) {
    if (leads()) rest(now);
    role_ = Role::acceptor;
    leader_ = nobody;
  }

  /// A group that starts without a leader is asked at this server: rank 0's first time-out counts from here.
  [[gnu::noinline, gnu::cold]] void begin_waiting(Time now) {
    if (timeout_ > 0 && self_ == 0 && promised_ == 0 && role_ == Role::acceptor) alarm_ = now + timeout_;
  }
  /// True if it is time to prepare. A server that was asleep itself, or has just begun, cannot tell its own silence from the
  /// leader's, and waits once more.
  [[gnu::noinline, gnu::cold]] bool is_due(Time now) {
    if (alarm_ > now) return false;
    const bool asleep = alarm_ == kUnset || now > alarm_ + timeout_;
    if (alarm_ == kUnset && promised_ == 0)
      rest_first(now);
    else
      rest(now);
    return !asleep;
  }
  /// 2.2, phase 1a: a ballot of its own above all that it knows of. It promises this ballot to itself only once the others
  /// have, so that a server that nobody answers can still follow a leader.
  [[gnu::noinline, gnu::cold]] void prepare(Time now) {
    role_ = Role::preparing;
    leader_ = nobody;
    highest_ = highest_own_ = (servers_.quotient(highest_) + 1) * servers_.by() + static_cast<Ballot>(self_);
    rest(now);
  }
  /// Enough have promised.
  [[gnu::noinline, gnu::cold]] void win(Time now) {
    promised_ = highest_own_;
    role_ = Role::leader;
    leader_ = self_;
    begin_roll_call(now);
  }

  /// Of a leader, whether it is time to count who has been heard since the last count: once a time-out. One that was asleep
  /// itself, or has just begun, cannot tell its own silence from the others', and counts the next time.
  [[gnu::noinline, gnu::cold]] bool is_roll_call_due(Time now) {
    if (now < roll_call_) return false;
    const bool asleep = now > roll_call_ + timeout_;
    begin_roll_call(now);
    return !asleep;
  }
  /// The alarm of a leader: the next heartbeat.
  void set_heartbeat(Time now) {
    if (timeout_ > 0) alarm_ = now + timeout_ / 5;
  }
  /// What it has promised and tried is on disk, the rest is gone.
  void restart() {
    role_ = Role::acceptor;
    leader_ = nobody;
    if (timeout_ > 0) alarm_ = kUnset;
  }

 private:
  static constexpr Time kUnset = INT64_MIN;  ///< to be set at the first tick: a machine has no clock of its own

  void begin_roll_call(Time now) { roll_call_ = now + timeout_; }
  /// Time-outs are drawn anew each time, from [timeout, 2 timeout], so that two servers rarely prepare at once.
  void rest(Time now) {
    if (timeout_ == 0) return;
    random_ = mix(random_);
    alarm_ = now + timeout_ + static_cast<Time>(random_ % static_cast<std::uint64_t>(timeout_ + 1));
  }
  /// The first time-outs of a group without a leader: rank 0's is the shortest, the others are drawn from [1.5, 2] times it.
  void rest_first(Time now) {
    random_ = mix(random_);
    const Time half = timeout_ / 2, more = static_cast<Time>(random_ % static_cast<std::uint64_t>(half + 1));
    alarm_ = now + timeout_ + (self_ == 0 ? 0 : timeout_ - half + more);
  }

  Divisor servers_;
  Rank self_;
  Role role_;
  Ballot promised_, highest_;  ///< highest: that it knows of
  Ballot highest_own_ = 0;
  Rank leader_;
  Time timeout_, alarm_, heard_ = 0;
  Time roll_call_ = kUnset;
  std::uint64_t random_;
};

}  // namespace coordbench::paxos
