#pragma once
// The one harness header a kernel includes: the vocabulary, the outbox, and what makes a type a protocol or a collective.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/copy.hpp"
#include "harness/description.hpp"
#include "harness/pattern.hpp"
#include "harness/payload.hpp"

namespace coordbench {

/// What a protocol's messages must carry besides their own fields: the operations [first, first + count); count 0 is
/// background. Both may be as narrow as the protocol likes, or static where they never change: small messages travel faster.
template <class M>
concept ProtocolMessage = std::is_trivially_copyable_v<M> && requires(M message) {
  { message.first } -> std::convertible_to<Operation>;
  { message.count } -> std::convertible_to<std::int32_t>;
};

/// The delays that led to a message, in as few bits as they may travel in.
using Depth = std::uint16_t;
inline constexpr Depth kDepthMax = 0x7fff;

/// What one step may produce at most.
struct OutboxCapacity {
  // NOLINTNEXTLINE(google-explicit-constructor): most protocols need to say no more than this
  constexpr OutboxCapacity(std::size_t most) : messages(most), completions(most) {}
  constexpr OutboxCapacity(std::size_t messages_, std::size_t completions_, std::size_t parts_)
      : messages(messages_), completions(completions_), parts(parts_) {}
  std::size_t messages, completions;
  std::size_t parts = 0;  ///< payloads gathered into messages of several
};

/// Everything a machine may do to the world: send, and say that an operation has reached a mark. Bounded: reserved once,
/// emptied after every step; a machine that overfills it is wrong, and is told so with std::length_error.
template <ProtocolMessage M>
class Outbox {
 public:
  struct Envelope {
    Rank to;
    M message;
    Payload payload;
    std::uint32_t first_part, parts;  ///< payloads that leave one behind the other, instead of `payload`
  };
  struct Completion {
    Operation operation;
    int mark;
  };
  /// Several payloads that travel in one message, in order; the same for as many receivers as one likes.
  struct Gathered {
    std::uint32_t first = 0, count = 0;
  };

  explicit Outbox(const OutboxCapacity& capacity) : envelopes_(capacity.messages), completions_(capacity.completions) {
    parts_.reserve(capacity.parts);
  }

  void send(Rank to, const M& message, Payload payload = {}) {
    Envelope& envelope = next(to, message);
    if (payload) envelope.payload = std::move(payload);
  }
  void send(Rank to, const M& message, Gathered gathered) {
    Envelope& envelope = next(to, message);
    envelope.first_part = gathered.first;
    envelope.parts = gathered.count;
  }
  /// The payloads of one message: `payload_of(i)` for i in [0, count).
  template <class PayloadOf>
  Gathered gather(std::size_t count, PayloadOf&& payload_of) {
    if (parts_.size() + count > parts_.capacity()) throw std::length_error("outbox: more payloads in one step than declared");
    const Gathered gathered{static_cast<std::uint32_t>(parts_.size()), static_cast<std::uint32_t>(count)};
    for (std::size_t i = 0; i < count; ++i) parts_.push_back(payload_of(i));
    return gathered;
  }
  void complete(Operation operation, int mark) {
    if (completed_ == completions_.size()) throw std::length_error("outbox: more completions in one step than declared");
    completions_[completed_++] = {operation, mark};
  }

  [[nodiscard]] std::span<Envelope> envelopes() { return {envelopes_.data(), sent_}; }
  [[nodiscard]] std::span<const Payload> parts_of(const Envelope& envelope) const {
    return {parts_.data() + envelope.first_part, envelope.parts};
  }
  [[nodiscard]] std::span<const Completion> completions() const { return {completions_.data(), completed_}; }
  void clear() {
    sent_ = completed_ = 0;
    parts_.clear();
  }

 private:
  Envelope& next(Rank to, const M& message) {
    if (sent_ == envelopes_.size()) throw std::length_error("outbox: more messages in one step than declared");
    Envelope& envelope = envelopes_[sent_++];  // member by member: most messages carry nothing, and this is the hot path
    envelope.to = to;
    copy_narrowly(&envelope.message, message);
    envelope.parts = 0;
    return envelope;
  }

