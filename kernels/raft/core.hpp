#pragma once
// What a server of Raft has whatever its role: durable are the term and vote, the log, and the snapshot before it; the rest is
// found again after a restart. Committed entries are applied here, in order.
// Source: Ongaro, Ousterhout 2014, figure 2; 5.3 (applying), 7 (log compaction).

#include "kernels/raft/election.hpp"
#include "kernels/raft/log.hpp"
#include "kernels/raft/setting.hpp"
#include "kernels/raft/written.hpp"
#include "kernels/replication/answers.hpp"

namespace coordbench::raft {

struct Core {
  using Kind = Message::Kind;

  Core(const Shape& shape, Rank self_)
      : setting(shape),
        self(self_),
        election(setting.servers, self, setting.timeout, shape.seed, setting.seated, setting.reading.leases),
        log(setting.log_capacity()),
        snapshot(setting.sessions()),
        state(snapshot),
        answers(setting.sessions(), log.capacity(), setting.answer_parts(), setting.counts_in_order),
        retained_(static_cast<Index>(setting.retained())),
        plain_below_(setting.reading.any ? 0 : static_cast<std::uint32_t>(Entry::no_op)) {}

  /// 5.3: entries up to `index` are committed.
  void commit_up_to(Index index, Out& out) {
    for (; commit_index < index; ++commit_index)
      if (const std::int32_t operation = log[commit_index + 1].operation; operation != Entry::no_op && election.leads())
        out.complete(operation, committed);
  }
  /// 7: what has been applied for long goes into the snapshot; 5.3: what is committed is applied, in order. What was applied
  /// just now stays, to be answered for.
  void apply_committed(Out& out) {
    while (applied_index - log.base() > retained_) compact_one();
    while (applied_index < commit_index) apply(++applied_index, out);
  }

  /// 7: another server's snapshot, up to the entry (index, term), replaces what this one has applied.
  [[gnu::noinline, gnu::cold]] void install(Index index, Term term, const State& theirs) {
    log.install(index, term);
    state = snapshot = theirs;
    commit_index = applied_index = index;
  }

  [[gnu::noinline, gnu::cold]] void restart() {
    election.restart();
    state = snapshot;
    commit_index = applied_index = log.base();
  }

  /// 7, 8: one part of a snapshot of what is applied. Where operations read, the last part holds the newest write.
  [[nodiscard]] State::Part part(std::uint32_t number) const {
    if (number == setting.written_part()) return {newest().word(), 0};
    return answers.part(number, state);
  }

  /// Outcome 1: applied in its place (only one session tells where that is). Empty once the entry is compacted.
  [[nodiscard]] Answer answer(Operation operation) const {
    const Place& place = answers.place_of(operation);
    if (!is_in_log(place, operation)) return {};
    return {outcome_of(operation, place.value), log[place.index].payload};
  }
  [[nodiscard]] std::int64_t outcome_of(Operation operation, std::uint32_t value) const {
    return setting.counts_in_order ? 1 + static_cast<std::int64_t>(value) - operation : 1;
  }

