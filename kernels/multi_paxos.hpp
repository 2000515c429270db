#pragma once
// multi_paxos — servers choose one operation for each slot of a log; what a quorum has accepted in a ballot is chosen.
//
//   preparing ──prepare──►  acceptors      phase 1, once for all slots from a number on: who prepares learns what they accepted
//             ◄──promise──                 and proposes that, slot by slot; in failure-free cases rank 0 has done so already
//   client N ──request──►  leader 0 ──accept──►  acceptors 1 … N-1   phase 2, per slot; the marks are those of
//            ◄───reply───           ◄─accepted─                      raft_replication: committed (chosen), applied, answered
//
// 2(N - 1) messages per operation, 2 more with clients, divided among a `batch`; `eager` announces each commit index, 2(N - 1)
// more; `thrifty` talks to q2 - 1 acceptors instead of N - 1. Quorums of phase 1 and 2 must meet: q1 + q2 > N. Safe whatever
// the network loses, duplicates or delays and whichever server crashes, as long as disks remember; live while q1 and q2 servers
// can talk. Source: Lamport, "Paxos made simple", 2001; Chandra, Griesemer, Redstone, "Paxos made live", PODC 2007; Howard,
// Malkhi, Spiegelman, "Flexible Paxos: quorum intersection revisited", OPODIS 2016.

#include <optional>

#include "kernels/paxos/acceptor.hpp"
#include "kernels/paxos/leader.hpp"
#include "kernels/paxos/preparation.hpp"
#include "kernels/replication/client.hpp"
#include "kernels/replication/waiting.hpp"

namespace coordbench {

class MultiPaxos {
 public:
  using Message = paxos::Message;
  using Kind = Message::Kind;
  using Out = paxos::Out;
  using Client = replication::ClientOf<Message>;

  static constexpr About about{
      .level = 4,
      .group = "replication",
      .promise = "one operation for each slot; a chosen operation is not lost while every quorum keeps a member's memory",
      .survives =
          "loss; servers down, as long as quorums of q1 and q2 are up; crashes that keep what was promised and accepted",
      .blocks = "while no quorum can talk; with leader=seated while the leader is down",
      .messages =
          "2(N - 1); --clients: + 2; eager: + 2(N - 1) unless q2 = 1; thrifty: q2 - 1 in place of N - 1; all divided by "
          "batch",
      .delays =
          "committed 2, applied 2, answered 2 (acceptors apply when the next operation's message comes, which is not counted "
          "here); eager: applied 3; q2 = 1: 0, 1, 0; --clients: committed and applied 1 more, answered 2 more",
      .source = "Lamport 2001; Chandra, Griesemer, Redstone 2007; Howard, Malkhi, Spiegelman 2016",
      .latency = Latency::proposer};
  static constexpr std::array parameters = paxos::parameters;
  static constexpr std::array marks = paxos::marks;
  static constexpr int clients_most = paxos::State::kSessionsMax;

  static Cost cost(const Shape& shape, Operations operations) { return paxos::Setting(shape).cost(operations.count); }
  static std::string unfit(const Shape& shape) { return paxos::Setting(shape).unfit(); }
  static std::string uncountable(const Shape& shape) { return paxos::Setting(shape).uncountable(); }
  static bool times_out(const Shape& shape) { return shape["election_timeout_us"] > 0; }
  static std::int64_t batch(const Shape& shape) { return paxos::Setting(shape).batch; }

