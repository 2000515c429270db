#pragma once
// A server that leads a ballot: it proposes a value for each slot, and the value is chosen once a quorum has accepted it.
// Source: Lamport, "Paxos made simple", 2001, 2.2 (phase 2a), 3; Chandra, Griesemer, Redstone, "Paxos made live", PODC 2007,
// 4.2; Howard, Malkhi, Spiegelman, "Flexible Paxos", OPODIS 2016; thrifty: Moraru, Andersen, Kaminsky, SOSP'13, 6.

#include <algorithm>

#include "kernels/paxos/acceptors.hpp"
#include "kernels/paxos/replica.hpp"
#include "kernels/paxos/votes.hpp"
#include "kernels/replication/asked.hpp"

namespace coordbench::paxos {

class Leader {
 public:
  using Kind = Message::Kind;

  explicit Leader(Replica& replica)
      : replica_(replica),
        acceptors_(replica.setting.servers, replica.self),
        votes_(replica.log.capacity(), replica.setting.servers) {}

  /// Phase 1 is over: proposes again what was found in the slots that are not known to be chosen, and a no-op for each slot
  /// that was left out. False if there is no room for them.
  [[gnu::noinline, gnu::cold]] bool begin(const Log& found, Out& out) {
    const Index last = std::max(replica_.log.last(), found.last());
    if (!replica_.log.admits(last)) return false;
    replica_.ballots.win(out.now());
    for (Index index = replica_.log.base() + 1; index <= last; ++index) propose_again(index, found);
    replica_.accepted_index = last;
    replica_.asked_from = last + 1;
    acceptors_.reset({.next = replica_.commit_index + 1});
    announced_ = replica_.commit_index;
    recall_sessions();
    send_heartbeats(out);
    return true;
  }

  /// Gives the operation the next slot; it leaves once its batch is full.
  void append(Operation operation, Payload payload, Out& out) {
    Log& log = replica_.log;
    if (log.free() == 0) return;  // bounded: the proposer or client asks again
    const Index index = log.last() + 1;
    log.accept(index, replica_.ballots.promised(), static_cast<std::int32_t>(operation), std::move(payload));
    open(index);
    replica_.accepted_index = index;
    if (++unsent_ == replica_.setting.batch) send_batch(out);
  }

  /// A request is carried out once, however often it comes, and each client's in the order of asking.
  void request(Operation operation, const Payload& payload, Out& out) {
    const auto number = static_cast<std::int32_t>(operation);
    const State& state = replica_.state;
    if (number <= state.session(state.turns().of(operation).client).operation) return reply_again(number, out);
    if (!asked_.is_due(state, number) || replica_.log.free() == 0) return;
    asked_.note(state, number);
    append(operation, payload, out);
  }

  /// Nobody will ask for more: a batch that is not full leaves, and so does the commit index.
  void flush(Out& out) {
    if (unsent_ > 0) send_batch(out);
    acceptors_.for_next(replica_.setting.targets(), [&](Rank to) {
      if (acceptors_[to].told < replica_.commit_index) out.send(to, announcement({.first = 0, .count = 0}, acceptors_[to]));
    });
  }

  /// Called once chosen values have been applied and answered.
  void afterwards(Out& out) {
    if (replica_.setting.eager && announced_ < replica_.commit_index) announce_all(out);
    announced_ = replica_.commit_index;
  }

  /// Phase 2b has come from an acceptor. It may have accepted slots of this message without those before them.
  void accepted(Rank from, const Message& message, Out& out) {
    if (message.up_to > replica_.log.last()) [[unlikely]]
      return;
    note_up_to(from, message.up_to, out);
    for (Index index = std::max(message.index, message.up_to + 1); index < message.index + message.slots; ++index)
      vote(index, from, out);
    advance_commit();
    if (replica_.setting.thrifty && message.count == 0 && !acceptors_.is_next(from, replica_.setting.targets()))
      return;  // it has said that it is there, no more
    send_more(from, out);
  }
  /// A message to the acceptor was lost or is late, or the acceptor crashed and forgot which slots are chosen.
  [[gnu::noinline, gnu::cold]] void missing(Rank from, const Message& message, Out& out) {
    if (message.up_to > replica_.log.last()) return;
    note_up_to(from, message.up_to, out);
    advance_commit();
    acceptors_[from].next = message.up_to + 1;
    send_more(from, out);
  }

