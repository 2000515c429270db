#pragma once
// Terms, votes and time-outs of one server. It decides; the machine around it sends.
// Source: Ongaro, Ousterhout 2014, 5.1, 5.2, 5.4.1; Ongaro's dissertation, 2014, 6.2 (a leader that hears no majority steps
// down), 9.6 (PreVote).

#include "kernels/raft/message.hpp"

namespace coordbench::raft {

class Election {
 public:
  enum class Role : std::uint8_t { follower, pre_candidate, candidate, leader };
  static constexpr Rank nobody = -1;

  /// `timeout` is the least election time-out, ns; 0: no time-outs at all. `seated`: everybody has voted for rank 0, which
  /// leads term 1; else nobody leads, in term 0.
  Election(int servers, Rank self, Time timeout, std::uint64_t seed, bool seated = true, bool leases = false)
      : self_(self),
        role_(seated && self == 0 ? Role::leader : Role::follower),
        term_(seated ? 1 : 0),
        voted_for_(seated ? 0 : nobody),
        leader_(voted_for_),
        timeout_(timeout),
        heard_(seated ? 0 : kUnset),
        leases_(leases),
        alarm_(timeout > 0 ? kUnset : kNever),
        random_(mix(seed ^ mix(static_cast<std::uint64_t>(self)))),
        granted_(static_cast<std::size_t>(servers), false) {}

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] bool leads() const { return role_ == Role::leader; }
  [[nodiscard]] Term term() const { return term_; }
  [[nodiscard]] Rank voted_for() const { return voted_for_; }
  /// Whom this server last heard lead the term, or `nobody`.
  [[nodiscard]] Rank leader() const { return leader_; }
  [[nodiscard]] int majority() const { return static_cast<int>(granted_.size()) / 2 + 1; }
  [[nodiscard]] Time alarm() const { return alarm_; }

  /// 5.1: a higher term makes a follower of everyone, and votes anew.
  [[gnu::noinline, gnu::cold]] void enter(Term term, Time now) {
    term_ = term;
    voted_for_ = nobody;
    retire(now);
  }
  /// A deposed leader waits a whole time-out before it campaigns. Earlier, it would disturb the next leader.
  [[gnu::noinline, gnu::cold]] void retire(Time now) {
    if (leads()) rest(now);
    step_down(nobody);
  }
  /// 5.2: the term has a leader, or this one is no longer it.
  void step_down(Rank leader) {
    role_ = Role::follower;
    leader_ = leader;
  }
  /// A sign of life of the leader.
  void hear(Rank leader, Time now) {
    step_down(leader);
    if (timeout_ == 0) return;
    heard_ = now;
    rest(now);
  }

  /// A group that starts without a leader is asked at this server: rank 0's first time-out counts from here.
  [[gnu::noinline, gnu::cold]] void begin_waiting(Time now) {
    if (timeout_ > 0 && self_ == 0 && term_ == 0 && role_ == Role::follower) alarm_ = now + timeout_;
  }

  /// True if it is time to campaign. A server that was asleep itself, or has just begun, cannot tell its own silence from the
  /// leader's, and waits once more.
  [[gnu::noinline, gnu::cold]] bool is_due(Time now) {
    if (alarm_ > now) return false;
    const bool asleep = alarm_ == kUnset || now > alarm_ + timeout_;
    if (alarm_ == kUnset && term_ == 0)
      rest_first(now);
    else
      rest(now);
    return !asleep;
  }
  /// 9.6: whether a majority would vote, before the term is raised and a leader disturbed. True if this server is one.
  bool begin_pre_vote() {
    leader_ = nobody;
    return gather_votes(Role::pre_candidate);
  }
  /// 5.2: a new term, and this server's own vote in it. True if that is a majority.
  bool begin_vote() {
    ++term_;
    voted_for_ = self_;
    leader_ = nobody;
    return gather_votes(Role::candidate);
  }
  /// True if this vote completes the majority; a vote counts once, however often it is delivered.
  bool count_vote(Rank from, Role asked_as) {
    if (role_ != asked_as || granted_[static_cast<std::size_t>(from)]) return false;
    granted_[static_cast<std::size_t>(from)] = true;
    return ++votes_ == majority();
  }
  void win(Time now) {
    role_ = Role::leader;
    leader_ = self_;
    begin_roll_call(now);
  }

  /// 6.2: of a leader, whether it is time to count who has been heard since the last count: once a time-out. One that was
  /// asleep itself, or has just begun, cannot tell its own silence from the others', and counts the next time.
  [[gnu::noinline, gnu::cold]] bool is_roll_call_due(Time now) {
    if (now < roll_call_) return false;
    const bool asleep = now > roll_call_ + timeout_;
    begin_roll_call(now);
    return !asleep;
  }

  /// 9.6: not while a leader is heard from; 5.4.1: not for somebody whose log lacks entries (`is_covered` false).
  [[nodiscard]] bool grants_pre_vote(Term term, bool is_covered, Time now) const {
    const bool has_leader = leads() || (leader_ != nobody && now < heard_ + timeout_);
    return term >= term_ && is_covered && !has_leader && !has_promised(now);
  }
  /// 5.2: one vote in a term, first come, first served; 5.4.1 as above.
  bool grant_vote(Rank candidate, bool is_covered, Time now) {
    if (has_promised(now)) return false;
    if (!is_covered || (voted_for_ != nobody && voted_for_ != candidate)) return false;
    voted_for_ = candidate;
    rest(now);
    return true;
  }

  /// 6.4.1: for a whole time-out after it has heard a leader a server votes for nobody else, whatever term it hears of: the
  /// leader may hold a lease.
  [[nodiscard]] bool has_promised(Time now) const { return leases_ && now < heard_ + timeout_; }
  /// A server that does not know what it has promised acts as if it had heard a leader just now.
  void promise(Time now) { heard_ = now; }

  /// The alarm of a leader: the next heartbeat.
  void set_heartbeat(Time now) {
    if (timeout_ > 0) alarm_ = now + heartbeat();
  }
  /// Term and vote are on disk, the rest is gone (figure 2 of the paper).
  void restart() {
    step_down(nobody);
    heard_ = kUnset;
    if (timeout_ > 0) alarm_ = kUnset;
  }

 private:
  static constexpr Time kUnset = INT64_MIN;  ///< to be set at the first tick: a machine has no clock of its own

  [[nodiscard]] Time heartbeat() const { return timeout_ / 5; }
  void begin_roll_call(Time now) { roll_call_ = now + timeout_; }
  /// 5.2: time-outs are drawn anew each time, from [timeout, 2 timeout], so that votes are rarely split.
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
  bool gather_votes(Role as) {
    role_ = as;
    granted_.assign(granted_.size(), false);
    granted_[static_cast<std::size_t>(self_)] = true;
    votes_ = 1;
    return votes_ == majority();
  }

  Rank self_;
  Role role_;
  Term term_;
  Rank voted_for_, leader_;
  Time timeout_, heard_;
  bool leases_;
  Time alarm_;
  Time roll_call_ = kUnset;
  std::uint64_t random_;
  std::vector<bool> granted_;  ///< [rank]
  int votes_ = 0;
};

}  // namespace coordbench::raft
