#pragma once
// What a server of Raft has whatever its role: durable are the term and vote, the log, and the snapshot before it; the rest is
// found again after a restart. Committed entries are applied here, in order.
// Source: Ongaro, Ousterhout 2014, figure 2; 5.3 (applying), 7 (log compaction).

#include "kernels/raft/election.hpp"
#include "kernels/raft/log.hpp"
#include "kernels/raft/setting.hpp"

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
        places_(log.capacity() * static_cast<std::size_t>(setting.sessions())),
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

  /// 7, 8: of a snapshot of what is applied; first the state, then what each client was answered before the last.
  [[nodiscard]] State::Part part(std::uint32_t number) const {
    if (number < State::kParts) return state.part(number);
    State::Part answers;
    recall(earlier(number, 0), answers.one);
    recall(earlier(number, 1), answers.two);
    return answers;
  }
  /// Once the state of the snapshot is installed.
  void learn_answers(std::uint32_t number, State::Part answers) {
    for (const std::uint32_t which : {0U, 1U})
      if (const Operation operation = earlier(number, which); operation >= 0)
        places_[slot(operation)] = {operation, 0, which == 0 ? answers.one : answers.two};
  }

  /// The value of an operation applied not long ago; false if it is not known any more.
  bool recall(Operation operation, std::uint32_t& value) const {
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
  struct Place {
    Operation operation = -1;
    Index index = 0;
    std::uint32_t value = 0;
  };

  void apply(Index index, Out& out) {
    const std::int32_t operation = log[index].operation;
    if (operation == Entry::no_op) return;
    // Without clients an entry of an earlier term was asked for by the leader of that term, which is gone.
    const bool was_asked = setting.clients > 0 || log[index].term == election.term();
    const std::uint32_t value = state.apply(operation);
    places_[slot(operation)] = {operation, index, value};
    out.complete(operation, applied);
    if (election.leads() && was_asked) reply(operation, value, out);
  }

  /// The operation whose answer this part of a snapshot holds; below 0 if it holds none.
  [[nodiscard]] Operation earlier(std::uint32_t number, std::uint32_t which) const {
    const std::uint32_t place = number - State::kParts, each = setting.answer_parts(), client = place / each;
    const auto turns_back = static_cast<Operation>(1 + 2 * (place - client * each) + which);
    return state.session(client).operation - turns_back * state.turns().clients();
  }
  void compact_one() {
    const std::int32_t operation = log[log.base() + 1].operation;
    if (operation != Entry::no_op) snapshot.apply(operation);
    log.compact_one();
  }
  /// Clients drift apart without bound, so each has a part of its own.
  [[nodiscard]] std::size_t slot(Operation operation) const {
    const Turn turn = state.turns().of(operation);
    return turn.client * log.capacity() + (turn.number & (log.capacity() - 1));
  }

  std::vector<Place> places_;  ///< [client, turn mod capacity]: where the operations applied last stand in the log
  Index retained_;
};

}  // namespace coordbench::raft