  /// An operation is applied by the leader and by the servers that it is sent to.
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation operation) {
    if (mark == paxos::committed) return rank == 0;
    if (mark == paxos::applied) return rank < (shape["thrifty"] == 0 ? shape.ranks : paxos::quorum(shape, "q2"));
    return rank == (shape.clients > 0 ? shape.ranks + static_cast<Rank>(operation % shape.clients) : 0);
  }
  /// While nobody prepares, all but the leader hear only of it.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return rank == 0 || times_out(shape) ? std::nullopt : std::optional<Rank>(0);
  }
  /// A message carries consecutive operations, of any client.
  template <class Visit>
  static void operations(const Shape& /*shape*/, const Message& message, const Payload& /*payload*/, Visit&& visit) {
    for (Operation k = message.first, end = k + message.count; k < end; ++k) visit(k);
  }
  /// A step of a server may apply all that the log holds, and answer for it; the log keeps the lease of every slot, and so does
  /// what phase 1 finds.
  static Bounds bounds(const Shape& shape, Rank rank) {
    if (rank >= shape.ranks) return {};
    const paxos::Setting setting(shape);
    const auto servers = static_cast<std::size_t>(shape.ranks), window = static_cast<std::size_t>(setting.window);
    return {.sends = paxos::Leader::most(setting) * servers + setting.log_capacity() + window,
            .completions = 3 * setting.log_capacity(),
            .parts = paxos::Leader::kBurst * servers * static_cast<std::size_t>(setting.batch) + window,
            .receives = window * (rank == 0 ? 2 * servers : 2),
            .leases = setting.log_capacity() * (setting.timeout > 0 ? 2 : 1) + waiting_most(setting)};
  }

  MultiPaxos(const Shape& shape, Rank self)
      : replica_(shape, std::min(self, shape.ranks - 1)),
        leader_(replica_),
        acceptor_(replica_),
        preparation_(replica_.setting, replica_.log.capacity()),
        client_(replica_.setting, shape.in_flight),
        waiting_(waiting_most(replica_.setting)),
        is_client_(self >= shape.ranks) {}
  MultiPaxos(const MultiPaxos&) = delete;
  MultiPaxos& operator=(const MultiPaxos&) = delete;

  /// At a client, or at a server itself; there it waits until the server leads.
  void propose(Operation operation, Payload payload, Out& out) {
    if (is_client_)
      client_.propose(operation, std::move(payload), out);
    else if (replica_.ballots.leads()) [[likely]]
      leader_.append(operation, std::move(payload), out);
    else
      wait(operation, std::move(payload), out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (is_client_) return client_.step(from, message, out);
    if (message.kind == Kind::request) return serve(from, message, payload, out);
    if (message.kind == Kind::no_more) return flush(out);
    if (message.ballot != replica_.ballots.promised() && !is_current(from, message, out)) [[unlikely]]
      return;
    if (message.kind == Kind::accept || message.kind == Kind::accept_no_op || message.kind == Kind::announce) {
      replica_.ballots.hear(from, out.now());
      acceptor_.accept(from, message, payload, out);
    } else if (message.kind == Kind::accepted && replica_.ballots.leads()) {
      leader_.accepted(from, message, out);
    } else {
      step_rarely(from, message, payload, out);
    }
  }

  /// Nobody waits for a server to apply but the client, and it for no longer than the rest of the step.
  void afterwards(Out& out) {
    if (replica_.applied_index == replica_.commit_index) return;
    replica_.apply_committed(out);
    if (replica_.ballots.leads()) leader_.afterwards(out);
  }

  void flush(Out& out) {
    if (is_client_)
      client_.flush(out);
    else if (replica_.ballots.leads())
      leader_.flush(out);
    else
      waiting_.end();
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    if (is_client_)
      client_.tick(out);
    else if (!replica_.ballots.leads())
      prepare_if_due(out);
    else if (replica_.ballots.alarm() <= out.now())
      leader_.heartbeat(out);
  }
  [[nodiscard]] Time deadline() const { return is_client_ ? client_.alarm() : replica_.ballots.alarm(); }

  [[gnu::noinline, gnu::cold]] void restart(Out& out) {
    if (is_client_) return client_.restart(out);
    replica_.restart();
    acceptor_.restart();
    waiting_.clear();
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    if (!is_client_) return replica_.answer(operation);
    return {replica_.outcome_of(operation, client_.value_of(operation)), client_.payload_of(operation)};
  }

  /// For those who watch: what is promised, accepted, chosen and applied.
  [[nodiscard]] const paxos::Replica& replica() const { return replica_; }
  [[nodiscard]] const paxos::Preparation& preparation() const { return preparation_; }
  [[nodiscard]] const Client& client() const { return client_; }
  [[nodiscard]] bool is_client() const { return is_client_; }

 private:
  using Role = paxos::Ballots::Role;

  static std::size_t waiting_most(const paxos::Setting& setting) {
    return setting.timeout > 0 ? static_cast<std::size_t>(setting.window) : 0;
  }

  void serve(Rank client, const Message& message, const Payload& payload, Out& out) {
    if (replica_.ballots.leads()) [[likely]]
      return leader_.request(message.first, payload, out);
    serve_unled(client, message, payload, out);
  }
  /// A client is sent on to the leader; while there is none, what it asks waits.
  [[gnu::noinline, gnu::cold]] void serve_unled(Rank client, const Message& message, const Payload& payload, Out& out) {
    const Rank leader = replica_.ballots.leader();
    if (leader == paxos::Ballots::nobody) return wait(message.first, payload, out);
    waiting_.clear();  // the client will ask there
    out.send(client, Message{.kind = Kind::reply, .index = static_cast<std::uint32_t>(leader)});
  }
  [[gnu::noinline, gnu::cold]] void wait(Operation operation, Payload payload, Out& out) {
    if (waiting_.is_empty()) replica_.ballots.begin_waiting(out.now());
    waiting_.add(operation, std::move(payload));
  }

  /// A leader of a lower ballot than this server has promised is refused, one of a higher ballot is followed. What belongs to
  /// phase 1 names a ballot that its receiver need not have promised.
  [[gnu::noinline, gnu::cold]] bool is_current(Rank from, const Message& message, Out& out) {
    const Kind kind = message.kind;
    if (kind >= Kind::refused && kind <= Kind::promise) return true;
    if (kind == Kind::accepted || kind == Kind::missing) return false;
    const paxos::Ballot promised = replica_.ballots.promised();
    if (message.ballot > promised)
      replica_.promise(message.ballot, out.now());
    else
      out.send(from, Message{.kind = Kind::refused, .ballot = promised});
    return message.ballot > promised;
  }

  [[gnu::noinline, gnu::cold]] void step_rarely(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.kind == Kind::heartbeat || message.kind == Kind::snapshot) {
      replica_.ballots.hear(from, out.now());
      if (message.kind == Kind::heartbeat)
        acceptor_.heartbeat(from, message, out);
      else
        acceptor_.take_part(from, message, out);
    } else if (message.kind == Kind::missing && replica_.ballots.leads()) {
      leader_.missing(from, message, out);
    } else if (message.kind == Kind::prepare) {
      acceptor_.promise(from, message, out);
    } else if (message.kind == Kind::promised_value || message.kind == Kind::promise) {
      take_promise(from, message, payload, out);
    } else if (message.kind == Kind::refused) {
      outbid(message, out);
    }
  }

  void prepare_if_due(Out& out) {
    if (replica_.ballots.is_due(out.now())) prepare(out);
  }
  void prepare(Out& out) {
    replica_.ballots.prepare(out.now());
    preparation_.begin(replica_.commit_index);
    if (replica_.setting.q1 == 1) return lead(out);
    out.send_others(Message{.kind = Kind::prepare, .ballot = replica_.ballots.attempt(), .index = replica_.commit_index});
  }
  void take_promise(Rank from, const Message& message, const Payload& payload, Out& out) {
    const paxos::Ballots& ballots = replica_.ballots;
    if (ballots.role() != Role::preparing || message.ballot != ballots.attempt()) return;
    if (message.kind == Kind::promise)
      preparation_.take_promise(from, message);
    else
      preparation_.take_value(from, message, payload, out);
    if (preparation_.complete() + 1 >= replica_.setting.q1) lead(out);
  }
  /// A leader that an acceptor cannot follow any more prepares a higher ballot at once, and the others follow it there.
  void outbid(const Message& message, Out& out) {
    replica_.ballots.learn(message.ballot);
    if (replica_.ballots.leads() && message.ballot > replica_.ballots.promised()) prepare(out);
  }

  /// With what has waited for it.
  void lead(Out& out) {
    if (!leader_.begin(preparation_.found(), out)) return replica_.ballots.retire(out.now());
    const bool is_all = waiting_.take([&](Operation operation, Payload payload) {
      if (replica_.setting.clients > 0)
        leader_.request(operation, payload, out);
      else
        leader_.append(operation, std::move(payload), out);
    });
    if (is_all) leader_.flush(out);
  }

  paxos::Replica replica_;
  paxos::Leader leader_;
  paxos::Acceptor acceptor_;
  paxos::Preparation preparation_;
  Client client_;
  replication::Waiting waiting_;
  bool is_client_;
};

}  // namespace coordbench
