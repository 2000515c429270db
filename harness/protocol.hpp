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

/// Everything a machine may do to the world: send, and say that an operation has reached a mark. Bounded: reserved once,
/// emptied after every step; a machine that overfills it is wrong, and is told so with std::length_error.
template <ProtocolMessage M>
class Outbox {
 public:
  struct Envelope {
    Rank to;
    M message;
    Payload payload;
  };
  struct Completion {
    Operation operation;
    int mark;
  };

  explicit Outbox(std::size_t capacity) : envelopes_(capacity), completions_(capacity) {}

  void send(Rank to, const M& message, Payload payload = {}) {
    if (sent_ == envelopes_.size()) throw std::length_error("outbox: more messages in one step than declared");
    Envelope& envelope = envelopes_[sent_++];  // member by member: most messages carry nothing, and this is the hot path
    envelope.to = to;
    envelope.message = message;
    if (payload) envelope.payload = std::move(payload);
  }
  void complete(Operation operation, int mark) {
    if (completed_ == completions_.size()) throw std::length_error("outbox: more completions in one step than declared");
    completions_[completed_++] = {operation, mark};
  }

  [[nodiscard]] std::span<Envelope> envelopes() { return {envelopes_.data(), sent_}; }
  [[nodiscard]] std::span<const Completion> completions() const { return {completions_.data(), completed_}; }
  void clear() { sent_ = completed_ = 0; }

 private:
  std::vector<Envelope> envelopes_;
  std::vector<Completion> completions_;
  std::size_t sent_ = 0, completed_ = 0;
};

/// A rank's answer to an operation, checked outside the clock: what was decided, and the payload it holds if any.
struct Answer {
  std::int64_t outcome = 0;
  Payload payload;
};

/// What both kinds of kernel declare.
template <class K>
concept Described = requires(const Shape& shape) {
  { K::about } -> std::convertible_to<const About&>;
  {std::span<const Parameter>(K::parameters)};
  { K::messages(shape) } -> std::convertible_to<std::int64_t>;
};

/// A protocol is a deterministic state machine: inputs are calls, outputs go to the outbox; no clock, no randomness, no MPI.
template <class P>
concept Protocol = Described<P> && ProtocolMessage<typename P::Message> && std::constructible_from<P, const Shape&, Rank> &&
    requires(P machine, const P& still, const Shape& shape, Rank rank, Operation operation, Time now,
             const typename P::Message& message, Payload payload, Outbox<typename P::Message>& out) {
  {std::span<const Mark>(P::marks)};
  { P::delays(shape, int{}) } -> std::convertible_to<int>;
  { P::outbox_capacity(shape) } -> std::convertible_to<std::size_t>;
  { P::in_degree(shape, rank) } -> std::convertible_to<std::size_t>;
  { P::leases(shape) } -> std::convertible_to<std::size_t>;
  { P::answers(shape, rank) } -> std::convertible_to<bool>;
  { P::expected_outcome(shape) } -> std::convertible_to<std::int64_t>;
  machine.propose(now, operation, payload, out);
  machine.step(now, rank, message, payload, out);
  { still.answer(operation) } -> std::same_as<Answer>;
};

/// Detected, not required: a protocol with time-outs says when it wants to be woken.
template <class P>
concept HasTimeouts = requires(P machine, const P& still, const Shape& shape, Time now, Outbox<typename P::Message>& out) {
  machine.tick(now, out);
  { still.deadline() } -> std::convertible_to<Time>;
  { P::times_out(shape) } -> std::convertible_to<bool>;
};

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
