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

/// What lies between a proposal or an arrival and the message that it leads to is compiled as one piece (`flatten`): calls
/// between these small functions, and what they pass through memory, were a third of it.
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

  [[gnu::flatten]] void propose(Operation operation, Payload payload) {
    machine_.propose(clock(), operation, std::move(payload), outbox_);
    carry_out();
  }

  /// Takes at most one message that has arrived; false if there was none.
  bool poll() {
    const bool taken = transport_.poll([this](Rank from, const Message& message, Depth depth, const Payload& payload) {
      receive(from, message, depth, payload);
    });
    if constexpr (HasTimeouts<P>)
      if (ticking_) [[unlikely]]
        tick_if_due();
    return taken;
  }

  [[gnu::flatten]] void receive(Rank from, const Message& message, Depth deep, const Payload& payload) {
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

  /// What may wait for a step's messages need not where there are none; its marks then share the step's reading of the clock.
  void carry_out() {
    if constexpr (HasAfterwards<P>) {
      if (!outbox_.envelopes().empty()) empty_outbox();
      machine_.afterwards(outbox_);
    }
    empty_outbox();
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
    const Depth deep = depth_of(envelope.message);
    if constexpr (kGathers)
      if (envelope.parts > 0) return transport_.send(envelope.to, envelope.message, deep, outbox_.parts_of(envelope));
    transport_.send(envelope.to, envelope.message, deep, envelope.payload);
    if (envelope.payload) envelope.payload = {};
  }

  /// One more than the deepest of the operations that it names.
  Depth depth_of(const Message& message) {
    Depth deepest = 0;
    for (Operation k = message.first, end = k + message.count; k < end; ++k) deepest = std::max(deepest, depth(k));
    return static_cast<Depth>((deepest + 1) & kDepthMax);
  }

  static constexpr bool kGathers = requires(const Shape& shape) { P::batch(shape); };

  Depth& depth(Operation operation) { return depths_[static_cast<std::size_t>(operation)]; }

  P machine_;
  Outbox<Message> outbox_;
  Counted<Transport>& transport_;
  Witness& witness_;
  bool times_out_ = false, ticking_ = false;
  std::vector<Depth> depths_;  ///< [operation]: greatest depth received for it here
};

}  // namespace coordbench
