#pragma once
// A server that leads: takes operations, replicates them, commits what a majority has.
// Source: Ongaro, Ousterhout 2014, 5.3, 5.4.2, 7, 8; Ongaro's dissertation, 2014, 6.2 (a leader that hears no majority steps
// down); thrifty: Moraru, Andersen, Kaminsky, SOSP'13, 6.

#include <algorithm>

#include "kernels/raft/core.hpp"
#include "kernels/raft/followers.hpp"
#include "kernels/replication/asked.hpp"

namespace coordbench::raft {

class Leader {
 public:
  using Kind = Message::Kind;

  explicit Leader(Core& core) : core_(core), followers_(core.setting.servers, core.self) {}

  /// 5.2, 5.4.2: a new leader knows of nobody's log, and opens its term with an entry that commits those of earlier terms.
  /// In term 1 all logs are empty, so there is nothing to probe, and operations follow at once.
  [[gnu::noinline, gnu::cold]] void begin(Out& out) {
    if (core_.log.free() == 0) return core_.election.step_down(Election::nobody);
    core_.election.win(out.now());
    core_.election.set_heartbeat(out.now());
    const auto mode = core_.election.term() == 1 ? Progress::Mode::replicate : Progress::Mode::probe;
    followers_.reset({.next = core_.log.last() + 1, .mode = mode});
    unsent_ = 0;
    announced_ = core_.commit_index;
    recall_sessions();
    core_.log.append(core_.election.term(), Entry::no_op, {});
    followers_.for_next(core_.setting.servers - 1, [&](Rank to) { send_entries(to, out); });
    advance_commit(out);
  }

  /// Appends the operation; it leaves once its batch is full.
  void append(Operation operation, Payload payload, Out& out) {
    if (core_.log.free() == 0) return;  // bounded: the proposer or client asks again
    core_.log.append(core_.election.term(), static_cast<std::int32_t>(operation), std::move(payload));
    if (++unsent_ == core_.setting.batch) send_batch(out);
  }

  /// 8: a request is carried out once, however often it comes, and each client's in the order of asking.
  void request(Operation operation, const Payload& payload, Out& out) {
    const auto number = static_cast<std::int32_t>(operation);
    const State& state = core_.state;
    if (number <= state.session(state.turns().of(operation).client).operation) return core_.reply_again(number, out);
    const bool is_due = asked_.is_due(state, number) || is_behind_reads(number);
    if (!is_due || core_.log.free() == 0) return;
    asked_.note(state, number);
    append(operation, payload, out);
  }

  /// Nobody will ask for more: a batch that is not full leaves, and so does the commit index.
  void flush(Out& out) {
    if (unsent_ > 0) send_batch(out);
    followers_.for_next(core_.setting.targets(), [&](Rank to) {
      if (followers_[to].told < core_.commit_index) announce(to, {.first = 0, .count = 0}, out);
    });
  }

  /// Called once committed entries have been applied and answered.
  void afterwards(Out& out) {
    if (core_.setting.eager && announced_ < core_.commit_index) announce_all(std::max(announced_, core_.log.base()) + 1, out);
    announced_ = core_.commit_index;
  }

  /// An acknowledgement beyond the end of the leader's own log is refused: no follower can have such an entry.
  void accepted(Rank from, const Message& message, Out& out) {
    if (message.index > core_.log.last()) [[unlikely]]
      return;
    Progress& follower = followers_[from];
    if (follower.accept(message.index)) advance_commit(out);
    if (core_.setting.thrifty && message.count == 0 && !followers_.is_next(from, core_.setting.targets()))
      return;  // it has said that it is there, no more
    for (int burst = 0; burst < kBurst && follower.next <= sendable(); ++burst) send_entries(from, out);
  }
  [[gnu::noinline, gnu::cold]] void rejected(Rank from, const Message& message, Out& out) {
    followers_[from].reject(message.commit, message.index, message.index_term, core_.log);
    send_entries(from, out);
  }

