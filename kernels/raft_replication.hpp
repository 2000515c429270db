#pragma once
// raft_replication — servers append operations to one log, in the order that a leader gives them; what a majority has is final.
//
//   client N ──request──►  leader 0 ──append──►  followers 1 … N-1     (co-located: the leader itself asks)
//                                   ◄─accepted─                        `committed`  once a majority has the entry
//            ◄───reply───                                              `applied`    at each server, in the order of the log
//                                                                      `answered`   at whoever asked
//
// 2(N - 1) messages an operation, 2 more with a client, divided among a `batch`; `eager` announces each commit index, 2(N - 1)
// more; `thrifty` talks to floor(N/2) followers instead of N - 1. Safe whatever the network loses, doubles or delays and
// whoever crashes, as long as disks remember; live while a majority can talk.
// Source: Ongaro, Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)", 2014; Ongaro's
// dissertation, 2014, 9.6 (PreVote), 10.2 (batching, pipelining).

#include <optional>

#include "kernels/parts/raft_client.hpp"
#include "kernels/parts/raft_follower.hpp"
#include "kernels/parts/raft_leader.hpp"

namespace coordbench {

class RaftReplication {
 public:
  using Message = RaftMessage;
  using Kind = Message::Kind;
  enum { committed = RaftCore::committed, applied = RaftCore::applied, answered = RaftCore::answered };

  static constexpr About about{.level = 4,
                               .promise = "one order of operations, none lost once committed, while a majority lives",
                               .messages = "2(N - 1), client + 2, eager + 2(N - 1), thrifty floor(N/2) for N - 1; over a batch",
                               .delays = "committed 2, applied 2, answered 2; client + 1, + 1, + 2; eager: applied + 1",
                               .source = "Ongaro, Ousterhout 2014 (extended version), 5-8",
                               .latency = Latency::proposer};
  static constexpr std::array parameters = kRaftParameters;
  static constexpr std::array marks{Mark{.name = "committed", .where = Mark::Where::leader},
                                    Mark{.name = "applied", .where = Mark::Where::everywhere, .answers = true},
                                    Mark{.name = "answered", .where = Mark::Where::proposer, .answers = true}};

  static std::int64_t messages(const Shape& shape, std::int64_t operations) { return RaftSetting(shape).messages(operations); }
  static int delays(const Shape& shape, int mark) {
    const RaftSetting setting(shape);
    return mark == committed ? setting.delays_committed()
           : mark == applied ? setting.delays_applied()
                             : setting.delays_answered();
  }
  static std::string unfit(const Shape& shape) {
    constexpr std::int64_t kMessageMax = std::int64_t{4} << 20U;
    const RaftSetting setting(shape);
    if (setting.batch > setting.window) return "a batch larger than the operations in flight never fills; raise --in-flight";
    if (setting.batch * shape.payload_bytes > kMessageMax) return "a batch of more than 4 MiB";
    return "";
  }
  /// A heartbeat sends what waits for its batch to fill, and what thrifty holds back.
  static std::string uncountable(const Shape& shape) {
    const RaftSetting setting(shape);
    const bool follows_the_clock = setting.timeout > 0 && (setting.batch > 1 || setting.thrifty);
    return follows_the_clock ? "with time-outs the messages of a batch, and of thrifty, follow from the clock" : "";
  }
  static std::int64_t expected_outcome(const Shape& /*shape*/) { return 1; }
  /// Servers answer for what they applied, and whoever asked for what it was told.
  static int answers(const Shape& shape, Rank rank) {
    const RaftSetting setting(shape);
    if (rank == 0) return setting.clients > 0 ? 1 : 2;
    return rank <= setting.targets() || rank >= setting.servers ? 1 : 0;
  }
  static bool times_out(const Shape& shape) { return RaftSetting(shape).timeout > 0; }
  static int clients(const Shape& shape) { return RaftSetting(shape).clients; }
  static std::int64_t batch(const Shape& shape) { return RaftSetting(shape).batch; }

  /// A step may apply all that the log holds, and answer for it.
  static OutboxCapacity outbox_capacity(const Shape& shape) {
    const RaftSetting setting(shape);
    const auto servers = static_cast<std::size_t>(setting.servers);
    return {RaftLeader::kMost * servers + setting.log_capacity(), 3 * setting.log_capacity(),
            RaftLeader::kBurst * servers * static_cast<std::size_t>(setting.batch)};
  }
  static std::size_t in_degree(const Shape& shape, Rank rank) {
    const RaftSetting setting(shape);
    return static_cast<std::size_t>(setting.window) * static_cast<std::size_t>(rank == 0 ? 2 * setting.servers : 2);
  }
  /// While nobody campaigns, all but the leader hear only of it.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return rank == 0 || times_out(shape) ? std::nullopt : std::optional<Rank>(0);
  }
  /// The log keeps the lease of every entry.
  static std::size_t leases(const Shape& shape) { return RaftSetting(shape).log_capacity(); }

  RaftReplication(const Shape& shape, Rank self)
      : core_(shape, std::min(self, shape.ranks - 1)),
        leader_(core_),
        follower_(core_),
        client_(core_.setting.servers, core_.setting.window, core_.setting.sessions(), core_.setting.timeout),
        is_client_(self >= shape.ranks) {}
  RaftReplication(const RaftReplication&) = delete;
  RaftReplication& operator=(const RaftReplication&) = delete;

  /// At a client, or at the leader itself. A server that does not lead passes over it.
  template <class Out>
  void propose(Time now, Operation operation, Payload payload, Out& out) {
    if (is_client_)
      client_.propose(now, operation, std::move(payload), out);
    else if (core_.election.leads())
      leader_.append(operation, std::move(payload), out);
  }

