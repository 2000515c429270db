#pragma once
// hotstuff — a leader gets each block certified by N - f of N = 3f + 1 servers, of which f may lie, in three phases.
//
//   client N ──request──►  leader 0 ──propose──►  replicas 1 … N-1     (co-located: the leader itself asks)
//                                   ◄──vote─────                       basic: the same again with pre_commit and commit, then
//                                   ──decide───►                       chained: a view has only propose and vote; its
//            ◄───reply───────────────────────────  all N               certificate is one phase more of the three views before
//
// 7(N - 1) messages per operation in mode=basic, 8(N - 1) with new_view=each, 2(N - 1) in mode=chained, where blocks overlap
// and a proposal without an operation is background; 1 + N more with a client, who believes f + 1 equal answers. Delays: the
// leader decides after 6, the others execute after 7, a client has its answer after 9. Views are pairs: a leader keeps its
// round as long as it makes progress, and takes a step for each proposal. With `timeout_us` a round may end: N(N - 1) wishes,
// N - 1 new-view messages. Certificates are lists of votes; signed ones (--authentication signature) convince everybody.
// Without signatures they are lists of voters, and a server is believed to have counted right, and to propose only what was
// asked for: a leader that lies could invent it. Without clients rank 0 asks, and is one of the honest; with signatures and
// time-outs its requests are signed like a client's, and no other leader is believed without. Safe whatever the network does
// and f servers do; live once messages come in time. A MAC would not do: it cannot be shown to others.
// Source: Yin, Malkhi, Reiter, Gueta, Abraham, "HotStuff: BFT consensus with linearity and responsiveness", PODC 2019.

#include "kernels/hotstuff/catching_up.hpp"
#include "kernels/hotstuff/client.hpp"

namespace coordbench {

class Hotstuff {
 public:
  using Message = hotstuff::Message;
  using Kind = hotstuff::Kind;
  using Out = hotstuff::Out;

  static constexpr About about{
      .level = 6,
      .group = "byzantine",
      .promise = "one order of operations, though f of N = 3f + 1 servers lie; a decided operation is not lost",
      .survives = "f traitors of 3f + 1; loss; crashes that keep what was voted for",
      .blocks = "while fewer than 2f + 1 servers talk in time",
      .messages = "7(N - 1); new_view=each: 8(N - 1); chained: 2(N - 1); --clients: + 1 + N",
      .delays = "decided 6, executed 7, answered 6; --clients: decided and executed 1 more, answered 9",
      .source = "Yin, Malkhi, Reiter, Gueta, Abraham 2019",
      .latency = Latency::proposer};
  static constexpr std::array parameters = hotstuff::parameters;
  static constexpr std::array marks = hotstuff::marks;
  static constexpr std::array authentications{Authentication::none, Authentication::signature};
  static constexpr int clients_most = replication::State::kSessionsMax;

  static Cost cost(const Shape& shape, Operations operations) { return hotstuff::Setting(shape).cost(operations.count); }
  static std::string unfit(const Shape& shape) { return hotstuff::Setting(shape).unfit(); }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  /// While nothing times out, replicas hear only of the leader.
  static std::optional<Rank> hears_from(const Shape& shape, Rank rank) {
    return rank == 0 || rank >= shape.ranks || times_out(shape) ? std::nullopt : std::optional<Rank>(0);
  }
  /// In a chain a message carries the operations of the views before it, too, each for two delays longer.
  template <class Visit>
  static void operations(const Shape& /*shape*/, const Message& message, const Payload& /*payload*/, Visit&& visit) {
    if (message.count > 0) visit(Operation{message.first}, 0);
    for (std::size_t i = 0; i < message.before.size(); ++i)
      if (message.before[i] >= 0) visit(Operation{message.before[i]}, 2 * static_cast<int>(i + 1));
  }
  /// A step may execute all that the chain holds, and answer for it; the chain keeps the lease of every block.
  static Bounds bounds(const Shape& shape, Rank rank) {
    const hotstuff::Setting setting(shape);
    const auto servers = static_cast<std::size_t>(shape.ranks), window = static_cast<std::size_t>(setting.window);
    if (rank >= shape.ranks) return {.receives = servers * static_cast<std::size_t>(shape.in_flight)};
    const std::size_t blocks = setting.chain_capacity() + setting.spare_blocks();
    return {.sends = blocks + window + 3 * servers + 8,
            .completions = 3 * blocks,
            .receives = (rank == 0 || times_out(shape) ? 3 * servers : 3) + window,
            .leases = blocks + window + 2,
            .made = blocks + 8 + (times_out(shape) ? servers : 0),
            .made_bytes = setting.made_bytes()};
  }

