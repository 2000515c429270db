#pragma once
// chain_replication — servers form a chain: the head takes writes, each server passes them to the next, and the tail answers.
//
//   proposer  ──write──►  head  ──update──►  …  ──update──►  tail  ──written──►  proposer    `answered`
//                         head  ◄─acknowledge─  …  ◄──────── tail                            the tail has it (background)
//   proposer  ──read──►  tail  ──value──►  proposer                                          or any server that has only
//                                                                                            writes that the tail has
// A write takes N + 1 messages and delays, N if the head or the tail asks, 0 if it does so alone; n = N - 1 acknowledgements
// are background. A read takes 2, 0 at the tail itself. With read_from=any_clean (CRAQ) a proposer reads its own server, or a
// client one that the seed draws, which asks the tail first if it has writes that the tail may lack: 0 or 2 more. Both are
// linearizable; read_from=any is not: it may show a write that the next reader does not see, or that a failover loses.
// A server that is down blocks the chain until a configuration from outside excludes it. Then the chain closes up, and the
// servers send pending writes again. A server never has a write that its predecessor lacks, so no answered write is lost while
// one server is left, if only ranks that are down are excluded and none loses its memory unnoticed. Proposers ask again.
// Source: van Renesse, Schneider, OSDI 2004; reads anywhere: Terrace, Freedman, "CRAQ", USENIX ATC 2009.

#include "harness/protocol.hpp"
#include "kernels/chain/history.hpp"
#include "kernels/chain/setting.hpp"

namespace coordbench {

class ChainReplication : public ServedRegister {
 public:
  using Message = chain::Message;
  using Kind = chain::Kind;
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 4,
      .group = "replication",
      .promise =
          "a linearizable register that loses nothing while one server is left; "
          "read_from=any is not linearizable",
      .survives = "loss, with timeout_us; all servers but one down, once they are excluded",
      .blocks = "until a configuration from outside excludes a server that is down",
      .messages =
          "write N + 1, N if the head or the tail asks, 0 at N = 1; n = N - 1 acknowledgements are background; read 2, 0 at "
          "the "
          "server itself; any_clean: 2 more while a write is under way",
      .delays = "the same: every message waits for the one before it",
      .source = "van Renesse, Schneider, OSDI 2004; Terrace, Freedman, USENIX ATC 2009",
      .latency = Latency::proposer,
      .count_rule = CountRule::range};
  static constexpr std::array parameters = chain::kParameters;

  static Cost cost(const Shape& shape, Operation k) { return chain::cost_of(shape, k); }
  static Bounds bounds(const Shape& shape, Rank rank) { return chain::bounds_of(shape, rank); }
  static std::string unfit(const Shape& shape) {
    if (shape.ranks >= kDelaysMost) return "more than 32766 servers, whose N + 1 delays are not counted; give fewer --ranks";
    return ServedRegister::unfit(shape);
  }

  ChainReplication(const Shape& shape, Rank self)
      : ServedRegister(shape, self),
        proposers_(static_cast<std::uint32_t>(proposers(shape))),
        read_from_(shape["read_from"]),
        replicate_(shape["replicate"]),
        history_(shape, proposers(shape), self < shape.ranks) {
    find_place();
  }

  void propose(Operation k, Payload payload, Out& out) {
    ask(open(k, std::move(payload)), 1, out);
    wait(out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.epoch != configuration_.epoch || is_out()) return;
    switch (message.kind) {
      case Kind::write:
        return write(message.first, message.count, payload, out);
      case Kind::update:
        return follow(message, payload, out);
      case Kind::acknowledge:
        return settle(message.sequence, out);
      case Kind::read:
        return read(message.first, message.count, out);
      case Kind::ask:
        return out.send(from, about_write(message.first, message.count, Kind::newest, history_.settled()));
      case Kind::newest:
        settle(message.sequence, out);
        return show(message.first, message.count, history_.settled(), out);
      default:
        return end(message.first, {message.sequence, message.writer, payload}, out);
    }
  }

  /// The chain closes up. What the new successor may lack is sent again; all that the new tail has is settled.
  [[gnu::noinline, gnu::cold]] void configure(const Configuration& configuration, Out& out) {
    configuration_ = configuration;
    looks_at_ = kNever;
    if (is_out()) return;
    find_place();
    history_.forget_early();
    if (self_ == tail_) settle(history_.newest(), out);
    send_pending(history_.newest(), out);
    ask_all([&](Request& request) { ask(request, 0, out); });
    wait(out);
  }

