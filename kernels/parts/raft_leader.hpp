#pragma once
// A server that leads: takes operations, replicates them, commits what a majority has.
// Source: Ongaro, Ousterhout 2014, 5.3, 5.4.2, 7, 8; thrifty: Moraru, Andersen, Kaminsky, SOSP'13, 6.

#include <algorithm>
#include <functional>

#include "kernels/parts/raft_core.hpp"
#include "kernels/parts/raft_progress.hpp"

namespace coordbench {

class RaftLeader {
 public:
  using Message = RaftMessage;
  using Kind = Message::Kind;

  explicit RaftLeader(RaftCore& core)
      : core_(core),
        progress_(static_cast<std::size_t>(core.setting.servers)),
        matches_(static_cast<std::size_t>(core.setting.servers)) {
    asked_.fill(-1);
    for (RaftProgress& follower : progress_) follower.mode = RaftProgress::Mode::replicate;  // seated: all logs are empty
  }

  /// 5.2, 5.4.2: a new leader knows of nobody's log, and opens its term with an entry that commits those of earlier terms.
  template <class Out>
  void begin(Time now, Out& out) {
    if (core_.log.free() == 0) return core_.election.step_down(RaftElection::nobody);
    core_.election.win();
    core_.election.set_heartbeat(now);
    for (RaftProgress& follower : progress_) (follower = {}).next = core_.log.last() + 1;
    unsent_ = 0;
    announced_ = core_.commit_index;
    recall_sessions();
    core_.log.append(core_.election.term(), RaftEntry::no_op, {});
    for_each(core_.setting.servers - 1, [&](Rank to) { send_entries(to, out); });
    advance_commit(out);
  }

  /// Appends the operation; it leaves once its batch is full.
  template <class Out>
  void append(Operation operation, Payload payload, Out& out) {
    if (core_.log.free() == 0) return;  // bounded: whoever asked will ask again
    core_.log.append(core_.election.term(), static_cast<std::int32_t>(operation), std::move(payload));
    if (++unsent_ == core_.setting.batch) send_batch(out);
  }

  /// 8: a request is carried out once, however often it comes, and each client's in the order of asking.
  template <class Out>
  void request(Operation operation, const Payload& payload, Out& out) {
    const auto number = static_cast<std::int32_t>(operation);
    if (number <= core_.state.session_of(number).operation) return reply_again(number, out);
    std::int32_t& asked = asked_[static_cast<std::size_t>(number % core_.state.stride())];
    const std::int32_t due = asked < 0 ? number % core_.state.stride() : asked + core_.state.stride();
    if (number != due || core_.log.free() == 0) return;
    asked = number;
    append(operation, payload, out);
  }

  /// Nobody will ask for more: a batch that is not full leaves, and so does the commit index.
  template <class Out>
  void flush(Out& out) {
    if (unsent_ > 0) send_batch(out);
    for_each(core_.setting.targets(), [&](Rank to) {
      if (progress(to).told < core_.commit_index) announce(to, 0, 0, out);
    });
  }

  /// Once what is committed has been applied, and whoever asked has its answer.
  template <class Out>
  void afterwards(Out& out) {
    if (core_.setting.eager && announced_ < core_.commit_index) announce_all(std::max(announced_, core_.log.base()) + 1, out);
    announced_ = core_.commit_index;
  }

  template <class Out>
  void accepted(Rank from, RaftIndex match, Out& out) {
    RaftProgress& follower = progress(from);
    if (follower.accept(match)) advance_commit(out);
    for (int burst = 0; burst < kBurst && follower.next <= sendable(); ++burst) send_entries(from, out);
  }
  template <class Out>
  void rejected(Rank from, const Message& message, Out& out) {
    progress(from).reject(message.commit, message.index, message.index_term, core_.log);
    send_entries(from, out);
  }

  /// 5.2: to everyone, thrifty or not, with what a follower still lacks; so whatever was lost is found out.
  template <class Out>
  void heartbeat(Time now, Out& out) {
    core_.election.set_heartbeat(now);
    unsent_ = 0;
    for_each(core_.setting.servers - 1, [&](Rank to) {
      progress(to).waiting = false;
      send_entries(to, out);
    });
    advance_commit(out);
  }