  Hotstuff(const Shape& shape, Rank self)
      : core_(shape, std::min(self, shape.ranks - 1)),
        leader_(core_),
        voter_(core_, leader_),
        catching_up_(core_, voter_),
        client_(core_.setting),
        is_client_(self >= shape.ranks) {}
  Hotstuff(const Hotstuff&) = delete;
  Hotstuff& operator=(const Hotstuff&) = delete;

  /// At a client, or at a server itself, which asks the others if it does not lead.
  void propose(Operation operation, Payload payload, Out& out) {
    if (is_client_) return client_.propose(operation, std::move(payload), out);
    core_.ask({{.operation = static_cast<std::int32_t>(operation), .payload = std::move(payload)}, true}, out);
    if (!core_.pacemaker.leads()) ask_others(out);
    settle(out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (is_client_) return client_.step(from, message, out);
    if (from >= core_.setting.servers || message.kind == Kind::request)
      take_request(from, message, payload, out);
    else if (message.kind == Kind::propose)
      voter_.take(from, message, payload, out);
    else if (message.kind >= Kind::pre_commit && message.kind <= Kind::decide)
      core_.learn(phase_of(message.kind, Kind::pre_commit), payload, out);
    else if (message.kind >= Kind::vote && message.kind <= Kind::vote_commit)
      take_vote(from, message, payload, out);
    else
      step_rarely(from, message, payload, out);
    settle(out);
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    if (is_client_) return client_.tick(out);
    if (core_.allowance.alarm() <= out.now()) core_.allowance.renew();
    if (core_.pacemaker.alarm() <= out.now()) {
      if (core_.pacemaker.is_running()) {
        core_.pacemaker.time_out(out.now());
        out.send_others(wish(), high(out));
        ask_others(out);
      } else {
        catching_up_.ask_those_behind(out);
      }
    }
    settle(out);
  }
  [[nodiscard]] Time deadline() const {
    return is_client_ ? client_.alarm() : std::min({core_.pacemaker.alarm(), catching_up_.alarm(), core_.allowance.alarm()});
  }

  [[gnu::noinline, gnu::cold]] void restart(Out& out) {
    if (is_client_) return client_.restart(out);
    core_.pacemaker.restart();
    leader_.restart();
    voter_.restart();
    core_.allowance.renew();
    catching_up_.restart();
    settle(out);
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    if (!is_client_) return core_.answer(operation);
    return {core_.outcome_of(operation, client_.value_of(operation)), client_.payload_of(operation)};
  }

  /// For those who watch: votes, lock, certificates, blocks, what is executed.
  [[nodiscard]] const hotstuff::Core& core() const { return core_; }
  [[nodiscard]] const hotstuff::Voter& voter() const { return voter_; }
  [[nodiscard]] const hotstuff::Client& client() const { return client_; }
  [[nodiscard]] bool is_client() const { return is_client_; }

 private:
  static hotstuff::Phase phase_of(Kind kind, Kind first) {
    return static_cast<hotstuff::Phase>(static_cast<std::uint32_t>(kind) - static_cast<std::uint32_t>(first));
  }

  /// Each client asks for its own operations; where there are none, rank 0 for all.
  void take_request(Rank from, const Message& message, const Payload& payload, Out& out) {
    const auto operation = static_cast<std::int32_t>(message.first);
    if (message != hotstuff::Blocks::request_of(operation) || operation < 0) return;
    if (payload.size() != static_cast<std::size_t>(core_.setting.payload_bytes)) return;
    const auto& turns = core_.ledger.state().turns();
    if (from != core_.setting.asker_of(turns.of(operation).client)) return;
    core_.ask({{operation, out.proof(), out.in_own_memory(payload)}, false}, out);
  }
  void take_vote(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (payload.size() != sizeof(Digest)) return;
    leader_.take_vote(from, message, hotstuff::read<Digest>(payload, 0), out.proof(), out);
  }

  [[gnu::noinline, gnu::cold]] void step_rarely(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.kind == Kind::new_view) {
      if (core_.learn(hotstuff::prepare, payload, out)) leader_.note_new_view(from, message.view());
    } else if (message.kind == Kind::wish) {
      take_wish(from, message, payload, out);
    } else if (message.kind == Kind::status) {
      catching_up_.note_height(from, message.height, message.step > 0, out);
    } else if (message.kind == Kind::decided) {
      catching_up_.take_decided(from, message, payload, out);
    } else if (message.kind == Kind::fetch) {
      catching_up_.serve_fetch(from, message, payload, out);
    } else if (message.kind == Kind::block) {
      catching_up_.take_block(payload, out);
    } else if (message.kind == Kind::snapshot) {
      catching_up_.take_snapshot(from, message, payload, out);
    }
  }
  void take_wish(Rank from, const Message& message, const Payload& payload, Out& out) {
    core_.learn(hotstuff::prepare, payload, out);
    const bool joins = core_.pacemaker.note(from, message.round, message.value);
    if (joins && out.has_room())
      out.send_others(wish(), high(out));
    else if (message.round < core_.pacemaker.wish() && core_.allowance.takes(from, Kind::wish, out.now()))
      out.send(from, wish(), high(out));
    catching_up_.note_height(from, message.height, false, out);
  }
  [[nodiscard]] Message wish() const {
    return {.kind = Kind::wish,
            .round = core_.pacemaker.wish(),
            .height = core_.chain.executed().height,
            .value = core_.pacemaker.round()};
  }
  /// The highest certificate as a message. Others may lack it, and then wait with this server for its block. Empty if there is
  /// no room: a wish counts without it.
  [[nodiscard]] Payload high(Out& out) const {
    if (!out.has_room()) return {};
    const Payload payload = out.allocate(core_.certificates.bytes());
    core_.rules.high().copy_to(payload, 0);
    return payload;
  }
  [[gnu::noinline, gnu::cold]] void ask_others(Out& out) const {
    if (core_.setting.clients == 0)
      core_.pending.for_each_mine([&](const hotstuff::Request& request) {
        out.send_others(hotstuff::Blocks::request_of(request.operation), request.payload);
      });
  }

