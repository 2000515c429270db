#pragma once
// What makes a class a protocol or a collective, and the defaults of what a protocol leaves out. For the harness; a kernel's
// mistakes are named by harness/protocol_demands.hpp.

#include <algorithm>
#include <concepts>
#include <optional>
#include <type_traits>

#include "harness/protocol.hpp"

namespace coordbench {

/// The delays that led to a message, in as few bits as they may travel in.
using Depth = std::uint16_t;
inline constexpr Depth kDepthMax = 0x7fff;

/// What a protocol's messages must carry besides their own fields: `count` operations from `first` on; count 0 is background.
/// Both may be as narrow as the protocol likes, or static where they never change: small messages travel faster.
template <class M>
concept ProtocolMessage = std::is_trivially_copyable_v<M> && requires(const M& message) {
  { message.first } -> std::convertible_to<Operation>;
  { message.count } -> std::convertible_to<std::int64_t>;
};

template <class P>
using OutboxOf = Outbox<typename P::Message>;

/// Operations begin at their proposers, or at every rank at an agreed instant.
template <class P>
concept BeginsEverywhere = requires(P machine, Operation operation, OutboxOf<P>& out) {
  machine.begin(operation, out);
};
template <class P>
concept IsAsked = requires(P machine, Operation operation, Payload payload, OutboxOf<P>& out) {
  machine.propose(operation, std::move(payload), out);
};

/// A protocol is a deterministic state machine: inputs are calls, outputs go to the outbox; no clock, no randomness, no MPI.
template <class P>
concept Protocol = ProtocolMessage<typename P::Message> && std::constructible_from<P, const Shape&, Rank> &&
    (IsAsked<P> || BeginsEverywhere<P>)&&requires(P machine, const P& still, Rank rank, Operation operation,
                                                  const typename P::Message& message, const Payload& payload,
                                                  OutboxOf<P>& out) {
  { P::about } -> std::convertible_to<const About&>;
  {std::span<const Mark>(P::marks)};
  machine.step(rank, message, payload, out);
  { still.answer(operation) } -> std::same_as<Answer>;
};

// ---- what a protocol may have besides -----------------------------------------------------------------------------------

/// Time-outs: when it wants to be woken. `times_out` says whether it ever does in a case of this shape.
template <class P>
concept HasTimeouts = requires(P machine, const P& still, const Shape& shape, OutboxOf<P>& out) {
  machine.tick(out);
  { still.deadline() } -> std::convertible_to<Time>;
  { P::times_out(shape) } -> std::convertible_to<bool>;
};

/// Rounds in lock-step: every rank is told of round 1, 2, … of an operation, each when all messages of the last have arrived,
/// until all ranks have reached the operation's last mark.
template <class P>
concept HasRounds = requires(P machine, Operation operation, int round, OutboxOf<P>& out) {
  machine.round(operation, round, out);
};

/// A protocol in which no rank knows when an operation is over.
template <class P>
concept EndsInSilence = requires(const Shape& shape) {
  { P::silence(shape) } -> std::convertible_to<Silence>;
};

/// A protocol that holds work back to send it together: every rank is told when no more will be asked for now.
template <class P>
concept HasFlush = requires(P machine, OutboxOf<P>& out) {
  machine.flush(out);
};

/// Work that may wait until what a step sends has left: called right after each step has been carried out.
template <class P>
concept HasAfterwards = requires(P machine, OutboxOf<P>& out) {
  machine.afterwards(out);
};

/// Something that survives a crash: called when the process is back, with what it had made durable before each of its steps
/// sent anything. Simulation only.
template <class P>
concept HasRestart = requires(P machine, OutboxOf<P>& out) {
  machine.restart(out);
};

/// A protocol that is told by a service outside it which servers take part. A machine whose own rank is excluded is passive
/// from then on. Simulation only: over real transports nobody is excluded.
template <class P>
concept HasConfigurations = requires(P machine, const Configuration& configuration, OutboxOf<P>& out) {
  machine.configure(configuration, out);
};

/// Operations that differ: a few words for their kinds, and which operation is of which.
template <class P>
concept HasKinds = requires(const Shape& shape, Operation operation) {
  {std::span<const std::string_view>(P::kinds)};
  { P::kind(shape, operation) } -> std::convertible_to<int>;
};

// ---- the defaults -------------------------------------------------------------------------------------------------------

template <class K>
constexpr std::span<const Parameter> parameters_of() {
  if constexpr (requires { K::parameters; })
    return K::parameters;
  else
    return {};
}

template <class P>
bool times_out(const Shape& shape) {
  if constexpr (HasTimeouts<P>)
    return P::times_out(shape);
  else
    return false;
}

/// Whether a case runs in lock-step: `in_rounds` says where only some do.
template <class P>
bool runs_in_rounds(const Shape& shape) {
  if constexpr (HasRounds<P> && requires { P::in_rounds(shape); })
    return P::in_rounds(shape);
  else
    return HasRounds<P>;
}

/// Whether operations begin at every rank. Where an operation has a proposer too, that rank is asked first and then begins.
template <class P>
bool begins_everywhere(const Shape& shape) {
  if constexpr (BeginsEverywhere<P> && requires { P::starts_everywhere(shape); })
    return P::starts_everywhere(shape);
  else
    return BeginsEverywhere<P> && !IsAsked<P>;
}

/// Zeros where the end of an operation is known, or in lock-step.
template <class P>
Silence silence_of(const Shape& shape) {
  if constexpr (EndsInSilence<P>) {
    if (!runs_in_rounds<P>(shape)) return P::silence(shape);
  }
  return {};
}

/// The most clients that may ask: 0 if the protocol has none.
template <class P>
constexpr int clients_most() {
  if constexpr (requires { P::clients_most; })
    return P::clients_most;
  else
    return 0;
}

/// P, the number of ranks that ask: the clients, if there are any, else servers 0 … P - 1. Operation k belongs to proposer k
/// mod P.
template <class P>
int proposers_of(const Shape& shape) {
  if (shape.clients > 0) return shape.clients;
  if constexpr (requires { P::proposers(shape); })
    return static_cast<int>(P::proposers(shape));
  else
    return 1;
}
template <class P>
Rank proposer_of(const Shape& shape, Operation operation) {
  return static_cast<Rank>(operation % proposers_of<P>(shape)) + (shape.clients > 0 ? shape.ranks : 0);
}

/// A protocol that says what it does in a case with loss. Others are not run there.
template <class P>
concept FacesLoss = requires(const Shape& shape) {
  { P::under_loss(shape) } -> std::same_as<UnderLoss>;
};
/// A protocol whose machines count how often they have applied an operation. `applications` is the expected number, for one
/// operation and over all ranks; without loss, and where the protocol tolerates it, the count must equal it.
template <class P>
concept CountsApplications = requires(const Shape& shape, const P& machine) {
  { P::applications(shape) } -> std::convertible_to<double>;
  { machine.applied() } -> std::convertible_to<std::int64_t>;
};
/// A protocol whose answers' outcomes are a quantity that is recorded.
template <class P>
concept MeasuresItself = requires {
  { P::measured } -> std::convertible_to<const Measured&>;
};
/// A protocol that sends again, and learns afterwards which of its resends were too early.
template <class P>
concept CountsPrematureResends = requires(const P& machine) {
  { machine.premature_resends() } -> std::convertible_to<std::int64_t>;
};

/// A protocol that can bear authentication, and in which ways; others are not run with any.
template <class P>
concept Authenticates = requires { {std::span<const Authentication>(P::authentications)}; };

/// Whether a rank has a mark of an operation, in a case in which nothing fails.
template <class P>
bool reaches(const Shape& shape, int mark, Rank rank, Operation operation) {
  if constexpr (requires { P::reaches(shape, mark, rank, operation); }) {
    return P::reaches(shape, mark, rank, operation);
  } else {
    switch (P::marks[static_cast<std::size_t>(mark)].where) {
      case Where::proposer:
        return rank == proposer_of<P>(shape, operation);
      case Where::leader:
        return rank == 0;
      case Where::receiver:
      case Where::tail:
        return rank == shape.ranks - 1;
      case Where::everywhere:
        return rank < shape.ranks;
    }
    return false;
  }
}

/// Whether an answer is right. Its payload is held against the operation that it names by the harness.
template <class P>
bool accepts(const Shape& shape, Operation operation, const Answer& answer) {
  if constexpr (requires { P::accepts(shape, operation, answer); })
    return P::accepts(shape, operation, answer);
  else
    return answer.outcome == 1 && answer.operation_of(operation) == operation;
}

/// Operations that may share a message, each with its payload.
template <class P>
std::size_t batch_of(const Shape& shape) {
  if constexpr (requires { P::batch(shape); })
    return static_cast<std::size_t>(P::batch(shape));
  else
    return 1;
}

/// The closed form of operations proposed back to back: the protocol's own or, where it knows one operation, their sum.
template <class P>
Cost cost_of(const Shape& shape, Operations operations) {
  if constexpr (requires { P::cost(shape, operations); }) {
    return P::cost(shape, operations);
  } else {
    Cost sum;
    for (std::int64_t i = 0; i < operations.count; ++i) sum += P::cost(shape, operations.first + i);
    return sum;
  }
}

/// The declared bounds, with the defaults in place of zeros: a window of operations for each proposer, of twice its length so
/// that the next may begin before the last is forgotten.
template <class P>
Bounds bounds_of(const Shape& shape, Rank rank) {
  Bounds bounds;
  if constexpr (requires { P::bounds(shape, rank); }) bounds = P::bounds(shape, rank);
  const auto fill = [](std::size_t& bound, std::size_t otherwise) { bound = bound > 0 ? bound : otherwise; };
  const auto in_flight = static_cast<std::size_t>(shape.in_flight);
  const std::size_t open = in_flight * static_cast<std::size_t>(proposers_of<P>(shape));
  fill(bounds.sends, 2 * open + 8);
  fill(bounds.completions, 2 * open + 8);
  fill(bounds.receives, open + in_flight * static_cast<std::size_t>(shape.members()));
  fill(bounds.leases, 2 * open + 2);
  return bounds;
}

/// Calls f(k) for each operation that a message carries: count of them from `first` on, a proposer's own unless the protocol
/// says otherwise.
template <class P, class F>
void for_each_operation([[maybe_unused]] const Shape& shape, int stride, const typename P::Message& message,
                        [[maybe_unused]] const Payload& payload, F&& f) {
  if constexpr (requires { P::operations(shape, message, payload, f); }) {
    P::operations(shape, message, payload, f);
  } else {
    Operation k = static_cast<Operation>(message.first);
    for (auto left = static_cast<std::int64_t>(message.count); left > 0; --left, k += stride) f(k);
  }
}

// ---- collectives --------------------------------------------------------------------------------------------------------

/// A collective is a function every rank calls; `Data` (see collectives/parts/) prepares the buffers of an operation and
/// verifies its answer, both outside the clock.
template <class C, class Endpoint>
concept Collective = std::constructible_from<C, const Shape&, Rank> &&
    std::constructible_from<typename C::Data, const Shape&, Rank> &&
    requires(C collective, const Shape& shape, Operation operation, Endpoint& endpoint, typename C::Data& data) {
  { C::about } -> std::convertible_to<const About&>;
  {std::span<const Parameter>(C::parameters)};
  { C::messages(shape) } -> std::convertible_to<double>;
  { C::delays(shape) } -> std::convertible_to<int>;
  data.prepare(operation);
  { data.verify(operation, Effort::full) } -> std::convertible_to<bool>;
  collective.run(endpoint, data);
};

}  // namespace coordbench