  /// To everyone, thrifty or not, with what an acceptor still lacks; so whatever was lost is found out. A leader that is heard
  /// and hears no quorum would keep anybody else from leading for ever.
  [[gnu::noinline, gnu::cold]] void heartbeat(Out& out) {
    if (replica_.ballots.is_roll_call_due(out.now()) && acceptors_.count_heard() + 1 < replica_.setting.q2)
      return replica_.ballots.retire(out.now());
    send_heartbeats(out);
  }

  static constexpr int kBurst = 2;  ///< messages that one answer lets go: an acceptor catches up ever faster
  /// Messages to one acceptor in a step.
  static std::size_t most(const Setting& setting) { return 2 + std::max<std::size_t>(kBurst, setting.snapshot_parts()); }

 private:
  using Run = Log::Run;

  /// 2.2: the value of the highest ballot, this server's own promise included; what is chosen has only one value.
  void propose_again(Index index, const Log& found) {
    Log& log = replica_.log;
    const Ballot ballot = replica_.ballots.promised();
    if (index > replica_.commit_index && found.ballot_of(index) > log.ballot_of(index))
      log.accept(index, ballot, found[index].operation, found[index].payload);
    else if (log.ballot_of(index) == 0)
      log.accept(index, ballot, Entry::no_op, {});
    else
      log.accept(index, ballot, log[index].operation, log[index].payload);
    if (index > replica_.commit_index) open(index);
  }
  /// The leader itself has accepted the slot.
  void open(Index index) {
    votes_.forget(index);
    votes_.add(index, replica_.self);
  }

  void note_up_to(Rank from, Index up_to, Out& out) {
    Progress& acceptor = acceptors_[from];
    acceptor.heard = true;
    if (up_to <= acceptor.match) return;
    for (Index index = std::max(acceptor.match, replica_.commit_index) + 1; index <= up_to; ++index) vote(index, from, out);
    acceptor.match = up_to;
    acceptor.next = std::max(acceptor.next, up_to + 1);
  }
  /// 2.3: a value is chosen once a quorum has accepted it.
  void vote(Index index, Rank from, Out& out) {
    if (index <= replica_.commit_index || index > replica_.log.last() || !votes_.add(index, from)) return;
    if (votes_.count(index) == replica_.setting.q2) choose(index, out);
  }
  void choose(Index index, Out& out) const {
    if (const std::int32_t operation = replica_.log[index].operation; operation != Entry::no_op)
      out.complete(operation, committed);
  }
  void advance_commit() {
    Index& index = replica_.commit_index;
    while (index < sendable() && votes_.count(index + 1) >= replica_.setting.q2) ++index;
  }
  /// A quorum of one is the leader itself.
  void choose_alone(Out& out) {
    for (Index& index = replica_.commit_index; index < sendable(); ++index) choose(index + 1, out);
  }

  void send_batch(Out& out) {
    unsent_ = 0;
    if (replica_.setting.q2 == 1) choose_alone(out);
    const int targets = replica_.setting.targets();
    if (are_in_step(targets))
      send_slots_to_all(targets, out);
    else
      acceptors_.for_next(targets, [&](Rank to) { send_slots(to, out); });
  }
  void send_more(Rank to, Out& out) {
    for (int burst = 0; burst < kBurst && acceptors_[to].next <= sendable(); ++burst) send_slots(to, out);
  }
  void send_slots(Rank to, Out& out) {
    Progress& acceptor = acceptors_[to];
    if (acceptor.next <= replica_.log.base()) [[unlikely]]
      return send_snapshot(to, out);
    const Run run = run_from(acceptor.next);
    if (run.slots == 0) return;
    const Message message = message_of(run, acceptor);
    with_payload(acceptor.next, run, out, [&](auto&& payload) { out.send(to, message, std::move(payload)); });
    acceptor.next += run.slots;
    acceptor.told = message.up_to;
  }
  /// The same message to acceptors that are in step.
  void send_slots_to_all(int targets, Out& out) {
    const Index first = acceptors_.first().next;
    const Run run = run_from(first);
    const Message message = message_of(run, acceptors_.first());
    with_payload(first, run, out, [&](auto&& payload) { out.send_others(message, std::move(payload), targets); });
    acceptors_.for_next(targets, [&](Rank to) {
      acceptors_[to].next = first + run.slots;
      acceptors_[to].told = message.up_to;
    });
  }
  [[nodiscard]] Message message_of(const Run& run, const Progress& acceptor) const {
    Message message = phase_2(run.is_no_op ? Kind::accept_no_op : Kind::accept);
    message.index = acceptor.next;
    message.slots = run.slots;
    if (!run.is_no_op) {
      message.first = static_cast<std::uint32_t>(replica_.log[acceptor.next].operation);
      message.count = run.slots;
    }
    return message;
  }
  [[nodiscard]] Message phase_2(Kind kind) const {
    return {.kind = kind, .ballot = replica_.ballots.promised(), .up_to = replica_.commit_index};
  }
  /// Calls send(payload) with what the slots carry: nothing, one payload, or several gathered.
  template <class Send>
  void with_payload(Index first, const Run& run, Out& out, Send&& send) {
    const Log& log = replica_.log;
    if (!log[first].payload) return send(Payload());
    if (run.slots == 1) return send(Payload(log[first].payload));
    send(out.gather(run.slots, [&](std::size_t i) { return log[first + static_cast<Index>(i)].payload; }));
  }