  static constexpr int kBurst = 2;  ///< messages that one acknowledgement lets go: a follower catches up ever faster
  static constexpr std::size_t kMost = 1 + std::max<std::size_t>(kBurst, RaftState::kParts);  ///< to one follower, in a step

 private:
  /// The answer to what has been applied. A session keeps its last; those before it this server knows if it applied them
  /// itself, or if the client is alone, whose operations are counted without a gap.
  template <class Out>
  void reply_again(std::int32_t operation, Out& out) {
    const RaftState::Session& session = core_.state.session_of(operation);
    std::uint32_t value = session.value - static_cast<std::uint32_t>(session.operation - operation);
    const bool is_known = session.operation == operation || core_.state.stride() == 1 || core_.recall(operation, value);
    if (is_known) core_.reply(operation, value, out);
  }

  struct Run {
    std::size_t count = 0;  ///< entries of one term, of operations one behind the other, or one no-op
    bool is_no_op = false;
  };

  template <class Out>
  void send_batch(Out& out) {
    unsent_ = 0;
    for_each(core_.setting.targets(), [&](Rank to) { send_entries(to, out); });
    if (core_.election.majority() == 1) advance_commit(out);
  }

  template <class Out>
  void send_entries(Rank to, Out& out) {
    RaftProgress& follower = progress(to);
    if (follower.waiting) return;
    if (follower.next <= core_.log.base()) return send_snapshot(to, out);
    const Run run = run_from(follower.next);
    Message message = append_entries(run.is_no_op ? Kind::append_no_op : Kind::append, follower);
    if (run.count > 0) message.entries_term = core_.log.term_at(follower.next);
    if (run.count > 0 && !run.is_no_op) {
      message.first = static_cast<std::uint32_t>(core_.log[follower.next].operation);
      message.count = static_cast<std::uint32_t>(run.count);
    }
    send_run(to, message, follower.next, run, out);
    if (follower.mode == RaftProgress::Mode::replicate)
      follower.next += static_cast<RaftIndex>(run.count);
    else
      follower.waiting = true;
  }
  template <class Out>
  void send_run(Rank to, const Message& message, RaftIndex first, const Run& run, Out& out) {
    if (run.count <= 1) return out.send(to, message, run.count == 0 ? Payload() : core_.log[first].payload);
    const auto payload_of = [&](std::size_t i) { return core_.log[first + static_cast<RaftIndex>(i)].payload; };
    if (!core_.log[first].payload) return out.send(to, message);
    out.send(to, message, out.gather(run.count, payload_of));
  }

  [[nodiscard]] Run run_from(RaftIndex first) const {
    const RaftLog& log = core_.log;
    if (first > sendable()) return {};
    const std::int32_t operation = log[first].operation;
    if (operation == RaftEntry::no_op) return {.count = 1, .is_no_op = true};
    const auto longest = std::min<std::size_t>(sendable() - first + 1, static_cast<std::size_t>(core_.setting.batch));
    std::size_t count = 1;
    while (count < longest && log.term_at(first + static_cast<RaftIndex>(count)) == log.term_at(first) &&
           log[first + static_cast<RaftIndex>(count)].operation == operation + static_cast<std::int32_t>(count))
      ++count;
    return {.count = count};
  }

  /// 7: all that is applied, in all parts at once: under load the log moves on by a window before the answer comes, and as much
  /// it retains. Again with the next heartbeat, if it was lost.
  template <class Out>
  void send_snapshot(Rank to, Out& out) {
    RaftProgress& follower = progress(to);
    follower.mode = RaftProgress::Mode::snapshot;
    follower.base = core_.log.base();
    follower.waiting = true;
    for (std::uint32_t number = 0; number < RaftState::kParts; ++number) {
      const RaftState::Part part = core_.state.part(number);
      out.send(to, Message{.first = part.one,
                           .kind = Kind::snapshot,
                           .term = core_.election.term(),
                           .index = core_.applied_index,
                           .index_term = core_.log.term_at(core_.applied_index),
                           .entries_term = number,
                           .commit = part.two});
    }
  }

