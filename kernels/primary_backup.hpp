#pragma once
// primary_backup — rank 0, the primary, writes a register and tells the backups; whether it waits for them is a parameter.
//
//   primary  ──update──►  backups           in the primary's order
//            ◄──held────                    `answered`  once all backups, or one, have it; at once with acknowledge=none
//   client   ──write──►  primary  …  ──written──►  client         read, and value, likewise
//
// With n = N - 1: all and one take 2n messages and 2 delays, none takes n and 0; a client, or a server that is not the primary,
// adds 2 and 2. A read costs nothing at the primary: it shows the newest write that has been acknowledged. With read_from=any a
// proposer reads its own replica, or a client one that the seed draws; that value may be stale. A backup that is down blocks
// all and one, until a configuration service, outside the protocol, excludes it: then comes the next epoch, in which messages
// of other epochs are refused. Its primary is the lowest rank that is left, and first gives everybody its state. Proposers ask
// again. `all` is then linearizable and loses nothing; one and none may lose writes that were answered, because the new primary
// may lack them. For that the service must exclude only ranks that are down, and a rank must not lose its memory unnoticed.
// Source: Alsberg, Day, ICSE 1976; Budhiraja, Marzullo, Schneider, Toueg, "The primary-backup approach", 1993; a configuration
// from outside, and a transfer of state first: Lamport, Malkhi, Zhou, "Vertical Paxos", PODC 2009.

#include <algorithm>

#include "harness/protocol.hpp"
#include "kernels/primary_backup/setting.hpp"
#include "kernels/primary_backup/writes.hpp"

namespace coordbench {

class PrimaryBackup : public ServedRegister {
 public:
  using Message = primary_backup::Message;
  using Kind = primary_backup::Kind;
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 2,
      .group = "replication",
      .promise =
          "acknowledge=all: a linearizable register that loses nothing while one replica is left; one, none: a failover "
          "may lose answered writes",
      .survives = "loss, with timeout_us; all replicas but one down, once they are excluded",
      .blocks = "until a configuration from outside excludes a replica that is down; acknowledge=none: a primary that is",
      .messages = "all, one: 2n, none: n, n = N - 1; + 2 unless the primary itself asks; reads: 0, or 2 from another rank",
      .delays = "all, one: 2, none: 0; + 2 unless the primary itself asks; reads: 0, or 2 from another rank",
      .source = "Alsberg, Day, ICSE 1976; Budhiraja et al., 1993; Lamport, Malkhi, Zhou, PODC 2009",
      .latency = Latency::proposer};
  static constexpr std::array parameters = primary_backup::kParameters;

  static Cost cost(const Shape& shape, Operation k) { return primary_backup::cost_of(shape, k); }
  static Bounds bounds(const Shape& shape, Rank rank) { return primary_backup::bounds_of(shape, rank); }

  PrimaryBackup(const Shape& shape, Rank self)
      : ServedRegister(shape, self),
        setting_(shape),
        backups_(shape.ranks - 1),
        writes_(shape, proposers(shape), self < shape.ranks),
        acknowledged_(static_cast<std::size_t>(shape.ranks), 1) {}

  void propose(Operation k, Payload payload, Out& out) {
    ask(open(k, std::move(payload)), 1, out);
    wait(out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.epoch != configuration_.epoch || is_out()) return;
    switch (message.kind) {
      case Kind::write:
        return write(message.first, from, payload, out);
      case Kind::read:
        return show(from, message, out);
      case Kind::update:
        return follow(from, message, payload, out);
      case Kind::held:
        return count_replica(from, message, out);
      default:
        return end(message.first, {message.sequence, message.writer, payload}, out);
    }
  }

  /// A member that is excluded is passive from now on. Everybody else asks again, now of the new primary.
  [[gnu::noinline, gnu::cold]] void configure(const Configuration& configuration, Out& out) {
    configuration_ = configuration;
    looks_at_ = kNever;
    if (is_out()) return;
    primary_ = next_in(0);
    if (primary_ == self_) take_over(out);
    ask_all([&](Request& request) { ask(request, 0, out); });
    wait(out);
  }

  /// Resends messages whose acknowledgement has been missing since the last look.
  void tick(Out& out);

