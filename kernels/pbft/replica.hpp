#pragma once
// What a replica of PBFT has whatever its role, and how it carries out what is committed. All of it is durable.
// Source: Castro, Liskov, TOCS 20(4) 2002, 4.1 (replies), 4.2 (execution), 4.4 (checkpoints), 5.1 (tentative execution).

#include "kernels/pbft/checkpoints.hpp"
#include "kernels/pbft/credentials.hpp"
#include "kernels/pbft/log.hpp"
#include "kernels/pbft/new_view.hpp"
#include "kernels/pbft/pending.hpp"
#include "kernels/pbft/service.hpp"
#include "kernels/pbft/timers.hpp"

namespace coordbench::pbft {

class Replica {
 public:
  using Kind = Message::Kind;

  Replica(const Shape& shape, Rank self_)
      : setting(shape),
        self(self_),
        log(setting),
        service(setting.sessions(), setting.in_flight),
        checkpoints(setting, self, service),
        pending(setting),
        timers(setting.timeout),
        turns_(setting.sessions()),
        places_mask_(setting.slots() - 1),
        places_(setting.slots() * static_cast<std::size_t>(setting.sessions()), 0),
        prepared_(places_.size(), -1) {}

  [[nodiscard]] Rank primary() const { return setting.primary_of(view); }
  /// Where there are no clients, rank 0 asks.
  [[nodiscard]] bool asks() const { return setting.clients == 0 && self == 0; }
  [[nodiscard]] bool is_primary() const { return primary() == self; }
  /// The low watermark. Where nobody times out, no view changes, and a replica needs nothing that it has carried out.
  [[nodiscard]] Sequence low() const { return timers.are_on() ? std::max(stable, begin) : checkpoints.latest(self); }
  [[nodiscard]] Sequence high() const { return (timers.are_on() ? stable : low()) + setting.log_size; }
  [[nodiscard]] bool is_between_watermarks(Sequence sequence) const { return sequence > low() && sequence <= high(); }
  /// Whether some request is known here and not carried out.
  [[nodiscard]] bool waits() const { return !pending.is_empty() || highest > executed; }

  /// Called after each step: the time-out runs for the request that has waited longest, or it would serve a primary that
  /// numbers others, or the same again, and leaves out one.
  [[gnu::noinline, gnu::cold]] void watch(Time now) {
    if (!timers.are_running())
      awaited = pending.is_empty() ? -1 : pending.longest([&](Operation operation) { return service.is_in_turn(operation); });
    timers.watch(waits(), now);
  }

  /// Carries out what is committed, in the order of its numbers.
  void execute(Out& out) {
    for (const Slot* slot = log.find(executed + 1); slot && slot->is_committed; slot = log.find(executed + 1)) {
      ++executed;
      carry_out(*slot, out);
      note_progress();
      if (executed == next_checkpoint_) take_checkpoint(out);
    }
    if (setting.tentative) answer_tentatively(out);
  }
  /// Another replica's state after `sequence` replaces this one's.
  [[gnu::noinline, gnu::cold]] void install(const Checkpoint& checkpoint, const Payload& state, Out& out) {
    service.read(state);
    executed = checkpoint.sequence;
    next_checkpoint_ = executed + setting.checkpoint;
    pending.note_done([&](Operation operation) { return service.is_done(operation); },
                      [&](Operation operation) {
                        if (asks()) out.complete(operation, answered);
                      });
    note_progress();
    tell_checkpoint(checkpoint, out);
  }
  /// A new view begins at this checkpoint, which a replica that is no traitor has. That does not make it stable: the next view
  /// may have to begin before it.
  [[gnu::noinline, gnu::cold]] void begin_at(const Checkpoint& checkpoint) {
    begin = checkpoint.sequence;
    want(checkpoint);
  }
  /// A state that this replica should have, if it has not come so far by itself.
  void want(const Checkpoint& checkpoint) {
    if (checkpoint.sequence > std::max(executed, wanted.sequence)) wanted = checkpoint;
  }
  /// A quorum has this checkpoint: the watermarks rise.
  void note_stable(const Checkpoint& checkpoint) {
    const Checkpoints::Own* own = checkpoints.own(checkpoint.sequence);
    if (checkpoint.sequence <= stable || !own || own->checkpoint != checkpoint) return;
    if (checkpoints.count(checkpoint) >= setting.quorum) stable = checkpoint.sequence;
  }

  /// False if it has prepared before, which a traitor can give two numbers, or lies so far ahead that nobody can have asked.
  bool is_prepared_first(Operation operation) {
    const auto& state = service.state();
    const std::uint32_t client = turns_.of(operation).client;
    const Operation due = state.next_of(client, state.session(client).operation);
    const bool is_near = operation >= due && turns_.of(operation).number - turns_.of(due).number <= places_mask_;
    return is_near && std::exchange(prepared_[place(operation)], operation) != operation;
  }

