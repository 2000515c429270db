#pragma once
// A server that is led: entries, commit indices and snapshots of a leader whose term is current.
// Source: Ongaro, Ousterhout 2014, 5.3, 7.

#include <bitset>

#include "kernels/parts/raft_core.hpp"

namespace coordbench {

class RaftFollower {
 public:
  using Message = RaftMessage;
  using Kind = Message::Kind;

  explicit RaftFollower(RaftCore& core) : core_(core), incoming_(core.snapshot) {}

  /// 5.3: AppendEntries, with or without entries. The answer names the operations that the message did.
  template <class Out>
  void append(Rank leader, const Message& message, const Payload& payload, Out& out) {
    if (!core_.log.has(message.index, message.index_term)) return refuse(leader, message, out);
    const RaftIndex match = take_entries(message, payload);
    out.send(leader, Message{.first = message.first,
                             .count = message.count,
                             .kind = Kind::accepted,
                             .term = core_.election.term(),
                             .index = match});
    core_.commit_up_to(std::min(message.commit, match), out);  // of the log only what is known to match the leader's
  }

  /// 7: a snapshot comes in parts, in any order and maybe twice; once all are there it is acknowledged as entries are.
  template <class Out>
  void take_part(Rank leader, const Message& message, Out& out) {
    if (message.index <= core_.commit_index) return accept(leader, core_.commit_index, out);
    if (message.index != incoming_index_) incoming_parts_.reset();
    incoming_index_ = message.index;
    incoming_.set_part(message.entries_term, {message.first, message.commit});
    if (!incoming_parts_.set(message.entries_term).all()) return;
    core_.install(message.index, message.index_term, incoming_);
    accept(leader, message.index, out);
  }

  void restart() { incoming_parts_.reset(); }

 private:
  /// Returns how far the log matches the leader's. An entry that conflicts with a new one goes, with all that follow it; one
  /// that is there already stays, or a late message would cut off what came after it.
  RaftIndex take_entries(const Message& message, const Payload& payload) {
    if (message.kind == Kind::announce) return message.index;
    const std::size_t count = message.kind == Kind::append_no_op ? 1 : message.count;
    const std::size_t size = count > 0 ? payload.size() / count : 0;
    RaftLog& log = core_.log;
    for (std::size_t i = 0; i < count; ++i) {
      const RaftIndex index = message.index + 1 + static_cast<RaftIndex>(i);
      if (index <= log.base()) continue;
      if (index <= log.last()) {
        if (log.term_at(index) == message.entries_term) continue;
        log.truncate_from(index);
      }
      if (log.free() == 0) return index - 1;  // bounded: the rest will be sent again
      const auto operation = static_cast<std::int32_t>(message.first + i);
      log.append(message.entries_term, message.kind == Kind::append_no_op ? RaftEntry::no_op : operation,
                 payload.part(i * size, size));
    }
    return message.index + static_cast<RaftIndex>(count);
  }

  /// 5.3, the accelerated back-off: names the term of the conflicting entry and where it begins.
  template <class Out>
  void refuse(Rank leader, const Message& message, Out& out) const {
    const RaftLog& log = core_.log;
    const bool is_short = message.index > log.last();
    out.send(leader, Message{.kind = Kind::rejected,
                             .term = core_.election.term(),
                             .index = is_short ? log.last() + 1 : log.first_of_term_at(message.index),
                             .index_term = is_short ? 0 : log.term_at(message.index),
                             .commit = message.index});
  }
  template <class Out>
  void accept(Rank leader, RaftIndex match, Out& out) const {
    out.send(leader, Message{.kind = Kind::accepted, .term = core_.election.term(), .index = match});
  }

  RaftCore& core_;
  RaftState incoming_;
  RaftIndex incoming_index_ = 0;
  std::bitset<RaftState::kParts> incoming_parts_;
};

}  // namespace coordbench
