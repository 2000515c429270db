#pragma once
// The one loop of every protocol: receive → step → flush. It carries the depth of each operation's causal chain, and tells a
// witness (the recorder over MPI, the invariants in simulation) which operation reached which mark, when, and how deep.

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness/protocol_traits.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/counted.hpp"
#include "harness/transport/sealer.hpp"

namespace coordbench {

/// A transport whose thousands of ranks may share one process; its outboxes grow as they are needed.
template <class Transport>
concept SharesItsProcess = kSimulated || requires {
  requires Transport::shares_its_process;
};

/// A transport over which what lies between an arrival and a message is not compiled as one piece.
template <class Transport>
concept IsCompiledInPieces = SharesItsProcess<Transport> || requires {
  requires Transport::compiled_in_pieces;
};

/// A witness that may change what a step leads to, before it leaves: a rank of a simulated world may be a traitor.
template <class Witness, class Out>
concept Twists = requires(Witness& witness, Out& out) {
  witness.twist(out);
};

template <Protocol P, class Transport, class Witness>
class Node {
 public:
  using Message = typename P::Message;

  /// `operations_max` bounds the operations of the case. Everything is allocated here, nothing later, but in simulated worlds.
  /// Without an authenticator the source rank of the transport is trusted.
  Node(const Shape& shape, Rank self, Counted<Transport>& transport, Witness& witness, std::int64_t operations_max,
       Authenticator* authenticator = nullptr)
      : shape_(shape),
        self_(self),
        stride_(proposers_of<P>(shape)),
        bounds_(bounds_of<P>(shape, self)),
        machine_(shape, self),
        outbox_(bounds_, !SharesItsProcess<Transport>, &transport.made(), &transport.own(), authenticator),
        transport_(transport),
        witness_(witness),
        times_out_(coordbench::times_out<P>(shape)),
        ticking_(times_out_),
        depths_(static_cast<std::size_t>(operations_max), 0),
        sealer_(authenticator, bounds_.parts) {}

  /// Whether the machine may be asked or woken: nothing waits to leave, and it has payloads to make. So nothing but the
  /// transport's own pace holds a proposer back, whatever its messages carry; receipt is never held back.
  [[nodiscard]] bool is_ready() {
    return !transport_.has_waiting() && (bounds_.made == 0 || transport_.made().has_free(bounds_.made));
  }

