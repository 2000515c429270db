#pragma once
// For tests of Raft's parts: shapes, logs given by the terms of their entries, and what a step sent and completed.

#include <map>

#include "kernels/raft_replication.hpp"
#include "tests/support/growing_arena.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {

using Kind = raft::Message::Kind;
using Terms = std::vector<raft::Term>;
using RaftSettings = std::vector<std::pair<std::string_view, std::int64_t>>;

inline Shape raft_shape(int ranks, const RaftSettings& set = {}, int in_flight = 1, int clients = 0) {
  Shape shape = shape_of<RaftReplication>(ranks, 8, set);
  shape.in_flight = in_flight;
  shape.clients = clients;
  return shape;
}

/// Entries of these terms, of operations that follow each other: the entry at index i is operation i - 1.
inline void append(raft::Log& log, const Terms& terms) {
  for (const raft::Term term : terms) log.append(term, static_cast<std::int32_t>(log.last()), {});
}
inline raft::Log log_of(const Terms& terms, raft::Index compacted = 0) {
  raft::Log log(64);
  append(log, terms);
  while (log.base() < compacted) log.compact_one();
  return log;
}
/// A server whose log has these entries, of which the first are compacted: committed, in no state that anybody looks at.
inline void prepare(raft::Core& core, const Terms& terms, raft::Index compacted = 0) {
  append(core.log, terms);
  while (core.log.base() < compacted) core.log.compact_one();
  core.commit_index = core.applied_index = compacted;
}
/// Of the entries behind the base.
inline Terms terms_of(const raft::Log& log) {
  Terms terms;
  for (raft::Index index = log.base() + 1; index <= log.last(); ++index) terms.push_back(log.term_at(index));
  return terms;
}

/// The outbox of one server, emptied as it is read.
struct RaftOutbox : Outbox<raft::Message> {
  struct Sent {
    Rank to;
    raft::Message message;
    std::vector<Payload> payloads{};
  };
  /// `self` sends; what goes to several servers is told as a message to each.
  explicit RaftOutbox(const Shape& shape, Rank self = 0)
      : Outbox(bounds_of<RaftReplication>(shape, self)), self_(self), servers_(shape.ranks) {}

  std::vector<Sent> take() {
    std::vector<Sent> sent;
    for (Envelope& envelope : envelopes()) {
      Sent one{.to = envelope.to, .message = envelope.message};
      if (Payload alone = std::exchange(envelope.payload, {})) one.payloads.push_back(alone);
      if (envelope.parts > 0)
        for (const Payload& part : parts_of(envelope)) one.payloads.push_back(part);
      const int others = one.to == kOthers ? std::min(static_cast<int>(envelope.others), servers_ - 1) : 0;
      if (one.to != kOthers) sent.push_back(one);
      for (int i = 1; i <= others; ++i) sent.push_back({(self_ + i) % servers_, one.message, one.payloads});
    }
    clear();
    return sent;
  }
  /// The only message there is; of an unlikely kind if there is none or there are several.
  raft::Message only() {
    const auto sent = take();
    return sent.size() == 1 ? sent[0].message : raft::Message{.kind = Kind::no_more};
  }
  [[nodiscard]] std::vector<Operation> completed(int mark) const {
    std::vector<Operation> operations;
    for (const Completion& completion : completions())
      if (completion.mark == mark) operations.push_back(completion.operation);
    return operations;
  }

 private:
  Rank self_;
  int servers_;
};

/// How many messages of each kind go to whom.
using Tally = std::map<std::pair<Rank, Kind>, int>;
inline Tally tally(const std::vector<RaftOutbox::Sent>& sent) {
  Tally messages;
  for (const auto& one : sent) ++messages[{one.to, one.message.kind}];
  return messages;
}

/// Rank 0: seated in term 1, or elected in a later one.
struct LeadingServer {
  explicit LeadingServer(int servers, const RaftSettings& set = {}, int in_flight = 8, int clients = 0)
      : shape(raft_shape(servers, set, in_flight, clients)) {}

  void lead(raft::Term term) {
    core.election.enter(term - 1, 0);
    core.election.begin_pre_vote();
    core.election.begin_vote();
    machine.begin(out);
  }
  /// Each in a step of its own; returns what all of them sent.
  std::vector<RaftOutbox::Sent> append(Operation first, int count) {
    std::vector<RaftOutbox::Sent> all;
    for (Operation k = first; k < first + count; ++k) {
      machine.append(k, {}, out);
      for (auto& sent : settle()) all.push_back(std::move(sent));
    }
    return all;
  }
  Tally tell(Rank from, raft::Index match) {
    accept(from, match);
    return tally(settle());
  }
  /// An answer to entries, or to none.
  void accept(Rank from, raft::Index match, std::uint32_t count = 1) {
    machine.accepted(from, {.count = count, .kind = Kind::accepted, .index = match}, out);
  }
  std::vector<RaftOutbox::Sent> refuse(Rank from, raft::Index refused, raft::Index index, raft::Term term) {
    machine.rejected(from, {.kind = Kind::rejected, .index = index, .index_term = term, .commit = refused}, out);
    return out.take();
  }
  std::vector<RaftOutbox::Sent> request(Operation operation) {
    machine.request(operation, {}, out);
    return out.take();
  }
  Tally heartbeat() {
    machine.heartbeat(out);
    return tally(settle());
  }
  /// What a step sent, and what is sent afterwards.
  std::vector<RaftOutbox::Sent> settle() {
    auto sent = out.take();
    core.apply_committed(out);
    machine.afterwards(out);
    for (auto& later : out.take()) sent.push_back(std::move(later));
    return sent;
  }

  Shape shape;
  raft::Core core{shape, 0};
  raft::Leader machine{core};
  RaftOutbox out{shape};
};

/// Rank 1, led by rank 0.
struct LedServer {
  explicit LedServer(const Terms& terms = {}, raft::Index compacted = 0, int in_flight = 8)
      : shape(raft_shape(3, {}, in_flight)) {
    prepare(core, terms, compacted);
  }
  /// AppendEntries of `count` entries of `term` behind (index, index_term); what is applied is left in the outbox.
  raft::Message append(raft::Index index, raft::Term index_term, raft::Term term, int count, raft::Index commit = 0) {
    machine.append(0, entries(index, index_term, term, count, commit), {}, out);
    const raft::Message answer = out.only();
    core.apply_committed(out);
    return answer;
  }
  static raft::Message entries(raft::Index index, raft::Term index_term, raft::Term term, int count, raft::Index commit = 0) {
    return {.first = index,
            .count = static_cast<std::uint32_t>(count),
            .kind = Kind::append,
            .term = 9,
            .index = index,
            .index_term = index_term,
            .entries_term = term,
            .commit = commit};
  }
  /// Parts of the state after (index, term); returns what was answered.
  std::vector<RaftOutbox::Sent> take_parts(const std::vector<std::uint32_t>& numbers, raft::Index index, raft::Term term = 3) {
    raft::State state(1);
    for (std::int32_t k = 0; k < static_cast<std::int32_t>(index); ++k) state.apply(k);
    for (const std::uint32_t number : numbers)
      machine.take_part(0,
                        {.first = state.part(number).one,
                         .kind = Kind::snapshot,
                         .index = index,
                         .index_term = term,
                         .entries_term = number,
                         .commit = state.part(number).two},
                        out);
    return out.take();
  }

  Shape shape;
  raft::Core core{shape, 1};
  raft::Follower machine{core};
  RaftOutbox out{shape, 1};
};

}  // namespace coordbench::testing