  /// 5.2: to everyone, thrifty or not, with what a follower still lacks; so whatever was lost is found out. 6.2 of the
  /// dissertation: a leader that is heard and hears no majority would keep anybody else from leading for ever.
  [[gnu::noinline, gnu::cold]] void heartbeat(Out& out) {
    if (core_.election.is_roll_call_due(out.now()) && followers_.count_heard() + 1 < core_.election.majority())
      return core_.election.retire(out.now());
    core_.election.set_heartbeat(out.now());
    unsent_ = 0;
    followers_.for_next(core_.setting.servers - 1, [&](Rank to) {
      followers_[to].waiting = false;
      send_entries(to, out);
    });
    advance_commit(out);
  }

  static constexpr int kBurst = 2;  ///< messages that one acknowledgement lets go: a follower catches up ever faster
  /// Messages to one follower in a step.
  static std::size_t most(const Setting& setting) { return 1 + std::max<std::size_t>(kBurst, setting.snapshot_parts()); }

 private:
  /// Whether what the client asked for before it are reads that are no entries.
  [[gnu::noinline, gnu::cold]] bool is_behind_reads(std::int32_t number) const {
    std::int32_t due = asked_.due(core_.state, number);
    if (number < due) return false;
    while (due < number && core_.setting.reading.is_apart(due)) due += core_.state.turns().clients();
    return due == number;
  }

  struct Run {
    std::size_t count = 0;  ///< entries of one term, of operations one behind the other, or one no-op
    bool is_no_op = false;
  };

  void send_batch(Out& out) {
    unsent_ = 0;
    const int targets = core_.setting.targets();
    if (are_in_step(targets))
      send_entries_to_all(targets, out);
    else
      followers_.for_next(targets, [&](Rank to) { send_entries(to, out); });
    if (core_.setting.servers == 1) advance_commit(out);
  }

  void send_entries(Rank to, Out& out) {
    Progress& follower = followers_[to];
    if (follower.waiting) return;
    if (follower.next <= core_.log.base()) [[unlikely]]
      return send_snapshot(to, out);
    const Run run = run_from(follower.next);
    const Message message = message_of(run, follower);
    with_payload(follower.next, run, out, [&](auto&& payload) { out.send(to, message, std::move(payload)); });
    if (follower.mode == Progress::Mode::replicate)
      follower.next += static_cast<Index>(run.count);
    else
      follower.waiting = true;
  }
  /// The same message to followers that are in step.
  void send_entries_to_all(int targets, Out& out) {
    const Index first = followers_.first().next;
    const Run run = run_from(first);
    const Message message = message_of(run, followers_.first());
    with_payload(first, run, out, [&](auto&& payload) { out.send_others(message, std::move(payload), targets); });
    followers_.for_next(targets, [&](Rank to) {
      followers_[to].next = first + static_cast<Index>(run.count);
      followers_[to].told = message.commit;
    });
  }
  Message message_of(const Run& run, Progress& follower) {
    Message message = append_entries(run.is_no_op ? Kind::append_no_op : Kind::append, follower);
    if (run.count > 0) message.entries_term = core_.log.term_at(follower.next);
    if (run.count > 0 && !run.is_no_op) {
      message.first = static_cast<std::uint32_t>(core_.log[follower.next].operation);
      message.count = static_cast<std::uint32_t>(run.count);
    }
    return message;
  }
  /// Calls send(payload) with what the entries carry: nothing, one payload, or several gathered.
  template <class Send>
  void with_payload(Index first, const Run& run, Out& out, Send&& send) {
    if (run.count == 0 || !core_.log[first].payload) return send(Payload());
    if (run.count == 1) return send(Payload(core_.log[first].payload));
    send(out.gather(run.count, [&](std::size_t i) { return core_.log[first + static_cast<Index>(i)].payload; }));
  }

  [[nodiscard]] Run run_from(Index first) const {
    const Log& log = core_.log;
    if (first > sendable()) return {};
    const std::int32_t operation = log[first].operation;
    if (operation == Entry::no_op) return {.count = 1, .is_no_op = true};
    const auto longest = std::min<std::size_t>(sendable() - first + 1, static_cast<std::size_t>(core_.setting.batch));
    std::size_t count = 1;
    while (count < longest && log.term_at(first + static_cast<Index>(count)) == log.term_at(first) &&
           log[first + static_cast<Index>(count)].operation == operation + static_cast<std::int32_t>(count))
      ++count;
    return {.count = count};
  }