  void propose(Operation operation, Payload payload) requires IsAsked<P> {
    if constexpr (IsCompiledInPieces<Transport>)
      propose_in_steps(operation, std::move(payload));
    else
      propose_as_one_piece(operation, std::move(payload));
  }
  /// An operation that begins at every rank. What it sends begins a chain, even if another rank's message was here before.
  void begin(Operation operation) requires BeginsEverywhere<P> {
    outbox_.hand(clock());
    machine_.begin(operation, outbox_);
    begins_ = true;
    carry_out();
    begins_ = false;
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

  /// What is not the sender's, or came before, is dropped here; then false.
  bool receive(Rank from, const Message& message, Depth deep, const Payload& payload) {
    if constexpr (Authenticates<P>)
      if (sealer_.is_on()) return receive_sealed(from, message, deep, payload);
    receive_genuine(from, message, deep, payload);
    return true;
  }

  void tick_if_due() requires HasTimeouts<P> {
    const Time now = transport_.now();
    if (!ticking_ || machine_.deadline() > now || !is_ready()) return;
    outbox_.hand(now);
    machine_.tick(outbox_);
    carry_out();
  }
  /// When the machine wants to be woken, on this rank's clock; kNever while no time-out may fire.
  [[nodiscard]] Time deadline() const {
    if constexpr (HasTimeouts<P>)
      if (ticking_) return machine_.deadline();
    return kNever;
  }

  void round(Operation operation, int number) requires HasRounds<P> {
    outbox_.hand(clock());
    machine_.round(operation, number, outbox_);
    carry_out();
  }
  /// Nobody will ask for more for now.
  void flush() {
    if constexpr (HasFlush<P>) {
      outbox_.hand(clock());
      machine_.flush(outbox_);
      carry_out();
    }
  }
  void restart() requires HasRestart<P> {
    outbox_.hand(clock());
    machine_.restart(outbox_);
    carry_out();
  }

  void configure(const Configuration& configuration) requires HasConfigurations<P> {
    outbox_.hand(clock());
    machine_.configure(configuration, outbox_);
    carry_out();
  }

  /// At the end of a block no time-out may fire, so that the machines come to rest.
  void pause_ticking() { ticking_ = false; }
  void resume_ticking() { ticking_ = times_out_; }
  [[nodiscard]] const P& machine() const { return machine_; }

 private:
  /// What lies between a proposal or an arrival and the message that it leads to is compiled as one piece (`flatten`): calls
  /// between these small functions, and what they pass through memory, were a third of it. In simulated worlds, whose time does
  /// not depend on it, that made an object four times as large and five times as slow to compile.
  [[gnu::flatten]] void propose_as_one_piece(Operation operation, Payload payload) {
    propose_in_steps(operation, std::move(payload));
  }
  void propose_in_steps(Operation operation, Payload payload) {
    outbox_.hand(clock());
    machine_.propose(operation, std::move(payload), outbox_);
    carry_out();
  }
  void receive_genuine(Rank from, const Message& message, Depth deep, const Payload& payload) {
    if constexpr (IsCompiledInPieces<Transport>)
      receive_in_steps(from, message, deep, payload);
    else
      receive_as_one_piece(from, message, deep, payload);
  }
  bool receive_sealed(Rank from, const Message& message, Depth deep, Payload payload) {
    if (!sealer_.admit(from, message, payload)) return false;
    receive_genuine(from, message, deep, payload);
    sealer_.forget();
    return true;
  }
  [[gnu::flatten]] void receive_as_one_piece(Rank from, const Message& message, Depth deep, const Payload& payload) {
    receive_in_steps(from, message, deep, payload);
  }
  void receive_in_steps(Rank from, const Message& message, Depth deep, const Payload& payload) {
    for_each_operation<P>(shape_, stride_, message, payload, [&](Operation k, int longer = 0) {
      depth(k) = std::max(depth(k), static_cast<Depth>(deep + longer));
    });
    outbox_.hand(clock());
    machine_.step(from, message, payload, outbox_);
    carry_out();
  }

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

  using Envelope = typename Outbox<Message>::Envelope;

  /// One message leaves before the marks are stamped: reading the clock costs as much as half a hop, and would make everything
  /// after the mark later by it. So a mark is late by one send, however many follow. The marks of one step share one reading.
  void empty_outbox() {
    if constexpr (Twists<Witness, Outbox<Message>>) witness_.twist(outbox_);
    const auto envelopes = outbox_.envelopes();
    int receivers = 0;  // of the first envelope
    if (!envelopes.empty()) {
      receivers = receivers_of(envelopes.front());
      if (receivers > 0) [[likely]]
        send(envelopes.front(), first_receiver_of(envelopes.front()), depth_of(envelopes.front()));
    }
    if (!outbox_.completions().empty()) tell_marks();
    if (receivers > 1 || envelopes.size() > 1) send_rest(envelopes);
    if (!envelopes.empty() && envelopes.front().payload) envelopes.front().payload = {};
    if constexpr (Authenticates<P>) sealer_.rest();
    outbox_.clear();
  }
  void tell_marks() {
    const Time at = transport_.now();
    for (const auto& [operation, mark] : outbox_.completions()) {
      if (static_cast<std::size_t>(mark) >= P::marks.size()) [[unlikely]]
        refuse_mark(mark);
      witness_.reached(operation, mark, at, depth(operation));
      if (P::marks[static_cast<std::size_t>(mark)].answers) witness_.answered(operation, machine_.answer(operation));
    }
  }
  /// All messages but the first. Not inlined: a second copy of all that sending takes would double what is compiled.
  [[gnu::noinline]] void send_rest(std::span<Envelope> envelopes) {
    bool is_first = true;
    for (Envelope& envelope : envelopes) {
      const Depth deep = depth_of(envelope);
      Rank to = first_receiver_of(envelope);
      for (int left = receivers_of(envelope); left > 0; --left, to = next_server(to))
        if (!std::exchange(is_first, false)) send(envelope, to, deep);
      is_first = false;
      if (envelope.payload) envelope.payload = {};
    }
  }

  [[nodiscard]] int receivers_of(const Envelope& envelope) const {
    if (envelope.to != Outbox<Message>::kOthers) return 1;
    return std::min(static_cast<int>(envelope.others), self_ < shape_.ranks ? shape_.ranks - 1 : shape_.ranks);
  }
  [[nodiscard]] Rank first_receiver_of(const Envelope& envelope) const {
    return envelope.to != Outbox<Message>::kOthers ? envelope.to : next_server(self_);
  }
  [[nodiscard]] Rank next_server(Rank rank) const { return rank + 1 >= shape_.ranks ? 0 : rank + 1; }

  void send(const Envelope& envelope, Rank to, Depth deep) {
    if constexpr (Authenticates<P>)
      if (sealer_.is_on()) return transport_.send(to, envelope.message, deep, sealer_.seal(envelope, to, outbox_));
    if constexpr (kGathers)
      if (envelope.parts > 0) return transport_.send(to, envelope.message, deep, outbox_.parts_of(envelope));
    transport_.send(to, envelope.message, deep, envelope.payload);
  }

  /// One more than the deepest of the operations that it carries.
  Depth depth_of(const Envelope& envelope) {
    if constexpr (BeginsEverywhere<P>)
      if (begins_) return 1;
    Depth deepest = 0;
    for_each_operation<P>(shape_, stride_, envelope.message, envelope.payload,
                          [&](Operation k, int longer = 0) {
                            deepest = std::max(deepest, static_cast<Depth>(std::max(0, depth(k) - longer)));
                          });
    return static_cast<Depth>((deepest + 1) & kDepthMax);
  }

  [[noreturn, gnu::noinline, gnu::cold]] static void refuse_mark(int mark) {
    throw std::out_of_range("a machine completed mark " + std::to_string(mark) + ", and its marks are 0 to " +
                            std::to_string(P::marks.size() - 1) + "; declare it in `marks`");
  }

  static constexpr bool kGathers = requires(const Shape& shape) { P::batch(shape); };

  Depth& depth(Operation operation) {
    if constexpr (SharesItsProcess<Transport>)  // where a traitor may name an operation that there is not
      if (static_cast<std::size_t>(operation) >= depths_.size()) [[unlikely]]
        return nowhere_ = 0;
    return depths_[static_cast<std::size_t>(operation)];
  }

  const Shape shape_;
  Rank self_;
  int stride_;
  Bounds bounds_;
  P machine_;
  Outbox<Message> outbox_;
  Counted<Transport>& transport_;
  Witness& witness_;
  bool times_out_, ticking_, begins_ = false;
  std::vector<Depth> depths_;  ///< [operation]: greatest depth received for it here
  Depth nowhere_ = 0;          ///< of what is no operation
  [[no_unique_address]] std::conditional_t<Authenticates<P>, Sealer<Message>, Trust> sealer_;
};

}  // namespace coordbench
