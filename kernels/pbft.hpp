#pragma once
// pbft — 3f + 1 replicas carry out operations in one order, though f of them may be traitors that do and say anything.
//
//   client N ──request──►  primary 0 ──pre-prepare──► backups      `prepared`   at each replica: a quorum accepts it
//                          backups   ───prepare────►  all          `committed`  at each, in order: a quorum has prepared it
//                          all       ────commit────►  all          `answered`   at the rank that asked
//            ◄───reply───  all                                     (co-located: the primary itself asks)
//
// 2N(N - 1) messages per operation, 2N² - N + 1 with clients. A client waits for f + 1 equal replies; with `tentative` replicas
// answer once the operation is prepared, and the client waits for a quorum, 2f + 1. Every `checkpoint` operations all tell all
// the digest of their state, N(N - 1) background messages, and forget the log before it.
// With `timeout_us` a replica that waits so long for an operation leaves the primary: a view-change to all, acknowledgements to
// the next primary, which begins its view with what a quorum knows. A signed view-change needs no acknowledgement, because its
// signature goes with the new view. Safe with f traitors whatever the network does, as long as disks remember; live once it
// delivers. Without authentication the network is trusted to tell who sent a message, and a primary can invent requests.
//
// Source: Castro, Liskov, "Practical Byzantine fault tolerance", OSDI 1999; TOCS 20(4) 2002.

#include "kernels/pbft/client.hpp"
#include "kernels/pbft/recovery.hpp"

namespace coordbench {

class Pbft {
 public:
  using Message = pbft::Message;
  using Kind = Message::Kind;
  using Out = pbft::Out;

  static constexpr About about{
      .level = 6,
      .group = "byzantine",
      .promise = "one order of operations, though f of 3f + 1 replicas may do and say anything",
      .survives = "f traitors of 3f + 1; loss; crashes that keep the log",
      .blocks = "while fewer than 2f + 1 replicas talk in time",
      .messages = "2N(N - 1); --clients: 2N^2 - N + 1; background: N(N - 1) every checkpoint operations",
      .delays =
          "prepared 2, committed 3, answered 3; --clients: prepared and committed 1 more, answered 5, tentative 4; up to 2N "
          "more where messages of different ranks overtake each other",
      .source = "Castro, Liskov, OSDI 1999; TOCS 20(4) 2002",
      .latency = Latency::proposer};
  static constexpr std::array parameters = pbft::parameters;
  static constexpr std::array marks = pbft::marks;
  static constexpr int clients_most = replication::State::kSessionsMax;
  static constexpr std::array authentications{Authentication::none, Authentication::mac, Authentication::signature};

  static Cost cost(const Shape& shape, Operations operations) { return pbft::Setting(shape).cost(operations.count); }
  static std::string unfit(const Shape& shape) { return pbft::Setting(shape).unfit(); }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation operation) {
    if (mark != pbft::answered) return rank < shape.ranks;
    return rank == (shape.clients > 0 ? shape.ranks + static_cast<Rank>(operation % shape.clients) : 0);
  }
  /// A message carries one operation, of any client.
  template <class Visit>
  static void operations(const Shape& /*shape*/, const Message& message, const Payload& /*payload*/, Visit&& visit) {
    if (message.count == 1) visit(static_cast<Operation>(message.first));
  }
  static Bounds bounds(const Shape& shape, Rank rank);

  Pbft(const Shape& shape, Rank self)
      : replica_(shape, std::min(self, shape.ranks - 1)),
        agreement_(replica_),
        primary_(replica_, agreement_),
        change_(replica_, agreement_, primary_),
        recovery_(replica_, primary_, change_),
        client_(replica_.setting, shape.in_flight),
        is_client_(self >= shape.ranks) {}
  Pbft(const Pbft&) = delete;
  Pbft& operator=(const Pbft&) = delete;

  void propose(Operation operation, Payload payload, Out& out) {
    if (is_client_) return client_.propose(operation, std::move(payload), out);
    payload = pbft::with_credentials(replica_.setting, operation, payload, out);
    if (replica_.is_primary() && replica_.is_active) [[likely]]
      primary_.request(operation, std::move(payload), out);
    else
      ask_others(operation, std::move(payload), out);
    watch(out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (is_client_) return client_.step(from, message, out);
    if (message.kind == Kind::request)
      serve(from, message, payload, out);
    else if (from < replica_.setting.servers)
      hear(from, message, payload, out);
    watch(out);
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    if (is_client_) return client_.tick(out);
    if (replica_.timers.is_status_due(out.now())) {
      recovery_.tick(out);
      if (replica_.asks()) ask_all_again(out);
    }
    if (replica_.timers.is_suspicious(out.now())) change_.move_to(replica_.view + 1, out);
    watch(out);
  }
  [[nodiscard]] Time deadline() const { return is_client_ ? client_.alarm() : replica_.timers.deadline(); }

  [[gnu::noinline, gnu::cold]] void restart(Out& out) {
    if (is_client_) return client_.restart(out);
    replica_.timers.restart();
  }

  [[nodiscard]] Answer answer(Operation operation) const {
    if (!is_client_) return replica_.answer(operation);
    return {replica_.outcome_of(operation, client_.value_of(operation)), client_.payload_of(operation)};
  }

  /// For those who watch: what is agreed and carried out.
  [[nodiscard]] const pbft::Replica& replica() const { return replica_; }
  [[nodiscard]] const pbft::ViewChange& change() const { return change_; }
  [[nodiscard]] const pbft::Client& client() const { return client_; }
  [[nodiscard]] bool is_client() const { return is_client_; }

 private:
  /// What replicas say to each other.
  void hear(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.kind > Kind::checkpoint) return hear_rarely(from, message, payload, out);
    if (message.kind == Kind::checkpoint) return recovery_.checkpoint(from, message, out);
    if (message.view != replica_.view) [[unlikely]]
      return;
    if (message.kind == Kind::pre_prepare)
      agreement_.pre_prepare(from, message, payload, out);
    else if (message.kind == Kind::prepare)
      agreement_.prepare(from, message, out);
    else if (message.kind == Kind::commit)
      agreement_.commit(from, message, out);
  }
  [[gnu::noinline, gnu::cold]] void hear_rarely(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (!replica_.timers.are_on()) return;
    switch (message.kind) {
      case Kind::status:
        return recovery_.status(from, message, out);
      case Kind::decided:
        return agreement_.decided(from, message, payload, out);
      case Kind::ask_request:
        return change_.tell_request(from, message, out);
      case Kind::told_request:
        return change_.take_request(message, payload, out);
      case Kind::ask_state:
        return recovery_.tell_state(from, message, out);
      case Kind::state:
        return recovery_.take_state(message, payload, out);
      case Kind::view_change:
        return change_.take_report(from, message, payload, out);
      case Kind::view_change_ack:
        return change_.take_ack(from, message, out);
      case Kind::ask_view_change:
        return change_.tell_report(from, message, out);
      case Kind::copy_view_change:
        return change_.take_copy(from, message, payload, out);
      case Kind::new_view:
        return change_.take_new_view(from, message, payload, out);
      default:
        return;
    }
  }