  /// 7: sends the whole applied state at once: the log may advance a window before the reply comes. The next heartbeat sends it
  /// again if it was lost.
  [[gnu::noinline, gnu::cold]] void send_snapshot(Rank to, Out& out) {
    Progress& follower = followers_[to];
    follower.mode = Progress::Mode::snapshot;
    follower.base = core_.log.base();
    follower.waiting = true;
    for (std::uint32_t number = 0; number < core_.setting.snapshot_parts(); ++number) {
      const State::Part part = core_.part(number);
      out.send(to,
               Message{.first = part.one,
                       .kind = Kind::snapshot,
                       .term = core_.election.term(),
                       .index = core_.applied_index,
                       .index_term = core_.log.term_at(core_.applied_index),
                       .entries_term = number,
                       .commit = part.two},
               number == core_.setting.written_part() ? core_.newest().value : Payload());
    }
  }

  /// 5.3, 5.4.2: an entry is committed once a majority has it, if it is of this leader's own term; those before it with it.
  void advance_commit(Out& out) {
    const Index index = followers_.majority_match(core_.log.last());
    if (index <= core_.commit_index || core_.log.term_at(index) != core_.election.term()) return;
    core_.commit_up_to(index, out);
  }

  /// Names the operations where their numbers follow each other; those of several clients, or after an election, may not.
  void announce_all(Index first, Out& out) {
    const int targets = core_.setting.targets();
    const Operations named = run_between(first, core_.commit_index);
    if (!are_in_step(targets)) return followers_.for_next(targets, [&](Rank to) { announce(to, named, out); });
    out.send_others(announcement(named, followers_.first()), Payload(), targets);
    followers_.for_next(targets, [&](Rank to) { followers_[to].told = core_.commit_index; });
  }
  void announce(Rank to, Operations named, Out& out) {
    Progress& follower = followers_[to];
    if (follower.mode != Progress::Mode::replicate || follower.next <= core_.log.base()) return;
    out.send(to, announcement(named, follower));
  }
  Message announcement(Operations named, Progress& follower) {
    Message message = append_entries(Kind::announce, follower);
    message.first = static_cast<std::uint32_t>(named.first);
    message.count = static_cast<std::uint32_t>(named.count);
    return message;
  }
  [[nodiscard]] Operations run_between(Index first, Index last) const {
    const Log& log = core_.log;
    for (Index index = first; index <= last; ++index)
      if (log[index].operation == Entry::no_op ||
          log[index].operation != log[first].operation + static_cast<int>(index - first))
        return {.first = 0, .count = 0};
    return {.first = log[first].operation, .count = last - first + 1};
  }

  Message append_entries(Kind kind, Progress& follower) {
    follower.told = core_.commit_index;
    const Index previous = follower.next - 1;
    return {.kind = kind,
            .term = core_.election.term(),
            .index = previous,
            .index_term = core_.log.term_at(previous),
            .commit = core_.commit_index};
  }

  /// 8: what each client has asked for last, from the log that an earlier leader left.
  void recall_sessions() {
    asked_.begin(core_.state);
    for (Index index = core_.applied_index + 1; index <= core_.log.last(); ++index)
      if (const std::int32_t operation = core_.log[index].operation; operation != Entry::no_op)
        asked_.note(core_.state, operation);
  }

  [[nodiscard]] Index sendable() const { return core_.log.last() - static_cast<Index>(unsent_); }
  [[nodiscard]] bool are_in_step(int targets) { return targets > 1 && followers_.are_in_step(targets, core_.log.base()); }

  Core& core_;
  Followers followers_;
  std::int64_t unsent_ = 0;  ///< entries that wait for their batch to fill
  Index announced_ = 0;      ///< the commit index that was announced last, where that is done at once
  replication::Asked asked_;
};

}  // namespace coordbench::raft