  std::vector<Envelope> envelopes_;
  std::vector<Completion> completions_;
  std::vector<Payload> parts_;
  std::size_t sent_ = 0, completed_ = 0;
};

/// A rank's answer to an operation, checked outside the clock: what was decided, and the payload it holds if any.
struct Answer {
  std::int64_t outcome = 0;
  Payload payload;
};

/// What both kinds of kernel declare. `messages` is the closed form for one operation or, where operations share messages, for
/// so many that are proposed back to back.
template <class K>
concept Described = requires(const Shape& shape) {
  { K::about } -> std::convertible_to<const About&>;
  {std::span<const Parameter>(K::parameters)};
} && (requires(const Shape& shape) { { K::messages(shape) } -> std::convertible_to<double>; } ||
      requires(const Shape& shape, std::int64_t count) { { K::messages(shape, count) } -> std::convertible_to<double>; });

/// A protocol is a deterministic state machine: inputs are calls, outputs go to the outbox; no clock, no randomness, no MPI.
template <class P>
concept Protocol = Described<P> && ProtocolMessage<typename P::Message> && std::constructible_from<P, const Shape&, Rank> &&
    requires(P machine, const P& still, const Shape& shape, Rank rank, Operation operation, Time now,
             const typename P::Message& message, Payload payload, Outbox<typename P::Message>& out) {
  {std::span<const Mark>(P::marks)};
  { P::delays(shape, int{}) } -> std::convertible_to<int>;
  { P::outbox_capacity(shape) } -> std::convertible_to<OutboxCapacity>;
  { P::in_degree(shape, rank) } -> std::convertible_to<std::size_t>;
  { P::leases(shape) } -> std::convertible_to<std::size_t>;
  { P::answers(shape, rank) } -> std::convertible_to<int>;  // how many a rank gives to one operation
  { P::expected_outcome(shape) } -> std::convertible_to<std::int64_t>;
  machine.propose(now, operation, payload, out);
  machine.step(now, rank, message, payload, out);
  { still.answer(operation) } -> std::same_as<Answer>;
};

/// What a protocol may have besides, and the harness detects. Time-outs: when it wants to be woken.
template <class P>
concept HasTimeouts = requires(P machine, const P& still, const Shape& shape, Time now, Outbox<typename P::Message>& out) {
  machine.tick(now, out);
  { still.deadline() } -> std::convertible_to<Time>;
  { P::times_out(shape) } -> std::convertible_to<bool>;
};

/// Synchronous rounds: every rank is told of round 1, 2, … of an operation, each when all messages of the last have arrived,
/// until all ranks have reached the operation's last mark.
template <class P>
concept HasRounds = requires(P machine, Time now, Operation operation, int round, Outbox<typename P::Message>& out) {
  machine.round(now, operation, round, out);
};

/// Something held back in the hope of more: every rank is told when nobody will ask for more for now.
template <class P>
concept HasFlush = requires(P machine, Time now, Outbox<typename P::Message>& out) { machine.flush(now, out); };

/// Work that may wait until what a step sends has left: called right after each step has been carried out.
template <class P>
concept HasAfterwards = requires(P machine, Outbox<typename P::Message>& out) { machine.afterwards(out); };

/// Something that survives a crash: called when the process is back, with what it had made durable before each of its steps
/// sent anything. Simulation only.
template <class P>
concept HasRestart = requires(P machine, Time now, Outbox<typename P::Message>& out) { machine.restart(now, out); };

/// Ranks of its own that ask: shape.ranks … shape.ranks + clients - 1; the first of them proposes.
template <class P>
int clients_of(const Shape& shape) {
  if constexpr (requires { P::clients(shape); })
    return P::clients(shape);
  else
    return 0;
}
template <class P>
Rank proposer_of(const Shape& shape) {
  return clients_of<P>(shape) > 0 ? shape.ranks : 0;
}

/// Operations that may share a message, each with its payload.
template <class P>
std::size_t batch_of(const Shape& shape) {
  if constexpr (requires { P::batch(shape); })
    return static_cast<std::size_t>(P::batch(shape));
  else
    return 1;
}

/// A collective is a function every rank calls; `Data` (see collectives/parts/) prepares the buffers of an operation and
/// verifies its answer, both outside the clock.
template <class C, class Endpoint>
concept Collective = Described<C> && std::constructible_from<C, const Shape&, Rank> &&
    std::constructible_from<typename C::Data, const Shape&, Rank> &&
    requires(C collective, const Shape& shape, Operation operation, Endpoint& endpoint, typename C::Data& data) {
  { C::delays(shape) } -> std::convertible_to<int>;
  data.prepare(operation);
  { data.verify(operation, Effort::full) } -> std::convertible_to<bool>;
  collective.run(endpoint, data);
};

}  // namespace coordbench
