#pragma once
// raft_replication — servers append operations to one log, in the order that a leader gives them; what a majority has is final.
//
//   client N ──request──►  leader 0 ──append──►  followers 1 … N-1     (co-located: the leader itself asks)
//                                   ◄─accepted─                        `committed`  once a majority has the entry
//            ◄───reply───                                              `applied`    at each server, in the order of the log
//                                                                      `answered`   at the rank that asked
//
// 2(N - 1) messages per operation, 2 more with clients, divided among a `batch`; `eager` announces each commit index, 2(N - 1)
// more; `thrifty` talks to floor(N/2) followers instead of N - 1. Safe whatever the network loses, duplicates or delays and
// whichever server crashes, as long as disks remember; live while a majority can talk.
// `leader` = elected: nobody leads at first. Rank 0 has the shortest first time-out, counted from the first operation there;
// that operation is committed after the time-out, a round trip for votes and one for entries; pre_vote takes one more.
// Reads (`reads` percent) are linearizable. read=log: an entry like any other. index: the leader asks who follows it, and shows
// what it has applied once a majority has: 2(N - 1) messages for all reads that wait, 2 delays. lease: it shows it at once, as
// long as a majority has answered it less than `lease_us` ago: nothing. That needs clocks whose rates differ by less than
// `drift_percent`; a server votes for nobody within a time-out of hearing a leader. With clients 2 more.
// Source: Ongaro, Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)", 2014; Ongaro's
// dissertation, 2014, 6.2 (a leader that hears no majority steps down), 6.4 (reads), 9.6 (PreVote), 10.2 (batching).

#include "kernels/raft/client.hpp"
#include "kernels/raft/declarations.hpp"
#include "kernels/raft/follower.hpp"
#include "kernels/raft/leader.hpp"
#include "kernels/raft/reads.hpp"
#include "kernels/replication/waiting.hpp"

namespace coordbench {

class RaftReplication : public raft::Declarations {
 public:
  using Message = raft::Message;
  using Kind = Message::Kind;
  using Out = raft::Out;

  static constexpr About about{
      .level = 4,
      .group = "replication",
      .promise = "one order of operations; a committed operation is not lost while a majority keeps its memory",
      .survives = "loss; any minority down; crashes that keep term, vote and log",
      .blocks = "while no majority can talk; with leader=seated while the leader is down",
      .messages =
          "2(N - 1); --clients: + 2; eager: + 2(N - 1); thrifty: floor(N/2) in place of N - 1; all divided by batch; reads "
          "with read=index: 2(N - 1) for all that wait, lease: 0; --clients: + 2",
      .delays =
          "committed 2, applied 2, answered 2 (followers apply when the next operation's message comes, which is not counted "
          "here); eager: applied 3; reads with read=index: answered 2, lease: 0; --clients: committed and applied 1 more, "
          "answered 2 more",
      .source = "Ongaro, Ousterhout 2014 (extended version), 5-8; Ongaro's dissertation 2014, 6.4",
      .latency = Latency::proposer,
      .count_rule = CountRule::range};

  RaftReplication(const Shape& shape, Rank self)
      : core_(shape, std::min(self, shape.ranks - 1)),
        leader_(core_),
        follower_(core_),
        reads_(core_, shape),
        client_(core_.setting, shape.in_flight),
        waiting_(waiting_most(core_.setting)),
        is_client_(self >= shape.ranks),
        is_plain_(!is_client_ && !core_.setting.reading.any) {}
  RaftReplication(const RaftReplication&) = delete;
  RaftReplication& operator=(const RaftReplication&) = delete;

