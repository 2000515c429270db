#pragma once
// What a server of Multi-Paxos has whatever its role: durable are what it has promised and accepted, and the snapshot before
// it; the rest is found again after a restart. Chosen values are applied here, in the order of their slots. Source: Lamport,
// "Paxos made simple", 2001, 3; sessions and snapshots as Raft has them.

#include "kernels/paxos/ballots.hpp"
#include "kernels/paxos/log.hpp"
#include "kernels/paxos/setting.hpp"
#include "kernels/replication/answers.hpp"

namespace coordbench::paxos {

struct Replica {
  using Kind = Message::Kind;

  Replica(const Shape& shape, Rank self_)
      : setting(shape),
        self(self_),
        ballots(setting.servers, self, setting.timeout, shape.seed, setting.seated),
        log(setting.log_capacity()),
        snapshot(setting.sessions()),
        state(snapshot),
        answers(setting.sessions(), log.capacity(), setting.answer_parts(), setting.sessions() == 1),
        retained_(static_cast<Index>(setting.retained())) {}

  /// From now on nothing of a lower ballot. What was accepted in a lower one may not be what is chosen.
  [[gnu::noinline, gnu::cold]] void promise(Ballot ballot, Time now) {
    ballots.promise(ballot, now);
    accepted_index = commit_index;
  }
  /// Notes that slots were accepted, maybe out of order.
  void note_accepted() {
    while (accepted_index < log.last() && log.ballot_of(accepted_index + 1) == ballots.promised()) ++accepted_index;
  }
  /// All slots up to `index` are chosen: those accepted in this ballot with the value that they have here.
  void commit_up_to(Index index) { commit_index = std::max(commit_index, std::min(index, accepted_index)); }

  /// What has been applied for long goes into the snapshot, what is chosen is applied. What was applied just now stays, to be
  /// answered for.
  void apply_committed(Out& out) {
    while (applied_index - log.base() > retained_) compact_one();
    while (applied_index < commit_index) apply(++applied_index, out);
  }

  /// Another server's snapshot, up to slot `index`, replaces what this one has applied.
  [[gnu::noinline, gnu::cold]] void install(Index index, const State& theirs) {
    log.install(index);
    state = snapshot = theirs;
    commit_index = applied_index = index;
    accepted_index = std::max(accepted_index, index);
  }

  [[gnu::noinline, gnu::cold]] void restart() {
    ballots.restart();
    state = snapshot;
    commit_index = applied_index = accepted_index = log.base();
  }

  /// Outcome 1: applied in its place (only one session tells where that is). Empty once the slot is compacted.
  [[nodiscard]] Answer answer(Operation operation) const {
    const replication::Answers::Place& place = answers.place_of(operation);
    if (place.operation != operation || place.index <= log.base()) return {};
    return {outcome_of(operation, place.value), log[place.index].payload};
  }
  [[nodiscard]] std::int64_t outcome_of(Operation operation, std::uint32_t value) const {
    return setting.sessions() > 1 ? 1 : 1 + static_cast<std::int64_t>(value) - operation;
  }
  void reply(Operation operation, std::uint32_t value, Out& out) const {
    if (setting.clients == 0) return out.complete(operation, answered);
    const Rank client = setting.servers + static_cast<Rank>(state.turns().of(operation).client);
    out.send(client, Message{.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Kind::reply, .index = value});
  }

  /// A client's operations are applied in the order of asking, and once. Slots are chosen one by one, so that a new leader may
  /// find a client's operation in a slot before the one that the client asked for earlier, or twice: such a slot has no effect,
  /// and the client asks again.
  [[nodiscard]] bool is_in_turn(const State& after, std::int32_t operation) const {
    if (setting.clients == 0) return true;
    const std::uint32_t client = after.turns().of(operation).client;
    return operation == after.next_of(client, after.session(client).operation);
  }

  Setting setting;
  Rank self;
  Ballots ballots;
  Log log;
  State snapshot;  ///< the state after the slot log.base()
  State state;     ///< the state after the slot applied_index
  replication::Answers answers;
  Index commit_index = 0;    ///< all slots up to here are known to be chosen
  Index accepted_index = 0;  ///< all up to here are, or are accepted in the ballot that is promised
  Index applied_index = 0;
  Index asked_from = 1;  ///< a leader that no client asks was itself asked for the slots from here on

 private:
  void apply(Index index, Out& out) {
    const std::int32_t operation = log[index].operation;
    if (operation == Entry::no_op || !is_in_turn(state, operation)) return;
    const std::uint32_t value = state.apply(operation);
    answers.note(operation, index, value);
    out.complete(operation, applied);
    if (ballots.leads() && (setting.clients > 0 || index >= asked_from)) reply(operation, value, out);
  }
  void compact_one() {
    const std::int32_t operation = log[log.base() + 1].operation;
    if (operation != Entry::no_op && is_in_turn(snapshot, operation)) snapshot.apply(operation);
    log.compact_one();
  }

  Index retained_;
};

}  // namespace coordbench::paxos