  /// 5.3, 5.4.2: an entry is committed once a majority has it, if it is of this leader's own term; those before it with it.
  template <class Out>
  void advance_commit(Out& out) {
    const RaftIndex index = majority_match();
    if (index <= core_.commit_index || core_.log.term_at(index) != core_.election.term()) return;
    core_.commit_up_to(index, out);
  }

  /// The greatest index that a majority, this server included, has.
  RaftIndex majority_match() {
    const auto others = static_cast<std::ptrdiff_t>(core_.election.majority()) - 1;
    if (others == 0) return core_.log.last();
    if (core_.setting.servers == 2) return progress_[static_cast<std::size_t>(1 - core_.self)].match;
    auto end = matches_.begin();
    for (Rank rank = 0; rank < core_.setting.servers; ++rank)
      if (rank != core_.self) *end++ = progress(rank).match;
    std::nth_element(matches_.begin(), matches_.begin() + others - 1, end, std::greater<>());
    return matches_[static_cast<std::size_t>(others - 1)];
  }

  /// Names the operations where their numbers follow each other; after an election they may not.
  template <class Out>
  void announce_all(RaftIndex first, Out& out) {
    const RaftIndex last = core_.commit_index;
    const std::int32_t operation = core_.log[first].operation;
    const auto count = static_cast<std::int32_t>(last - first + 1);
    const bool is_run = operation >= 0 && core_.log[last].operation == operation + count - 1;
    for_each(core_.setting.targets(), [&](Rank to) { announce(to, is_run ? operation : 0, is_run ? count : 0, out); });
  }
  template <class Out>
  void announce(Rank to, std::int32_t first, std::int32_t count, Out& out) {
    RaftProgress& follower = progress(to);
    if (follower.mode != RaftProgress::Mode::replicate || follower.next <= core_.log.base()) return;
    Message message = append_entries(Kind::announce, follower);
    message.first = static_cast<std::uint32_t>(first);
    message.count = static_cast<std::uint32_t>(count);
    out.send(to, message);
  }

  Message append_entries(Kind kind, RaftProgress& follower) {
    follower.told = core_.commit_index;
    const RaftIndex previous = follower.next - 1;
    return {.kind = kind,
            .term = core_.election.term(),
            .index = previous,
            .index_term = core_.log.term_at(previous),
            .commit = core_.commit_index};
  }

  /// 8: what each client has asked for last, from the log that an earlier leader left.
  void recall_sessions() {
    for (std::size_t i = 0; i < static_cast<std::size_t>(core_.state.stride()); ++i)
      asked_[i] = core_.state.session_of(static_cast<std::int32_t>(i)).operation;
    for (RaftIndex index = core_.applied_index + 1; index <= core_.log.last(); ++index)
      if (const std::int32_t operation = core_.log[index].operation; operation != RaftEntry::no_op)
        asked_[static_cast<std::size_t>(operation % core_.state.stride())] = operation;
  }

  /// The next `count` ranks behind this one.
  template <class Visit>
  void for_each(int count, Visit&& visit) const {
    for (Rank rank = core_.self, left = count; left > 0; --left) {
      rank = rank + 1 == core_.setting.servers ? 0 : rank + 1;
      visit(rank);
    }
  }
  [[nodiscard]] RaftIndex sendable() const { return core_.log.last() - static_cast<RaftIndex>(unsent_); }
  RaftProgress& progress(Rank rank) { return progress_[static_cast<std::size_t>(rank)]; }

  RaftCore& core_;
  std::vector<RaftProgress> progress_;  ///< [rank]
  std::vector<RaftIndex> matches_;      ///< room for majority_match
  std::int64_t unsent_ = 0;             ///< entries that wait for their batch to fill
  RaftIndex announced_ = 0;             ///< the commit index that was announced last, where that is done at once
  std::array<std::int32_t, RaftState::kSessionsMax> asked_{};
};

}  // namespace coordbench
