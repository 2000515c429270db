#pragma once
// What a server of Raft has whatever its role: durable are the term and vote, the log, and the snapshot before it; the rest is
// found again after a restart. Committed entries are applied here, in order.
// Source: Ongaro, Ousterhout 2014, figure 2; 5.3 (applying), 7 (log compaction).

#include "kernels/raft/election.hpp"
#include "kernels/raft/log.hpp"
#include "kernels/raft/setting.hpp"
#include "kernels/replication/answers.hpp"

namespace coordbench::raft {

struct Core {
  using Kind = Message::Kind;

  Core(const Shape& shape, Rank self_)
      : setting(shape),
        self(self_),
        election(setting.servers, self, setting.timeout, shape.seed, setting.seated),
        log(setting.log_capacity()),
        snapshot(setting.sessions()),
        state(snapshot),
        answers_(setting.sessions(), log.capacity(), setting.answer_parts()),
        retained_(static_cast<Index>(setting.retained())) {}

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

  /// 7, 8: of a snapshot of what is applied.
  [[nodiscard]] State::Part part(std::uint32_t number) const { return answers_.part(number, state); }
  /// Once the state of the snapshot is installed.
  void learn_answers(std::uint32_t number, State::Part answers) { answers_.learn(number, answers, state); }

  /// The value of an operation applied not long ago; false if it is not known any more.
  bool recall(Operation operation, std::uint32_t& value) const { return answers_.recall(operation, value); }

  /// Outcome 1: applied in its place (only one session tells where that is). Empty once the entry is compacted.
  [[nodiscard]] Answer answer(Operation operation) const {
    const replication::Answers::Place& place = answers_.place_of(operation);
    if (place.operation != operation || place.index <= log.base()) return {};
    return {outcome_of(operation, place.value), log[place.index].payload};
  }
  [[nodiscard]] std::int64_t outcome_of(Operation operation, std::uint32_t value) const {
    return setting.sessions() > 1 ? 1 : 1 + static_cast<std::int64_t>(value) - operation;
  }

  void reply(Operation operation, std::uint32_t value, Out& out) const {
    if (setting.clients == 0) return out.complete(operation, answered);
    out.send(client_of(operation),
             Message{.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Kind::reply, .index = value});
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
  Index commit_index = 0, applied_index = 0;

 private:
  void apply(Index index, Out& out) {
    const std::int32_t operation = log[index].operation;
    if (operation == Entry::no_op) return;
    // Without clients an entry of an earlier term was asked for by the leader of that term, which is gone.
    const bool was_asked = setting.clients > 0 || log[index].term == election.term();
    const std::uint32_t value = state.apply(operation);
    answers_.note(operation, index, value);
    out.complete(operation, applied);
    if (election.leads() && was_asked) reply(operation, value, out);
  }

  void compact_one() {
    const std::int32_t operation = log[log.base() + 1].operation;
    if (operation != Entry::no_op) snapshot.apply(operation);
    log.compact_one();
  }

  replication::Answers answers_;
  Index retained_;
};

}  // namespace coordbench::raft