  /// At a client, or at a server itself; there it waits until the server leads.
  void propose(Operation operation, Payload payload, Out& out) {
    if (!is_plain_)
      propose_rarely(operation, std::move(payload), out);
    else if (core_.election.leads()) [[likely]]
      leader_.append(operation, std::move(payload), out);
    else
      wait(operation, std::move(payload), out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (is_client_) return client_.step(from, message, out, payload);
    if (message.kind == Kind::request) return serve(from, message, payload, out);
    if (message.kind <= Kind::value) return serve_rarely(from, message, out);
    if (message.term != core_.election.term() && !is_current(from, message, out)) [[unlikely]]
      return;
    if (message.kind == Kind::append || message.kind == Kind::append_no_op || message.kind == Kind::announce) {
      core_.election.hear(from, out.now());
      follower_.append(from, message, payload, out);
    } else if (message.kind == Kind::accepted && core_.election.leads()) {
      leader_.accepted(from, message, out);
    } else if (message.kind == Kind::confirm) {
      follow(from, message, out);
    } else if (message.kind == Kind::confirmed && core_.election.leads()) {
      reads_.confirmed(from, message, out);
    } else {
      step_rarely(from, message, payload, out);
    }
  }

  /// Nobody waits for a server to apply but the client, and it for no longer than the rest of the step.
  void afterwards(Out& out) {
    if (core_.applied_index == core_.commit_index) return;
    core_.apply_committed(out);
    if (core_.election.leads()) leader_.afterwards(out);
  }

  void flush(Out& out) {
    if (is_client_)
      client_.flush(out);
    else if (core_.election.leads())
      leader_.flush(out);
    else
      waiting_.end();
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    if (is_client_)
      client_.tick(out);
    else if (!core_.election.leads())
      campaign_if_due(out);
    else if (core_.election.alarm() <= out.now())
      send_heartbeat(out);
  }
  [[nodiscard]] Time deadline() const { return is_client_ ? client_.alarm() : core_.election.alarm(); }

  [[gnu::noinline, gnu::cold]] void restart(Out& out) {
    if (is_client_) return client_.restart(out);
    core_.restart();
    core_.election.promise(out.now());
    follower_.restart();
    waiting_.clear();
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    if (is_plain_) return core_.answer(operation);
    if (!is_client_) return core_.answer_with_reads(operation);
    const std::int64_t outcome = core_.outcome_of(operation, client_.value_of(operation));
    return {outcome, client_.payload_of(operation), client_.writer_of(operation)};
  }

  /// For those who watch: term, vote, log, what is applied.
  [[nodiscard]] const raft::Core& core() const { return core_; }
  [[nodiscard]] const raft::Client& client() const { return client_; }
  [[nodiscard]] bool is_client() const { return is_client_; }

 private:
  using Role = raft::Election::Role;

  /// At a client, or where operations read.
  void propose_rarely(Operation operation, Payload payload, Out& out) {
    if (is_client_)
      client_.propose(operation, std::move(payload), out);
    else if (core_.election.leads())
      take_in(operation, std::move(payload), out);
    else
      wait(operation, std::move(payload), out);
  }
  /// Whatever a leader is asked for.
  void take_in(Operation operation, Payload payload, Out& out) {
    if (core_.setting.reading.is_apart(operation))
      reads_.ask(operation, out);
    else if (core_.setting.clients > 0)
      leader_.request(operation, payload, out);
    else
      leader_.append(operation, std::move(payload), out);
  }
  /// What clients say besides requests.
  void serve_rarely(Rank client, const Message& message, Out& out) {
    if (message.kind == Kind::no_more) return flush(out);
    if (message.kind != Kind::read) return;
    if (core_.election.leads()) return reads_.ask(message.first, out);
    serve_unled(client, message, {}, out);
  }
  void serve(Rank client, const Message& message, const Payload& payload, Out& out) {
    if (core_.election.leads()) [[likely]]
      return leader_.request(message.first, payload, out);
    serve_unled(client, message, payload, out);
  }
  /// 8: a client is sent on to the leader; while there is none, what it asks waits.
  [[gnu::noinline, gnu::cold]] void serve_unled(Rank client, const Message& message, const Payload& payload, Out& out) {
    const Rank leader = core_.election.leader();
    if (leader == raft::Election::nobody) return wait(message.first, payload, out);
    waiting_.clear();  // the client will ask there
    out.send(client, Message{.kind = Kind::reply, .index = static_cast<std::uint32_t>(leader)});
  }
  [[gnu::noinline, gnu::cold]] void wait(Operation operation, Payload payload, Out& out) {
    if (waiting_.is_empty()) core_.election.begin_waiting(out.now());
    waiting_.add(operation, std::move(payload));
  }

  /// 5.1: a higher term makes a follower of everyone; a lower one is refused, so that its leader steps down. A pre-vote asks
  /// about a term that nobody is in yet.
  [[gnu::noinline, gnu::cold]] bool is_current(Rank from, const Message& message, Out& out) {
    const Kind kind = message.kind;
    const raft::Term term = core_.election.term();
    if (kind == Kind::pre_vote || kind == Kind::pre_vote_granted) return true;
    if (kind == Kind::vote && core_.election.has_promised(out.now())) return false;
    if (message.term > term) {
      core_.election.enter(message.term, out.now());
      return true;
    }
    if (kind == Kind::append || kind == Kind::append_no_op || kind == Kind::announce || kind == Kind::snapshot ||
        kind == Kind::confirm)
      out.send(from, Message{.kind = Kind::rejected, .term = term});
    else if (kind == Kind::vote)
      out.send(from, Message{.kind = Kind::vote_denied, .term = term});
    return false;
  }

  /// 6.4: this server follows the leader, and has voted for nobody since.
  void follow(Rank from, const Message& message, Out& out) {
    core_.election.hear(from, out.now());
    Message answer = message;
    answer.kind = Kind::confirmed;
    out.send(from, answer);
  }
  void send_heartbeat(Out& out) {
    leader_.heartbeat(out);
    if (core_.setting.reading.apart && core_.election.leads()) reads_.heartbeat(out);
  }

  [[gnu::noinline, gnu::cold]] void step_rarely(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.kind == Kind::snapshot) {
      core_.election.hear(from, out.now());
      follower_.take_part(from, message, out, payload);
    } else if (message.kind == Kind::rejected && core_.election.leads()) {
      leader_.rejected(from, message, out);
    } else {
      elect(from, message, out);
    }
  }

