#pragma once
// The one loop of every protocol: receive → step → flush. It carries the depth of each operation's causal chain, and tells a
// witness (the recorder over MPI, the invariants in simulation) which operation reached which mark, when, and how deep.

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "harness/protocol.hpp"
#include "harness/transport/counted.hpp"

namespace coordbench {

/// Of one rank, where a protocol tells ranks apart; thousands of them may share a process.
template <Protocol P>
OutboxCapacity outbox_capacity_of(const Shape& shape, Rank self) {
  if constexpr (requires { P::outbox_capacity(shape, self); })
    return P::outbox_capacity(shape, self);
  else
    return P::outbox_capacity(shape);
}

template <Protocol P, class Transport, class Witness>
class Node {
 public:
  using Message = typename P::Message;

  /// `operations_max` bounds the operations of the case. Everything is allocated here, nothing later.
  Node(const Shape& shape, Rank self, Counted<Transport>& transport, Witness& witness, std::int64_t operations_max)
      : machine_(shape, self),
        outbox_(outbox_capacity_of<P>(shape, self)),
        transport_(transport),
        witness_(witness),
        depths_(static_cast<std::size_t>(operations_max), 0) {
    if constexpr (HasTimeouts<P>) ticking_ = times_out_ = P::times_out(shape);
  }

  void propose(Operation operation, Payload payload) {
    machine_.propose(clock(), operation, std::move(payload), outbox_);
    carry_out();
  }

  /// Takes at most one message that has arrived; false if there was none.
  bool poll() {
    const bool taken =
        transport_.poll([this](Rank from, const Wire<Message>& wire, const Payload& payload) { receive(from, wire, payload); });
    if constexpr (HasTimeouts<P>)
      if (ticking_) [[unlikely]]
        tick_if_due();
    return taken;
  }

  void receive(Rank from, const Wire<Message>& wire, const Payload& payload) {
    const Message message = wire.message;  // out of the packed struct, into its own alignment
    const std::uint16_t deep = wire.depth;
    for (Operation k = message.first, end = k + message.count; k < end; ++k) depth(k) = std::max(depth(k), deep);
    machine_.step(clock(), from, message, payload, outbox_);
    carry_out();
  }

  void tick_if_due() requires HasTimeouts<P> {
    const Time now = transport_.now();
    if (!ticking_ || machine_.deadline() > now) return;
    machine_.tick(now, outbox_);
    carry_out();
  }

  void round(Operation operation, int number) requires HasRounds<P> {
    machine_.round(clock(), operation, number, outbox_);
    carry_out();
  }
  /// Nobody will ask for more for now.
  void flush() {
    if constexpr (HasFlush<P>) {
      machine_.flush(clock(), outbox_);
      carry_out();
    }
  }
  void restart() requires HasRestart<P> {
    machine_.restart(clock(), outbox_);
    carry_out();
  }

  /// At the end of a block no time-out may fire, so that the machines come to rest.
  void pause_ticking() { ticking_ = false; }
  void resume_ticking() {
    if constexpr (HasTimeouts<P>) ticking_ = times_out_;
  }
  [[nodiscard]] const P& machine() const { return machine_; }

 private:
  /// A machine without time-outs in force never needs the time, so the clock is not read for it.
  [[nodiscard]] Time clock() const { return times_out_ ? transport_.now() : 0; }

  void carry_out() {
    empty_outbox();
    if constexpr (HasAfterwards<P>) {
      machine_.afterwards(outbox_);
      empty_outbox();
    }
  }

  /// One message leaves before the marks are stamped: reading the clock costs as much as half a hop, and would make everything
  /// after the mark later by it. So a mark is late by one send, however many follow. The marks of one step share one reading.
  void empty_outbox() {
    const auto envelopes = outbox_.envelopes();
    if (!envelopes.empty()) send(envelopes.front());
    if (const auto completions = outbox_.completions(); !completions.empty()) {
      const Time at = transport_.now();
      for (const auto& [operation, mark] : completions) {
        witness_.reached(operation, mark, at, depth(operation));
        if (P::marks[static_cast<std::size_t>(mark)].answers) witness_.answered(operation, machine_.answer(operation));
      }
    }
    for (std::size_t i = 1; i < envelopes.size(); ++i) send(envelopes[i]);
    outbox_.clear();
  }

  void send(typename Outbox<Message>::Envelope& envelope) {
    complete(envelope);
    if constexpr (kGathers)
      if (envelope.parts > 0) return transport_.send(envelope.to, envelope.wire, outbox_.parts_of(envelope));
    transport_.send(envelope.to, envelope.wire, envelope.payload);
    if (envelope.payload) envelope.payload = {};
  }

  /// What the machine does not know of its message.
  void complete(typename Outbox<Message>::Envelope& envelope) {
    std::uint16_t deepest = 0;
    const Operation first = envelope.wire.message.first, end = first + envelope.wire.message.count;
    for (Operation k = first; k < end; ++k) deepest = std::max(deepest, depth(k));
    envelope.wire.depth = static_cast<std::uint16_t>((deepest + 1) & kDeepest);
    envelope.wire.has_payload = envelope.parts > 0 || envelope.payload.size() > 0;
  }

  static constexpr bool kGathers = requires(const Shape& shape) { P::batch(shape); };
  static constexpr unsigned kDeepest = 0x7fff;

  std::uint16_t& depth(Operation operation) { return depths_[static_cast<std::size_t>(operation)]; }

  P machine_;
  Outbox<Message> outbox_;
  Counted<Transport>& transport_;
  Witness& witness_;
  bool times_out_ = false, ticking_ = false;
  std::vector<std::uint16_t> depths_;  ///< [operation]: greatest depth received for it here
};

}  // namespace coordbench