  [[nodiscard]] Run run_from(Index first) const {
    if (first > sendable()) return {};
    const Index longest = std::min<Index>(sendable() - first + 1, static_cast<Index>(replica_.setting.batch));
    return replica_.log.run_from(first, longest);
  }

  [[gnu::noinline, gnu::cold]] void send_heartbeats(Out& out) {
    replica_.ballots.set_heartbeat(out.now());
    unsent_ = 0;
    if (replica_.setting.q2 == 1) choose_alone(out);
    acceptors_.for_next(replica_.setting.servers - 1, [&](Rank to) {
      Message message = phase_2(Kind::heartbeat);
      message.index = acceptors_[to].next - 1;
      acceptors_[to].told = message.up_to;
      out.send(to, message);
      send_more(to, out);
    });
  }
  /// The whole applied state at once: the log may advance a window before the answer comes.
  [[gnu::noinline, gnu::cold]] void send_snapshot(Rank to, Out& out) {
    acceptors_[to].next = replica_.applied_index + 1;
    for (std::uint32_t number = 0; number < replica_.setting.snapshot_parts(); ++number) {
      const State::Part part = replica_.answers.part(number, replica_.state);
      out.send(to, Message{.first = part.one,
                           .kind = Kind::snapshot,
                           .ballot = replica_.ballots.promised(),
                           .index = replica_.applied_index,
                           .slots = number,
                           .up_to = part.two});
    }
  }

  /// Names the operations where their numbers follow each other; those of several clients, or after an election, may not.
  void announce_all(Out& out) {
    const int targets = replica_.setting.targets();
    const Index first = std::max(announced_, replica_.log.base()) + 1, count = replica_.commit_index - first + 1;
    const Run run = replica_.log.run_from(first, count);
    const bool is_named = run.slots == count && !run.is_no_op;
    const Operations named{.first = is_named ? replica_.log[first].operation : 0, .count = is_named ? count : 0};
    out.send_others(announcement(named, acceptors_.first()), Payload(), targets);
    acceptors_.for_next(targets, [&](Rank to) { acceptors_[to].told = replica_.commit_index; });
  }
  [[nodiscard]] Message announcement(Operations named, Progress& acceptor) const {
    acceptor.told = replica_.commit_index;
    Message message = phase_2(Kind::announce);
    message.first = static_cast<std::uint32_t>(named.first);
    message.count = static_cast<std::uint32_t>(named.count);
    return message;
  }
  /// The answer to what has been applied, if it is still known.
  [[gnu::noinline, gnu::cold]] void reply_again(std::int32_t operation, Out& out) const {
    std::uint32_t value = 0;
    if (replica_.answers.recall_again(operation, replica_.state, value)) replica_.reply(operation, value, out);
  }
  /// From the slots that earlier leaders filled; what is out of turn there has no effect.
  void recall_sessions() {
    asked_.begin(replica_.state);
    for (Index index = replica_.applied_index + 1; index <= replica_.log.last(); ++index)
      if (const std::int32_t operation = replica_.log[index].operation;
          operation != Entry::no_op && asked_.is_due(replica_.state, operation))
        asked_.note(replica_.state, operation);
  }

  [[nodiscard]] Index sendable() const { return replica_.log.last() - static_cast<Index>(unsent_); }
  [[nodiscard]] bool are_in_step(int targets) { return targets > 1 && acceptors_.are_in_step(targets, replica_.log.base()); }

  Replica& replica_;
  Acceptors acceptors_;
  Votes votes_;
  std::int64_t unsent_ = 0;  ///< slots that wait for their batch to fill
  Index announced_ = 0;      ///< the commit index that was announced last, where that is done at once
  replication::Asked asked_;
};

}  // namespace coordbench::paxos