  [[nodiscard]] Rank primary() const { return primary_; }
  /// The number of the write that this replica holds, the operation that wrote it, or -1, and the epoch in which it was told.
  [[nodiscard]] std::uint32_t sequence() const { return held_.sequence; }
  [[nodiscard]] Operation writer() const { return static_cast<Operation>(held_.writer) - 1; }
  [[nodiscard]] std::uint32_t told_in() const { return held_in_; }
  /// The number of a write that this replica knows.
  [[nodiscard]] std::uint32_t number_of(Operation k) const { return writes_[k].sequence; }

 private:
  using Write = primary_backup::Write;

  // ---- the proposer ------------------------------------------------------------------------------------------------------

  void ask(const Request& request, std::uint16_t count, Out& out) {
    if (is_out()) return;
    const Rank to = request.is_read && setting_.reads_anywhere ? any_server(request.operation) : primary_;
    const auto k = static_cast<std::uint32_t>(request.operation);
    if (to != self_)
      return out.send(to, {k, count, request.is_read ? Kind::read : Kind::write, configuration_.epoch}, request.payload);
    if (!request.is_read) return write(k, self_, request.payload, out);
    if (may_show()) end(request.operation, shown(), out);
  }

  // ---- the primary -------------------------------------------------------------------------------------------------------

  /// A write that this replica knows from an earlier epoch keeps its number: others may have seen what came behind it.
  void write(Operation k, Rank proposer, const Payload& payload, Out& out) {
    Write& write = writes_[k];
    if (!is_ready_ || k < write.operation) return;  // an earlier one has been answered
    const bool is_new = write.operation != k;
    if (!is_new && write.state == Write::answered) return tell(write, 0, out);
    if (!is_new && write.state == Write::under_way) return;
    write = {.operation = k,
             .sequence = is_new ? newest_ + 1 : write.sequence,
             .state = Write::under_way,
             .missing = setting_.awaited(backups_),
             .proposer = proposer,
             .payload = kept(setting_.replicate, payload, out)};
    writes_.forget_replies(write);
    const Value value{write.sequence, static_cast<std::uint32_t>(k) + 1, write.payload};
    hold(value);
    update_backups(value, 1, out);
    if (write.missing == 0) acknowledge(write, out);
    wait(out);
  }
  void count_replica(Rank from, const Message& message, Out& out) {
    std::uint32_t& newest = acknowledged_[static_cast<std::size_t>(from)];
    if (!is_ready_ && newest == 0 && --unready_ == 0) serve(out);
    newest = std::max(newest, message.sequence + 1);
    Write& write = writes_[message.first];
    if (write.operation != message.first || write.sequence != message.sequence || write.state != Write::under_way) return;
    if (writes_.note_reply(write, from) && --write.missing == 0) acknowledge(write, out);
  }
  void acknowledge(Write& write, Out& out) {
    write.state = Write::answered;
    if (write.sequence > committed_.sequence)
      committed_ = {write.sequence, static_cast<std::uint32_t>(write.operation) + 1, std::move(write.payload)};
    write.payload = {};
    tell(write, 1, out);
  }
  void tell(const Write& write, std::uint16_t count, Out& out) {
    const auto k = static_cast<std::uint32_t>(write.operation);
    if (write.proposer != self_)
      return out.send(write.proposer, {k, count, Kind::written, configuration_.epoch, write.sequence});
    end(write.operation, {}, out);
  }
  void update_backups(const Value& value, std::uint16_t count, Out& out) {
    if (configuration_.down == 0) [[likely]]
      return out.send_others(update(value, count), value.payload);
    for (Rank backup = 0; backup < servers_; ++backup)
      if (is_backup(backup)) out.send(backup, update(value, count), value.payload);
  }
  [[nodiscard]] Message update(const Value& value, std::uint16_t count) const {
    return {std::max(value.writer, 1U) - 1, count, Kind::update, configuration_.epoch, value.sequence, value.writer};
  }
  [[nodiscard]] bool is_backup(Rank rank) const { return rank != primary_ && !configuration_.is_down(rank); }