  /// What follows from whatever has come: blocks are executed, votes cast, the next proposal made. One piece of code for all
  /// that call it: compiled into each of them, the kernel takes much longer to compile.
  [[gnu::noinline]] void settle(Out& out) {
    const hotstuff::Height before = core_.chain.executed().height;
    core_.compact();
    if (core_.pacemaker.round() != round_ && can_tell_leader(out)) begin_round(out);
    core_.execute_decided(out);
    leader_.end_phase_if_full(out);
    voter_.vote(out);
    if (voter_.retry(out)) voter_.vote(out);
    if (core_.setting.tells_each) tell_ready(out);
    if (const std::optional<hotstuff::Proposal> next = leader_.next(out))
      if (voter_.accept(*next, out)) voter_.vote(out);
    if (core_.setting.timeout > 0) watch(before, out);
  }
  void watch(hotstuff::Height before, Out& out) {
    catching_up_.fetch_missing(out);
    const hotstuff::Height executed = core_.chain.executed().height;
    const bool has_progressed = executed > before && !core_.pending.is_overtaken(core_.ledger.state(), executed);
    const bool is_waiting = core_.is_waiting();
    core_.pacemaker.watch(out.now(), is_waiting, has_progressed, is_waiting ? kNever : catching_up_.idle_alarm(out.now()));
  }
  [[gnu::noinline, gnu::cold]] void begin_round(Out& out) {
    round_ = core_.pacemaker.round();
    leader_.begin_round();
    tell_new_view({round_, 1}, {}, out);
  }
  /// A leader would not count what it is told without a certificate, so this waits for room.
  [[nodiscard]] bool can_tell_leader(const Out& out) const { return core_.pacemaker.leads() || out.has_room(); }
  /// The highest certificate, to the leader of the view.
  void tell_new_view(hotstuff::View view, Operations operations, Out& out) {
    if (core_.pacemaker.leads()) return leader_.note_new_view(core_.self, view);
    out.send(core_.pacemaker.leader(),
             Message{.first = static_cast<std::uint32_t>(operations.first),
                     .count = static_cast<std::uint32_t>(operations.count),
                     .kind = Kind::new_view,
                     .round = view.round,
                     .step = view.step,
                     .height = core_.rules.high().height},
             high(out));
  }
  /// new_view=each: of the view behind the one that is decided.
  void tell_ready(Out& out) {
    const hotstuff::View decided = core_.rules.decided().view;
    if (decided <= ready_ || decided.round != core_.pacemaker.round() || !can_tell_leader(out)) return;
    ready_ = decided;
    const Message& proposal = voter_.current().message;
    const bool is_of_it = proposal.view() == decided;
    tell_new_view({decided.round, decided.step + 1}, {is_of_it ? proposal.first : 0, is_of_it ? proposal.count : 0}, out);
  }

  hotstuff::Core core_;
  hotstuff::Leader leader_;
  hotstuff::Voter voter_;
  hotstuff::CatchingUp catching_up_;
  hotstuff::Client client_;
  bool is_client_;
  std::uint32_t round_ = 0;  ///< whose leader has been told
  hotstuff::View ready_{};   ///< the last decided view after which it was
};

}  // namespace coordbench
