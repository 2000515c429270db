#pragma once
// The acceptor's part of a server: it promises ballots, accepts values, and learns which values are chosen.
// Source: Lamport, "Paxos made simple", 2001, 2.2 (phases 1b and 2b), 2.3 (learning); Chandra, Griesemer, Redstone, "Paxos made
// live", PODC 2007, 4.2 (all slots at once), 5.4 (snapshots).

#include "kernels/paxos/replica.hpp"

namespace coordbench::paxos {

class Acceptor {
 public:
  using Kind = Message::Kind;

  explicit Acceptor(Replica& replica)
      : replica_(replica), parts_(replica.setting.snapshot_parts()), has_come_(parts_.size(), false) {}

  /// Phase 2b, of a ballot that is promised. The answer names the operations that the message did.
  void accept(Rank leader, const Message& message, const Payload& payload, Out& out) {
    const std::uint32_t slots = take_slots(message, payload, out);
    replica_.note_accepted();
    out.send(leader, Message{.first = message.first,
                             .count = message.count,
                             .kind = Kind::accepted,
                             .ballot = message.ballot,
                             .index = message.index,
                             .slots = slots,
                             .up_to = replica_.accepted_index});
    replica_.commit_up_to(message.up_to);
  }
  /// Whether all that the leader has sent has come, as far as no message overtakes another.
  [[gnu::noinline, gnu::cold]] void heartbeat(Rank leader, const Message& message, Out& out) {
    replica_.note_accepted();
    const Kind kind = replica_.accepted_index < message.index ? Kind::missing : Kind::accepted;
    out.send(leader, Message{.kind = kind, .ballot = message.ballot, .up_to = replica_.accepted_index});
    replica_.commit_up_to(message.up_to);
  }

  /// Phase 1b. Who lacks slots that are compacted here is too far behind to lead, and is passed over.
  [[gnu::noinline, gnu::cold]] void promise(Rank to, const Message& message, Out& out) {
    Ballots& ballots = replica_.ballots;
    ballots.learn(message.ballot);  // or its own next ballot would be too low, if many prepare
    if (message.ballot < ballots.promised()) return out.send(to, Message{.kind = Kind::refused, .ballot = ballots.promised()});
    if (message.index < replica_.log.base() || !ballots.may_promise(to, out.now())) return;
    if (message.ballot > ballots.promised()) replica_.promise(message.ballot, out.now());
    out.send(
        to,
        Message{
            .kind = Kind::promise, .ballot = message.ballot, .index = message.index, .slots = tell_values(to, message, out)});
  }

  /// A snapshot comes in parts, in any order and maybe twice; once all are there it is acknowledged as slots are.
  [[gnu::noinline, gnu::cold]] void take_part(Rank leader, const Message& message, Out& out) {
    if (message.index > replica_.commit_index) {
      if (message.index != incoming_index_) forget_parts();
      incoming_index_ = message.index;
      if (has_come_[message.slots]) return;
      has_come_[message.slots] = true;
      parts_[message.slots] = {message.first, message.up_to};
      if (++parts_come_ < parts_.size()) return;
      install(message.index);
    }
    replica_.note_accepted();
    out.send(leader, Message{.kind = Kind::accepted, .ballot = message.ballot, .up_to = replica_.accepted_index});
  }

  void restart() { forget_parts(); }

 private:
  /// How many were accepted. What is chosen already has the same value, whatever the ballot.
  std::uint32_t take_slots(const Message& message, const Payload& payload, Out& out) {
    Log& log = replica_.log;
    const std::size_t size = message.slots > 1 ? payload.size() / message.slots : payload.size();
    for (std::uint32_t i = 0; i < message.slots; ++i) {
      const Index index = message.index + i;
      if (index <= replica_.commit_index) continue;
      if (!log.admits(index)) [[unlikely]]
        return i;  // bounded: the rest will be sent again
      if (log.ballot_of(index) == message.ballot) continue;
      log.accept(index, message.ballot,
                 message.kind == Kind::accept_no_op ? Entry::no_op : static_cast<std::int32_t>(message.first + i),
                 kept(replica_.setting.replicate, payload.part(i * size, size), out));
    }
    return message.slots;
  }
  /// Says what was accepted behind slot message.index; returns how many values that are.
  std::uint32_t tell_values(Rank to, const Message& message, Out& out) const {
    const Log& log = replica_.log;
    std::uint32_t values = 0;
    for (Index index = message.index + 1; index <= log.last(); ++index) {
      if (log.ballot_of(index) == 0) continue;
      ++values;
      out.send(to,
               Message{.first = static_cast<std::uint32_t>(log[index].operation),
                       .kind = Kind::promised_value,
                       .ballot = message.ballot,
                       .index = index,
                       .value_ballot = log[index].ballot},
               log[index].payload);
    }
    return values;
  }
  void install(Index index) {
    State state = replica_.snapshot;
    for (std::uint32_t number = 0; number < State::kParts; ++number) state.set_part(number, parts_[number]);
    replica_.install(index, state);
    for (std::uint32_t number = State::kParts; number < parts_.size(); ++number)
      replica_.answers.learn(number, parts_[number], replica_.state);
  }
  void forget_parts() {
    has_come_.assign(has_come_.size(), false);
    parts_come_ = 0;
  }

  Replica& replica_;
  Index incoming_index_ = 0;        ///< of the snapshot that is coming
  std::vector<State::Part> parts_;  ///< [number]: of it
  std::vector<bool> has_come_;      ///< [number]
  std::size_t parts_come_ = 0;
};

}  // namespace coordbench::paxos