  /// Only who asks for an operation may ask. A backup keeps it: if the primary does not do its work, the next one will.
  void serve(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Operation operation = message.first;
    const replication::Turn turn = replica_.service.state().turns().of(operation);
    if (from != replica_.setting.client_of(turn.client) || payload.size() != replica_.setting.carried_bytes()) return;
    if (replica_.service.is_done(operation)) return replica_.reply_again(operation, out);
    if (!is_genuine(from, operation, payload, out)) return;
    if (replica_.is_primary() && replica_.is_active)
      primary_.request(operation, payload, out);
    else if (replica_.timers.are_on())
      replica_.pending.add(operation, payload);
  }

  /// Others would not take it from this replica without the client's credentials.
  bool is_genuine(Rank client, Operation operation, const Payload& payload, Out& out) const {
    const pbft::Setting& setting = replica_.setting;
    return setting.credential_bytes() == 0 || pbft::is_asked(setting, replica_.self, client, operation, payload,
                                                             out.digest(pbft::without_credentials(setting, payload)), out);
  }

  // ---- where there are no clients, rank 0 asks -------------------------------------------------------------------------

  [[gnu::noinline, gnu::cold]] void ask_others(Operation operation, Payload payload, Out& out) {
    ask(operation, 1, payload, out);
    replica_.pending.add(operation, std::move(payload));
  }
  [[gnu::noinline, gnu::cold]] void ask_all_again(Out& out) const {
    replica_.pending.for_each([&](const pbft::Pending::Asked& asked) { ask(asked.operation, 0, asked.payload, out); });
  }
  static void ask(Operation operation, std::uint32_t count, const Payload& payload, Out& out) {
    out.send_others({.first = static_cast<std::uint32_t>(operation), .count = count, .kind = Kind::request, .size = 1},
                    payload);
  }

  void watch(Out& out) {
    if (!replica_.timers.are_on()) [[likely]]
      return;
    if (replica_.is_active)
      replica_.watch(out.now());
    else
      replica_.timers.watch(change_.waits(), out.now());
  }

  pbft::Replica replica_;
  pbft::Agreement agreement_;
  pbft::Primary primary_;
  pbft::ViewChange change_;
  pbft::Recovery recovery_;
  pbft::Client client_;
  bool is_client_;
};

/// A step may carry out all that the log holds, or say again what a view or another replica lacks.
inline Bounds Pbft::bounds(const Shape& shape, Rank rank) {
  const pbft::Setting setting(shape);
  const auto in_flight = static_cast<std::size_t>(shape.in_flight);
  const bool makes = setting.credential_bytes() > 0;
  if (rank >= shape.ranks)
    return {.sends = in_flight + 2, .made = makes ? in_flight + 1 : 0, .made_bytes = makes ? setting.carried_bytes() : 0};
  const auto servers = static_cast<std::size_t>(shape.ranks), window = static_cast<std::size_t>(setting.window);
  const std::size_t log = setting.slots(), changes = times_out(shape) ? 1 : 0;
  const std::size_t made_bytes =
      std::max(pbft::Service(setting.sessions(), setting.in_flight).bytes(), makes ? setting.carried_bytes() : 0);
  const std::size_t changing =
      std::max(pbft::Report::bytes_most(setting), pbft::NewView::bytes_most(setting.log_size, setting.servers));
  return {.sends = (2 + 2 * changes) * log + 3 * window + setting.checkpoints() + 8 * servers + 64,
          .completions = 3 * log + window,
          .receives = 2 * window * servers,
          .leases = (2 + 2 * changes) * log + 2 * window + changes * (6 * servers + 8),
          .made = 4 + changes * (4 + servers) + (makes && rank == 0 && shape.clients == 0 ? in_flight + 1 : 0),
          .made_bytes = changes == 1 ? std::max(made_bytes, changing) : made_bytes};
}

}  // namespace coordbench