  /// Sends again what was missing at the last look already.
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    const bool waits = ask_late([&](Request& request) { ask(request, 0, out); });
    send_pending(std::exchange(looked_, history_.newest()), out);
    looks_at_ = waits || !history_.is_clean() ? out.now() + timeout_ : kNever;
  }

  [[nodiscard]] const chain::History& history() const { return history_; }
  [[nodiscard]] Rank head() const { return head_; }
  [[nodiscard]] Rank tail() const { return tail_; }

 private:
  // ---- the proposer ------------------------------------------------------------------------------------------------------

  void ask(const Request& request, std::uint16_t count, Out& out) {
    if (is_out()) return;
    const auto k = static_cast<std::uint32_t>(request.operation);
    const Rank to = !request.is_read ? head_ : read_from_ == chain::tail ? tail_ : any_server(k);
    if (to != self_) return out.send(to, about_write(k, count, request.is_read ? Kind::read : Kind::write), request.payload);
    if (request.is_read) return read(k, count, out);
    write(k, count, request.payload, out);
  }

  // ---- the head ----------------------------------------------------------------------------------------------------------

  /// Gives a write the next number, once: a proposer may ask again, of a new head too, which has all that others have seen.
  void write(std::uint32_t k, std::uint16_t count, const Payload& payload, Out& out) {
    const chain::History::Number last = history_.number_of(k);
    if (k < last.operation) return;  // an earlier one has been answered
    if (k == last.operation) {
      if (last.sequence <= history_.settled()) tell(k, 0, out);
      return;
    }
    settle(last.sequence, out);  // the write a window earlier has been answered
    history_.put({history_.newest() + 1, k, count, kept(replicate_, payload, out)});
    pass_on(out);
  }

  // ---- every server ------------------------------------------------------------------------------------------------------

  void follow(const Message& message, const Payload& payload, Out& out) {
    settle(message.settled, out);
    if (message.sequence > history_.newest()) {
      history_.put({message.sequence, message.first, message.count, kept(replicate_, payload, out)});
      pass_on(out);
    } else if (message.sequence <= history_.settled()) {
      acknowledge(out);  // the predecessor has missed it
    }
  }
  /// In the order of their numbers.
  void pass_on(Out& out) {
    while (const chain::Write* const write = history_.extend()) {
      if (self_ == tail_)
        tell(write->operation, write->count, out);
      else
        out.send(behind_, update(*write, write->count), write->payload);
    }
    if (self_ == tail_) return settle(history_.newest(), out);
    wait(out);
  }
  void settle(std::uint32_t sequence, Out& out) {
    if (history_.settle(sequence)) acknowledge(out);
  }
  void acknowledge(Out& out) {
    if (self_ == head_) return;
    const std::uint32_t settled = history_.settled();
    out.send(before_, about_write(history_[settled].operation, 0, Kind::acknowledge, settled));
  }
  void tell(std::uint32_t k, std::uint16_t count, Out& out) {
    const Rank proposer = proposer_of(k);
    if (proposer == self_) return end(k, {}, out);
    out.send(proposer, about_write(k, count, Kind::written));
  }
  [[gnu::noinline, gnu::cold]] void send_pending(std::uint32_t last, Out& out) {
    for (std::uint32_t sequence = history_.settled() + 1; sequence <= last; ++sequence)
      out.send(behind_, update(history_[sequence], 0), history_[sequence].payload);
  }

  void read(std::uint32_t k, std::uint16_t count, Out& out) {
    if (read_from_ == chain::any) return show(k, count, history_.newest(), out);
    if (!history_.is_clean()) return out.send(tail_, about_write(k, count, Kind::ask));
    show(k, count, history_.settled(), out);
  }
  void show(std::uint32_t k, std::uint16_t count, std::uint32_t sequence, Out& out) {
    const chain::Write& write = history_[sequence];
    const std::uint32_t writer = sequence == 0 ? 0 : write.operation + 1;
    const Rank proposer = proposer_of(k);
    if (proposer == self_) return end(k, {sequence, writer, write.payload}, out);
    out.send(proposer, {k, count, Kind::value, configuration_.epoch, sequence, writer}, write.payload);
  }

  [[nodiscard]] Message about_write(std::uint32_t k, std::uint16_t count, Kind kind, std::uint32_t sequence = 0) const {
    return {k, count, kind, configuration_.epoch, sequence};
  }
  [[nodiscard]] Message update(const chain::Write& write, std::uint16_t count) const {
    return {write.operation, count, Kind::update, configuration_.epoch, write.sequence, 0, history_.settled()};
  }
  [[nodiscard]] Rank proposer_of(std::uint32_t k) const {
    return static_cast<Rank>(k - proposers_.quotient(k) * proposers_.by()) + (has_clients_ ? servers_ : 0);
  }
  /// The chain is in the order of the ranks.
  void find_place() {
    head_ = next_in(0);
    tail_ = servers_ - 1;
    before_ = self_ - 1;
    behind_ = self_ + 1;
    while (configuration_.is_down(tail_)) --tail_;
    while (before_ > head_ && configuration_.is_down(before_)) --before_;
    while (behind_ < tail_ && configuration_.is_down(behind_)) ++behind_;
  }

  Divisor proposers_;
  std::int64_t read_from_, replicate_;
  Rank head_ = 0, tail_ = 0;        ///< of the chain
  Rank before_ = -1, behind_ = -1;  ///< the predecessor and the successor of this server
  chain::History history_;
  std::uint32_t looked_ = 0;  ///< the newest number at the last look
};

}  // namespace coordbench