  /// Of an operation that was carried out here.
  void reply_again(Operation operation, Out& out) const {
    std::uint32_t value = 0;
    if (setting.clients > 0 && service.recall(operation, value)) reply(Kind::reply, operation, value, 0, out);
  }
  /// Outcome 1: carried out in its place (only one client's operations tell where that is).
  [[nodiscard]] Answer answer(Operation operation) const {
    const Slot* slot = log.find(number_of(operation));
    std::uint32_t value = 0;
    if (!service.recall(operation, value)) return {};
    if (slot && slot->request.first == operation) return {outcome_of(operation, value), slot->payload};
    const Pending::Asked* asked = pending.find_done(operation);
    return asked ? Answer{outcome_of(operation, value), without_credentials(setting, asked->payload)} : Answer();
  }
  /// Under which number an operation was carried out here not long ago.
  [[nodiscard]] Sequence number_of(Operation operation) const { return places_[place(operation)]; }
  [[nodiscard]] std::int64_t outcome_of(Operation operation, std::uint32_t value) const {
    return setting.sessions() > 1 ? 1 : 1 + static_cast<std::int64_t>(value) - operation;
  }

  Setting setting;
  Rank self;
  View view = 0;
  bool is_active = true;  ///< false: it has left an older view, and this one has not begun
  Log log;
  Service service;
  Checkpoints checkpoints;
  Pending pending;
  Timers timers;
  Sequence executed = 0;
  Sequence stable = 0;     ///< the last stable checkpoint
  Sequence begin = 0;      ///< the checkpoint at which this view began
  Sequence highest = 0;    ///< the highest number that pre-prepared in this view
  Operation awaited = -1;  ///< for which the time-out runs; -1: for any number
  Checkpoint wanted{};     ///< the last one that a replica which is no traitor has, if it is ahead of this replica
  NewView selected{};      ///< what this view does again

 private:
  void note_progress() {
    if (awaited < 0 || service.is_done(awaited)) timers.progress();
  }
  void carry_out(const Slot& slot, Out& out) {
    const Operation operation = slot.request.first;
    if (slot.request.count == 0 || !service.is_in_turn(operation)) return;
    const std::uint32_t value = service.apply(operation);
    places_[place(operation)] = slot.sequence;
    pending.remove(operation);
    out.complete(operation, committed);
    if (setting.clients > 0 && !slot.is_answered)
      reply(Kind::reply, operation, value, 1, out);
    else if (asks())
      out.complete(operation, answered);
  }
  /// 5.1: the next request of all, if it has prepared: everything before it is committed.
  void answer_tentatively(Out& out) {
    Slot* slot = log.find(executed + 1);
    if (!slot || !slot->is_prepared || slot->is_answered) return;
    if (slot->request.count == 0 || !service.is_in_turn(slot->request.first)) return;
    slot->is_answered = true;
    reply(Kind::tentative_reply, slot->request.first, service.next_value(), 1, out);
  }
  void reply(Kind kind, Operation operation, std::uint32_t value, std::uint32_t count, Out& out) const {
    out.send(setting.client_of(turns_.of(operation).client), Message{.first = static_cast<std::uint32_t>(operation),
                                                                     .count = count,
                                                                     .kind = kind,
                                                                     .view = view,
                                                                     .sequence = value,
                                                                     .size = 1});
  }

  void take_checkpoint(Out& out) {
    next_checkpoint_ += setting.checkpoint;
    const Payload state = out.allocate(service.bytes());
    service.write(state);
    tell_checkpoint({executed, digest_of(state, out)}, out);
  }
  void tell_checkpoint(const Checkpoint& checkpoint, Out& out) {
    checkpoints.take(checkpoint, service);
    out.send_others({.kind = Kind::checkpoint, .sequence = checkpoint.sequence, .digest = checkpoint.digest});
    note_stable(checkpoint);
  }
  /// Clients drift apart without bound, so each has a part of its own, of as many as one step may carry out.
  [[nodiscard]] std::size_t place(Operation operation) const {
    const replication::Turn turn = turns_.of(operation);
    return turn.client * (places_mask_ + 1) + (turn.number & places_mask_);
  }

  Sequence next_checkpoint_ = setting.checkpoint;
  replication::Turns turns_;
  std::size_t places_mask_;
  std::vector<Sequence> places_;     ///< [client][turn mod the slots]: the number of its request
  std::vector<Operation> prepared_;  ///< the same: the last operation that has prepared
};

}  // namespace coordbench::pbft