  void reply(Operation operation, std::uint32_t value, Out& out) const {
    if (setting.clients == 0) return out.complete(operation, answered);
    out.send(client_of(operation),
             Message{.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Kind::reply, .index = value});
  }
  /// The answer to an operation that reads.
  [[gnu::noinline]] void show(Operation operation, std::uint32_t value, const Written& read, Out& out) const {
    if (setting.clients == 0) return out.complete(operation, answered);
    out.send(client_of(operation),
             Message{.first = static_cast<std::uint32_t>(operation),
                     .count = 1,
                     .kind = Kind::value,
                     .index = value,
                     .index_term = read.word()},
             read.value);
  }
  /// The newest write that has been applied.
  [[nodiscard]] Written newest() const { return written_before(applied_index + 1); }
  /// The newest write that stands before an index behind the base.
  [[nodiscard]] Written written_before(Index index) const {
    while (--index > log.base())
      if (const std::int32_t operation = log[index].operation; operation != Entry::no_op && !setting.reading.is_read(operation))
        return {operation, log[index].payload};
    return written;
  }
  /// As `answer`, where operations read. What a read of the log returns stood before it there; other reads return the newest.
  [[nodiscard, gnu::noinline]] Answer answer_with_reads(Operation operation) const {
    if (!setting.reading.is_read(operation)) return answer(operation);
    const Place& place = answers.place_of(operation);
    const bool is_entry = !setting.reading.apart;
    if (is_entry && !is_in_log(place, operation)) return {};
    const Written read = is_entry ? written_before(place.index) : newest();
    return {is_entry ? outcome_of(operation, place.value) : 1, read.value, read.writer};
  }
  /// 8: the answer to a repeated request, if it is still known. A read that has been compacted returns what is newest now,
  /// which is as good: nobody else can have been told of anything that this server has not applied with it.
  [[gnu::noinline, gnu::cold]] void reply_again(Operation operation, Out& out) const {
    std::uint32_t value = 0;
    if (!answers.recall_again(operation, state, value)) return;
    if (!setting.reading.is_read(operation)) return reply(operation, value, out);
    const Place& place = answers.place_of(operation);
    show(operation, value, is_in_log(place, operation) ? written_before(place.index) : newest(), out);
  }
  /// The rank of the client that asked.
  [[nodiscard]] Rank client_of(Operation operation) const {
    return setting.servers + static_cast<Rank>(state.turns().of(operation).client);
  }

  Setting setting;
  Rank self;
  Election election;
  Log log;
  State snapshot;  ///< the state after the entry at log.base()
  State state;     ///< the state after the entry at applied_index
  replication::Answers answers;
  Written written{};  ///< the newest write up to log.base(), where operations read
  Index commit_index = 0, applied_index = 0;

 private:
  using Place = replication::Answers::Place;

  [[nodiscard]] bool is_in_log(const Place& place, Operation operation) const {
    return place.operation == operation && place.index > log.base();
  }
  void apply(Index index, Out& out) {
    const std::int32_t operation = log[index].operation;
    if (!is_plain(operation)) [[unlikely]]
      return apply_rarely(index, out);
    const std::uint32_t value = carry_out(index, out);
    if (is_answered_here(index)) reply(operation, value, out);
  }
  /// A no-op or, where operations read, any entry.
  [[gnu::noinline]] void apply_rarely(Index index, Out& out) {
    const std::int32_t operation = log[index].operation;
    if (operation == Entry::no_op) return;
    const std::uint32_t value = carry_out(index, out);
    if (!is_answered_here(index)) return;
    if (setting.reading.is_read(operation))
      show(operation, value, written_before(index), out);
    else
      reply(operation, value, out);
  }
  std::uint32_t carry_out(Index index, Out& out) {
    const std::int32_t operation = log[index].operation;
    const std::uint32_t value = state.apply(operation);
    answers.note(operation, index, value);
    out.complete(operation, applied);
    return value;
  }
  [[nodiscard]] bool is_answered_here(Index index) const {
    // Without clients an entry of an earlier term was asked for by the leader of that term, which is gone.
    const bool was_asked = setting.clients > 0 || log[index].term == election.term();
    return election.leads() && was_asked;
  }

  void compact_one() {
    const std::int32_t operation = log[log.base() + 1].operation;
    if (is_plain(operation)) [[likely]]
      snapshot.apply(operation);
    else
      compact_rarely(operation);
    log.compact_one();
  }
  [[gnu::noinline]] void compact_rarely(std::int32_t operation) {
    if (operation == Entry::no_op) return;
    snapshot.apply(operation);
    if (!setting.reading.is_read(operation)) written = {operation, log[log.base() + 1].payload};
  }
  /// One comparison, as often as entries are applied: not a no-op, and no operation of the case reads.
  [[nodiscard]] bool is_plain(std::int32_t operation) const { return static_cast<std::uint32_t>(operation) < plain_below_; }

  Index retained_;
  std::uint32_t plain_below_;
};

}  // namespace coordbench::raft
