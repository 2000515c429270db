#pragma once
// What a server of Raft has whatever its role: durable are the term and vote, the log, and the snapshot before it; the rest is
// found again after a restart. Committed entries are applied here, in order.
// Source: Ongaro, Ousterhout 2014, figure 2; 5.3 (applying), 7 (log compaction).

#include "kernels/parts/raft_election.hpp"
#include "kernels/parts/raft_log.hpp"
#include "kernels/parts/raft_setting.hpp"

namespace coordbench {

struct RaftCore {
  enum Mark { committed, applied, answered };
  using Message = RaftMessage;
  using Kind = Message::Kind;

  RaftCore(const Shape& shape, Rank self_)
      : setting(shape),
        self(self_),
        election(setting.servers, self, setting.timeout, shape.seed),
        log(setting.log_capacity()),
        snapshot(static_cast<std::size_t>(setting.sessions())),
        state(snapshot),
        places_(log.capacity()),
        retained_(static_cast<RaftIndex>(setting.retained())) {}

  /// 5.3: entries up to `index` are committed.
  template <class Out>
  void commit_up_to(RaftIndex index, Out& out) {
    for (; commit_index < index; ++commit_index)
      if (const std::int32_t operation = log[commit_index + 1].operation; operation != RaftEntry::no_op && election.leads())
        out.complete(operation, committed);
  }
  /// 7: what has been applied for long goes into the snapshot; 5.3: what is committed is applied, in order. What was applied
  /// just now stays, to be answered for.
  template <class Out>
  void apply_committed(Out& out) {
    while (applied_index - log.base() > retained_) compact_one();
    while (applied_index < commit_index) apply(++applied_index, out);
  }

  /// 7: another server's snapshot, up to the entry (index, term), replaces what this one has applied.
  void install(RaftIndex index, RaftTerm term, const RaftState& theirs) {
    log.install(index, term);
    state = snapshot = theirs;
    commit_index = applied_index = index;
  }

  void restart() {
    election.restart();
    state = snapshot;
    commit_index = applied_index = log.base();
  }

  /// The value of an operation applied not long ago; false if it is not known any more.
  [[nodiscard]] bool recall(Operation operation, std::uint32_t& value) const {
    const Place& place = places_[slot(operation)];
    value = place.value;
    return place.operation == operation;
  }

  /// Outcome 1: applied in its place (only one session tells where that is). Empty once the entry is compacted.
  [[nodiscard]] Answer answer(Operation operation) const {
    const Place& place = places_[slot(operation)];
    if (place.operation != operation || place.index <= log.base()) return {};
    return {outcome_of(operation, place.value), log[place.index].payload};
  }
  [[nodiscard]] std::int64_t outcome_of(Operation operation, std::uint32_t value) const {
    return setting.sessions() > 1 ? 1 : 1 + static_cast<std::int64_t>(value) - operation;
  }

  template <class Out>
  void reply(Operation operation, std::uint32_t value, Out& out) const {
    if (setting.clients == 0) return out.complete(operation, answered);
    const Rank client = setting.servers + static_cast<Rank>(operation % setting.clients);
    out.send(client,
             Message{.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Kind::reply, .index = value});
  }

  RaftSetting setting;
  Rank self;
  RaftElection election;
  RaftLog log;
  RaftState snapshot;  ///< the state after the entry at log.base()
  RaftState state;     ///< the state after the entry at applied_index
  RaftIndex commit_index = 0, applied_index = 0;

 private:
  struct Place {
    Operation operation = -1;
    RaftIndex index = 0;
    std::uint32_t value = 0;
  };

  template <class Out>
  void apply(RaftIndex index, Out& out) {
    const std::int32_t operation = log[index].operation;
    if (operation == RaftEntry::no_op) return;
    // Without clients an entry of an earlier term was asked for by the leader of that term, which is gone.
    const bool was_asked = setting.clients > 0 || log[index].term == election.term();
    const std::uint32_t value = state.apply(operation);
    places_[slot(operation)] = {operation, index, value};
    out.complete(operation, applied);
    if (election.leads() && was_asked) reply(operation, value, out);
  }

  void compact_one() {
    const std::int32_t operation = log[log.base() + 1].operation;
    if (operation != RaftEntry::no_op) snapshot.apply(operation);
    log.compact_one();
  }
  [[nodiscard]] std::size_t slot(Operation operation) const {
    return static_cast<std::size_t>(operation) & (log.capacity() - 1);
  }

  std::vector<Place> places_;  ///< [operation mod capacity]: where the operations applied last stand in the log
  RaftIndex retained_;
};

}  // namespace coordbench