  /// An epoch begins with a transfer of state: nothing is served before every backup has the primary's.
  [[gnu::noinline, gnu::cold]] void take_over(Out& out) {
    backups_ = unready_ = 0;
    for (Rank rank = 0; rank < servers_; ++rank) backups_ = unready_ += is_backup(rank) ? 1 : 0;
    std::fill(acknowledged_.begin(), acknowledged_.end(), 0);
    for (Write& write : writes_) write.state = Write::known, write.payload = {};
    is_ready_ = false;
    held_in_ = configuration_.epoch;
    looked_ = held_.sequence + 1;
    update_backups(held_, 0, out);
    if (unready_ == 0) serve(out);
  }
  [[gnu::noinline, gnu::cold]] void serve(Out& out) {
    is_ready_ = true;
    committed_ = held_;
    ask_all([&](Request& request) { ask(request, 0, out); });
  }

  // ---- every replica -----------------------------------------------------------------------------------------------------

  void follow(Rank from, const Message& message, const Payload& payload, Out& out) {
    const Operation k = static_cast<Operation>(message.writer) - 1;
    if (k >= 0 && k >= writes_[k].operation) writes_[k] = {.operation = k, .sequence = message.sequence};
    if (is_news(message.sequence)) hold({message.sequence, message.writer, kept(setting_.replicate, payload, out)});
    if (!setting_.acknowledges()) return;
    const std::uint16_t count = setting_.acknowledge == primary_backup::none ? std::uint16_t{0} : message.count;
    out.send(from, {message.first, count, Kind::held, configuration_.epoch, message.sequence});
  }
  [[nodiscard]] bool is_news(std::uint32_t sequence) const {
    return held_in_ != configuration_.epoch || sequence > held_.sequence;
  }
  void hold(const Value& value) {
    newest_ = std::max(newest_, value.sequence);
    if (!is_news(value.sequence)) return;
    held_in_ = configuration_.epoch;
    held_ = value;
  }
  [[nodiscard]] bool may_show() const { return is_ready_ || setting_.reads_anywhere; }
  [[nodiscard]] const Value& shown() const { return primary_ == self_ && is_ready_ ? committed_ : held_; }
  void show(Rank to, const Message& request, Out& out) {
    if (!may_show()) return;
    const Value& value = shown();
    out.send(to, {request.first, request.count, Kind::value, request.epoch, value.sequence, value.writer}, value.payload);
  }

  primary_backup::Setting setting_;
  Rank primary_ = 0;
  int backups_, unready_ = 0;  ///< that take part; that have yet to get the primary's state
  bool is_ready_ = true;       ///< to serve; at the primary
  primary_backup::Writes writes_;
  std::vector<std::uint32_t> acknowledged_;  ///< [backup]: the newest number in this epoch, plus 1
  std::uint32_t newest_ = 0, looked_ = 0;    ///< number known here; plus 1, at the last look
  std::uint32_t held_in_ = 0;                ///< the epoch in which held_ was told
  Value held_{}, committed_{};               ///< the newest; at the primary the newest that has been acknowledged
};

[[gnu::noinline, gnu::cold]] inline void PrimaryBackup::tick(Out& out) {
  bool waits = ask_late([&](Request& request) { ask(request, 0, out); });
  for (Write& write : writes_) {
    if (primary_ != self_ || write.state != Write::under_way) continue;
    waits = true;
    if (!std::exchange(write.was_looked_at, true)) continue;
    const Value value{write.sequence, static_cast<std::uint32_t>(write.operation) + 1, write.payload};
    for (Rank rank = 0; rank < servers_; ++rank)
      if (is_backup(rank) && !writes_.has_replied(write, rank)) out.send(rank, update(value, 0), value.payload);
  }
  // Backups that no write waits for: they get the newest.
  for (Rank rank = 0; rank < servers_; ++rank) {
    if (primary_ != self_ || !is_backup(rank) || (is_ready_ && setting_.acknowledge == primary_backup::all)) continue;
    const std::uint32_t acknowledged = acknowledged_[static_cast<std::size_t>(rank)];
    waits |= acknowledged <= held_.sequence;
    if (acknowledged < looked_) out.send(rank, update(held_, 0), held_.payload);
  }
  if (primary_ == self_) looked_ = held_.sequence + 1;
  looks_at_ = waits ? out.now() + timeout_ : kNever;
}

}  // namespace coordbench
