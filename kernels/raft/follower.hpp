#pragma once
// A server that is led: entries, commit indices and snapshots of a leader whose term is current.
// Source: Ongaro, Ousterhout 2014, 5.3, 7.

#include "kernels/raft/core.hpp"

namespace coordbench::raft {

class Follower {
 public:
  using Kind = Message::Kind;

  explicit Follower(Core& core) : core_(core), parts_(core.setting.snapshot_parts()), has_come_(parts_.size(), false) {}

  /// 5.3: AppendEntries, with or without entries. The answer names the operations that the message did.
  void append(Rank leader, const Message& message, const Payload& payload, Out& out) {
    if (!core_.log.has(message.index, message.index_term)) [[unlikely]]
      return refuse(leader, message, out);
    const Index match = take_entries(message, payload, out);
    out.send(leader, Message{.first = message.first,
                             .count = message.count,
                             .kind = Kind::accepted,
                             .term = core_.election.term(),
                             .index = match});
    core_.commit_up_to(std::min(message.commit, match), out);  // of the log only what is known to match the leader's
  }

  /// 7: a snapshot comes in parts, in any order and maybe twice; once all are there it is acknowledged as entries are.
  [[gnu::noinline, gnu::cold]] void take_part(Rank leader, const Message& message, Out& out, const Payload& payload = {}) {
    if (message.index <= core_.commit_index) return accept(leader, core_.commit_index, out);
    if (message.index != incoming_index_) forget_parts();
    incoming_index_ = message.index;
    if (has_come_[message.entries_term]) return;
    has_come_[message.entries_term] = true;
    if (payload) written_ = kept(core_.setting.replicate, payload, out);
    parts_[message.entries_term] = {message.first, message.commit};
    if (++parts_come_ < parts_.size()) return;
    install(message);
    accept(leader, message.index, out);
  }

  void restart() { forget_parts(); }

 private:
  /// Returns how far the log matches the leader's. An entry that conflicts with a new one goes, with all that follow it; one
  /// that is there already stays, or a late message would cut off what came after it.
  Index take_entries(const Message& message, const Payload& payload, Out& out) {
    if (message.kind == Kind::announce) return message.index;
    const std::size_t count = message.kind == Kind::append_no_op ? 1 : message.count;
    const std::size_t size = count > 1 ? payload.size() / count : payload.size();
    Log& log = core_.log;
    for (std::size_t i = 0; i < count; ++i) {
      const Index index = message.index + 1 + static_cast<Index>(i);
      if (index <= log.base()) continue;
      if (index <= log.last()) {
        if (log.term_at(index) == message.entries_term) continue;
        log.truncate_from(index);
      }
      if (log.free() == 0) return index - 1;  // bounded: the rest will be sent again
      const auto operation = static_cast<std::int32_t>(message.first + i);
      log.append(message.entries_term, message.kind == Kind::append_no_op ? Entry::no_op : operation,
                 kept(core_.setting.replicate, payload.part(i * size, size), out));
    }
    return message.index + static_cast<Index>(count);
  }

  /// 5.3, the accelerated back-off: names the term of the conflicting entry and where it begins.
  [[gnu::noinline, gnu::cold]] void refuse(Rank leader, const Message& message, Out& out) const {
    const Log& log = core_.log;
    const bool is_short = message.index > log.last();
    out.send(leader, Message{.kind = Kind::rejected,
                             .term = core_.election.term(),
                             .index = is_short ? log.last() + 1 : log.first_of_term_at(message.index),
                             .index_term = is_short ? 0 : log.term_at(message.index),
                             .commit = message.index});
  }
  [[gnu::noinline, gnu::cold]] void install(const Message& message) {
    State state = core_.snapshot;
    for (std::uint32_t number = 0; number < State::kParts; ++number) state.set_part(number, parts_[number]);
    core_.install(message.index, message.index_term, state);
    const std::uint32_t last = core_.setting.written_part();
    for (std::uint32_t number = State::kParts; number < last; ++number)
      core_.answers.learn(number, parts_[number], core_.state);
    if (last < parts_.size()) core_.written = {Written::writer_of(parts_[last].one), std::move(written_)};
  }
  [[gnu::noinline, gnu::cold]] void forget_parts() {
    has_come_.assign(has_come_.size(), false);
    parts_come_ = 0;
    written_ = {};
  }
  void accept(Rank leader, Index match, Out& out) const {
    out.send(leader, Message{.kind = Kind::accepted, .term = core_.election.term(), .index = match});
  }

  Core& core_;
  Index incoming_index_ = 0;        ///< of the snapshot that is coming
  std::vector<State::Part> parts_;  ///< [number]: of it
  std::vector<bool> has_come_;      ///< [number]
  Payload written_{};               ///< of it: the value that was written last
  std::size_t parts_come_ = 0;
};

}  // namespace coordbench::raft
