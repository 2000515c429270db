#pragma once
// leader_election — Raft's election: a majority votes for one candidate in a term, and so for at most one.
//
//   candidate 0 ──would you vote?──► servers 1 … n     pre_vote (9.6): the term is raised only if a majority would vote
//               ◄───── yes ─────────
//               ──vote for me──────►                   term + 1
//               ◄───── granted ─────                   `won`          a majority of votes, its own among them
//               ──append, empty────►                   `known`        at each server: who leads
//               ◄───── accepted ────                   `established`  a majority follows
//
// n = N - 1; uncontested, 2n votes and 2n first appends, 2n more with pre_vote. Won after 2 delays, known 3, established 4;
// with pre_vote 2 more each. One operation is one election: rank 0 is asked to campaign, as if its time-out had come, and a
// server that hears of a newer election takes the leader of the last one to be gone. Terms, votes and the newest election are
// on disk.
// With `election_timeout_us` a follower that hears no leader campaigns by itself, and the leader sends heartbeats. Safe
// whatever the network loses, duplicates or delays and whichever server crashes: one leader in a term. A leader comes once
// servers and links are back, if time-outs are well above the time that a broadcast takes.
// Source: Ongaro, Consensus: Bridging Theory and Practice (dissertation, Stanford), 2014, 3.4 (election), 9.6 (PreVote).

#include "kernels/election/election.hpp"
#include "kernels/raft/election.hpp"

namespace coordbench {

class LeaderElection {
 public:
  struct Message {
    enum class Kind : std::uint32_t {
      pre_vote,
      pre_vote_granted,
      pre_vote_denied,
      vote,
      vote_granted,
      vote_denied,
      append,  ///< AppendEntries without entries: the first one of a leader, or a heartbeat
      accepted,
      rejected
    };
    std::uint32_t first;  ///< the election
    std::uint32_t count;  ///< 0: a heartbeat, or the answer to one
    Kind kind;
    raft::Term term;
    std::uint32_t is_established;  ///< of the leader that appends
  };
  using Kind = Message::Kind;
  using Out = Outbox<Message>;

  static constexpr About about{.level = 2,
                               .group = "election",
                               .promise = "at most one leader in a term; one in the end once servers and links are back",
                               .survives = "loss; any minority down; crashes that keep term and vote",
                               .blocks = "while no majority can talk",
                               .messages = "4n, n = N - 1: votes and first appends; pre_vote: 6n",
                               .delays = "won 2, known 3, established 4; pre_vote: 2 more each; 0 at N = 1",
                               .source = "Ongaro's dissertation 2014, 3.4, 9.6",
                               .latency = Latency::proposer,
                               .has_payload = false};
  static constexpr std::array parameters{
      Parameter{.name = "pre_vote",
                .highest = 1,
                .help = "on: a server asks who would vote for it before it raises the term",
                .choices = {"off", "on"}},
      Parameter{.name = "election_timeout_us",
                .highest = 60'000'000,
                .help = "least election time-out, 0: none; an unexpected election makes the case fail"}};
  enum { won, known, established };
  static constexpr std::array marks{Mark{.name = "won"}, Mark{.name = "known", .where = Where::everywhere, .answers = true},
                                    Mark{.name = "established"}};

  static Cost cost(const Shape& shape, Operation /*k*/) {
    const int n = shape.ranks - 1, earlier = shape["pre_vote"] == 1 ? 2 : 0;
    if (n == 0) return {.messages = 0, .delays = {0, 0, 0}};
    return {.messages = n * (4 + earlier), .delays = {earlier + 2, earlier + 3, earlier + 4}};
  }
  /// While no time-out passes, rank 0 is the only candidate.
  static bool accepts(const Shape& shape, Operation /*k*/, const Answer& answer) {
    const bool is_rank = answer.outcome >= 0 && answer.outcome < shape.ranks;
    return answer.of == Answer::nothing && (times_out(shape) ? is_rank : answer.outcome == 0);
  }
  static std::string unfit(const Shape& shape) { return election::unfit(shape); }
  static bool times_out(const Shape& shape) { return shape["election_timeout_us"] > 0; }
  /// Answers of a whole election may come late, while those of the next come.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    return {.sends = 1, .completions = 3, .receives = 6 * static_cast<std::size_t>(shape.ranks), .leases = 1};
  }

  LeaderElection(const Shape& shape, Rank self)
      : election_(shape.ranks, self, shape["election_timeout_us"] * 1000, shape.seed, /*seated=*/false),
        pre_vote_(shape["pre_vote"] == 1),
        follows_(static_cast<std::size_t>(shape.ranks), false),
        self_(self) {}