  void elect(Rank from, const Message& message, Out& out) {
    raft::Election& election = core_.election;
    const bool is_covered = core_.log.is_covered_by(message.index, message.index_term);
    if (message.kind == Kind::pre_vote) {
      const bool granted = election.grants_pre_vote(message.term, is_covered, out.now());
      out.send(from, Message{.kind = granted ? Kind::pre_vote_granted : Kind::pre_vote_denied,
                             .term = granted ? message.term : election.term()});
    } else if (message.kind == Kind::vote) {
      const bool granted = election.grant_vote(from, is_covered, out.now());
      out.send(from, Message{.kind = granted ? Kind::vote_granted : Kind::vote_denied, .term = election.term()});
    } else if (message.kind == Kind::pre_vote_granted) {
      if (message.term == election.term() + 1 && election.count_vote(from, Role::pre_candidate)) begin_vote(out);
    } else if (message.kind == Kind::vote_granted) {
      if (election.count_vote(from, Role::candidate)) lead(out);
    }
  }

  void campaign_if_due(Out& out) {
    raft::Election& election = core_.election;
    if (!election.is_due(out.now())) return;
    if (!core_.setting.pre_vote || election.begin_pre_vote()) return begin_vote(out);
    ask_everyone(Kind::pre_vote, election.term() + 1, out);
  }
  void begin_vote(Out& out) {
    if (core_.election.begin_vote()) return lead(out);
    ask_everyone(Kind::vote, core_.election.term(), out);
  }
  void ask_everyone(Kind kind, raft::Term term, Out& out) const {
    out.send_others(Message{.kind = kind, .term = term, .index = core_.log.last(), .index_term = core_.log.last_term()});
  }
  /// With what has waited for it.
  void lead(Out& out) {
    leader_.begin(out);
    if (!core_.election.leads()) return;
    reads_.begin();
    const bool is_all =
        waiting_.take([&](Operation operation, Payload payload) { take_in(operation, std::move(payload), out); });
    if (is_all) leader_.flush(out);
  }

  raft::Core core_;
  raft::Leader leader_;
  raft::Follower follower_;
  raft::LeaderReads reads_;
  raft::Client client_;
  replication::Waiting waiting_;
  bool is_client_;
  bool is_plain_;  ///< a server, and no operation reads
};

}  // namespace coordbench