  template <class Out>
  void step(Time now, Rank from, const Message& message, const Payload& payload, Out& out) {
    if (is_client_) return client_.step(now, from, message, answered, out);
    if (message.kind == Kind::request) return serve(from, message, payload, out);
    if (message.kind == Kind::no_more) return flush(now, out);
    if (!is_current(from, message, out)) return;
    if (message.kind == Kind::append || message.kind == Kind::append_no_op || message.kind == Kind::announce) {
      core_.election.hear(from, now);
      follower_.append(from, message, payload, out);
    } else if (message.kind == Kind::snapshot) {
      core_.election.hear(from, now);
      follower_.take_part(from, message, out);
    } else if (core_.election.leads()) {
      lead(now, from, message, out);
    } else {
      elect(now, from, message, out);
    }
  }

  /// Nobody waits for a server to apply but the client, and it for no longer than the rest of the step.
  template <class Out>
  void afterwards(Out& out) {
    if (core_.applied_index == core_.commit_index) return;
    core_.apply_committed(out);
    if (core_.election.leads()) leader_.afterwards(out);
  }

  template <class Out>
  void flush(Time /*now*/, Out& out) {
    if (is_client_)
      client_.flush(out);
    else if (core_.election.leads())
      leader_.flush(out);
  }

  template <class Out>
  void tick(Time now, Out& out) {
    if (is_client_)
      client_.tick(now, out);
    else if (!core_.election.leads())
      campaign_if_due(now, out);
    else if (core_.election.alarm() <= now)
      leader_.heartbeat(now, out);
  }
  [[nodiscard]] Time deadline() const { return is_client_ ? client_.alarm() : core_.election.alarm(); }

  template <class Out>
  void restart(Time now, Out& /*out*/) {
    if (is_client_) return client_.restart(now);
    core_.restart();
    follower_.restart();
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    if (!is_client_) return core_.answer(operation);
    return {core_.outcome_of(operation, client_.value_of(operation)), client_.payload_of(operation)};
  }

  /// For those who watch: term, vote, log, what is applied.
  [[nodiscard]] const RaftCore& core() const { return core_; }
  [[nodiscard]] const RaftClient& client() const { return client_; }
  [[nodiscard]] bool is_client() const { return is_client_; }

 private:
  template <class Out>
  void serve(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (core_.election.leads()) return leader_.request(message.first, payload, out);
    out.send(from, Message{.kind = Kind::reply, .index = static_cast<std::uint32_t>(core_.election.leader() + 1)});
  }

  /// 5.1: a higher term makes a follower of everyone; a lower one is refused, so that its leader steps down. A pre-vote asks
  /// about a term that nobody is in yet.
  template <class Out>
  bool is_current(Rank from, const Message& message, Out& out) {
    const Kind kind = message.kind;
    const RaftTerm term = core_.election.term();
    if (message.term == term || kind == Kind::pre_vote || kind == Kind::pre_vote_granted) [[likely]]
      return true;
    if (message.term > term) {
      core_.election.enter(message.term);
      return true;
    }
    if (kind == Kind::append || kind == Kind::append_no_op || kind == Kind::announce || kind == Kind::snapshot)
      out.send(from, Message{.kind = Kind::rejected, .term = term});
    else if (kind == Kind::vote)
      out.send(from, Message{.kind = Kind::vote_denied, .term = term});
    return false;
  }

  template <class Out>
  void lead(Time now, Rank from, const Message& message, Out& out) {
    if (message.kind == Kind::accepted)
      leader_.accepted(from, message.index, out);
    else if (message.kind == Kind::rejected)
      leader_.rejected(from, message, out);
    else
      elect(now, from, message, out);
  }

  template <class Out>
  void elect(Time now, Rank from, const Message& message, Out& out) {
    RaftElection& election = core_.election;
    const bool is_covered = core_.log.is_covered_by(message.index, message.index_term);
    if (message.kind == Kind::pre_vote) {
      const bool granted = election.grants_pre_vote(message.term, is_covered, now);
      out.send(from, Message{.kind = granted ? Kind::pre_vote_granted : Kind::pre_vote_denied,
                             .term = granted ? message.term : election.term()});
    } else if (message.kind == Kind::vote) {
      const bool granted = election.grant_vote(from, is_covered, now);
      out.send(from, Message{.kind = granted ? Kind::vote_granted : Kind::vote_denied, .term = election.term()});
    } else if (message.kind == Kind::pre_vote_granted) {
      if (message.term == election.term() + 1 && election.count_vote(from, RaftElection::Role::pre_candidate))
        begin_vote(now, out);
    } else if (message.kind == Kind::vote_granted) {
      if (election.count_vote(from, RaftElection::Role::candidate)) leader_.begin(now, out);
    }
  }

  template <class Out>
  void campaign_if_due(Time now, Out& out) {
    if (!core_.election.is_due(now)) return;
    if (core_.election.begin_pre_vote()) return begin_vote(now, out);
    ask_everyone(Kind::pre_vote, core_.election.term() + 1, out);
  }
  template <class Out>
  void begin_vote(Time now, Out& out) {
    if (core_.election.begin_vote()) return leader_.begin(now, out);
    ask_everyone(Kind::vote, core_.election.term(), out);
  }
  template <class Out>
  void ask_everyone(Kind kind, RaftTerm term, Out& out) const {
    for (Rank to = 0; to < core_.setting.servers; ++to)
      if (to != core_.self)
        out.send(to, Message{.kind = kind, .term = term, .index = core_.log.last(), .index_term = core_.log.last_term()});
  }

  RaftCore core_;
  RaftLeader leader_;
  RaftFollower follower_;
  RaftClient client_;
  bool is_client_;
};

}  // namespace coordbench