  /// The user asks for a leader.
  void propose(Operation k, const Payload& /*payload*/, Out& out) {
    turn_to(k, out.now());
    asked_ = k;
    campaign(out);
  }

  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    const Operation k = message.first;
    if (k < operation_) return;  // it is about a leader who is gone
    if (k > operation_) turn_to(k, out.now());
    if (!is_current(from, message, out)) return;
    switch (message.kind) {
      case Kind::pre_vote:
        return answer_pre_vote(from, message.term, out);
      case Kind::pre_vote_granted:
        if (message.term == election_.term() + 1 && election_.count_vote(from, Role::pre_candidate)) request_votes(out);
        return;
      case Kind::vote:
        return answer_vote(from, out);
      case Kind::vote_granted:
        if (election_.count_vote(from, Role::candidate)) lead(out);
        return;
      case Kind::append:
        return follow(from, message, out);
      case Kind::accepted:
        return count_follower(from, out);
      default:  // denied, rejected: only their term matters
        return;
    }
  }

  /// 3.4: a leader sends heartbeats, and a follower that receives none over a period of time begins an election.
  void tick(Out& out) {
    if (election_.alarm() > out.now()) return;
    if (election_.leads())
      append(/*count=*/0, out);
    else if (election_.is_due(out.now()))
      campaign(out);
  }
  /// Nobody campaigns before the first election is asked for.
  [[nodiscard]] Time deadline() const { return operation_ < 0 ? kNever : election_.alarm(); }

  void restart(Out& /*out*/) { election_.restart(); }

  [[nodiscard]] Answer answer(Operation /*k*/) const { return election::leader_is(election_.leader()); }

  // ---- for observers -------------------------------------------------------------------------------------------------------

  [[nodiscard]] const raft::Election& election() const { return election_; }
  [[nodiscard]] Operation operation() const { return operation_; }
  [[nodiscard]] bool is_established() const { return election_.leads() && is_established_; }

 private:
  using Role = raft::Election::Role;

  void turn_to(Operation k, Time now) {
    operation_ = k;
    election_.retire(now);
  }

  /// 3.3: a server with a smaller term updates it, and a candidate or leader whose term is out of date becomes a follower; a
  /// request with a stale term is rejected. 9.6: a pre-vote is about a term that nobody is in yet.
  bool is_current(Rank from, const Message& message, Out& out) {
    if (message.kind == Kind::pre_vote || message.kind == Kind::pre_vote_granted) return true;
    if (message.term > election_.term()) election_.enter(message.term, out.now());
    if (message.term == election_.term()) return true;
    if (message.kind == Kind::vote) out.send(from, of_this_term(Kind::vote_denied));
    if (message.kind == Kind::append) out.send(from, of_this_term(Kind::rejected, message.count));
    return false;
  }

  // ---- candidates ----------------------------------------------------------------------------------------------------------

  void campaign(Out& out) {
    if (!pre_vote_ || election_.begin_pre_vote()) return request_votes(out);
    Message message = of_this_term(Kind::pre_vote);
    ++message.term;
    out.send_others(message);
  }
  /// 3.4: to begin an election, a follower increments its current term and transitions to candidate state. It then votes for
  /// itself and issues RequestVote RPCs in parallel to each of the other servers in the cluster.
  void request_votes(Out& out) {
    if (election_.begin_vote()) return lead(out);
    out.send_others(of_this_term(Kind::vote));
  }

  // ---- voters --------------------------------------------------------------------------------------------------------------

  /// 9.6: yes, if the candidate's term is not behind and no leader has been heard within a time-out.
  void answer_pre_vote(Rank from, raft::Term term, Out& out) const {
    const bool is_granted = election_.grants_pre_vote(term, kLogIsCovered, out.now());
    Message message = of_this_term(is_granted ? Kind::pre_vote_granted : Kind::pre_vote_denied);
    if (is_granted) message.term = term;
    out.send(from, message);
  }
  /// 3.4: each server will vote for at most one candidate in a given term, on a first-come-first-served basis.
  void answer_vote(Rank from, Out& out) {
    const bool is_granted = election_.grant_vote(from, kLogIsCovered, out.now());
    out.send(from, of_this_term(is_granted ? Kind::vote_granted : Kind::vote_denied));
  }

  // ---- leader and followers ------------------------------------------------------------------------------------------------

  /// 3.4: it then sends heartbeat messages to all of the other servers to establish its authority and prevent new elections.
  void lead(Out& out) {
    election_.win(out.now());
    follows_.assign(follows_.size(), false);
    followers_ = 0;
    is_established_ = false;
    told_.tell(operation_, won, out);
    told_.tell(operation_, known, out);
    append(/*count=*/1, out);
    count_follower(self_, out);
  }
  void append(std::uint32_t count, Out& out) {
    out.send_others(of_this_term(Kind::append, count));
    election_.set_heartbeat(out.now());
  }
  /// The server that was asked for a leader also ends the election if another server leads.
  void follow(Rank leader, const Message& message, Out& out) {
    election_.hear(leader, out.now());
    told_.tell(operation_, known, out);
    if (message.is_established == 1 && asked_ == operation_) told_.tell(operation_, established, out);
    out.send(leader, of_this_term(Kind::accepted, message.count));
  }
  void count_follower(Rank from, Out& out) {
    if (!election_.leads() || follows_[static_cast<std::size_t>(from)]) return;
    follows_[static_cast<std::size_t>(from)] = true;
    if (++followers_ != election_.majority()) return;
    is_established_ = true;
    told_.tell(operation_, established, out);
  }

  [[nodiscard]] Message of_this_term(Kind kind, std::uint32_t count = 1) const {
    return {.first = static_cast<std::uint32_t>(operation_),
            .count = count,
            .kind = kind,
            .term = election_.term(),
            .is_established = is_established() ? 1U : 0U};
  }

  static constexpr bool kLogIsCovered = true;  ///< there is no log that a candidate's could lack entries of

  raft::Election election_;  ///< term, vote, role and time-outs of this server
  bool pre_vote_;
  Operation operation_ = -1;  ///< the newest election that this server has heard of
  Operation asked_ = -1;      ///< the newest that it was asked for
  election::Told told_{};
  std::vector<bool> follows_;  ///< [rank], of a leader: has accepted in this term
  int followers_ = 0;
  bool is_established_ = false;
  Rank self_;
};

}  // namespace coordbench
