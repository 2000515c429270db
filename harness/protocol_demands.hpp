#pragma once
// What a protocol must have, as sentences: each is a static_assert of its own, at namespace scope, so that the first line a
// compiler prints of a mistake is our sentence. Included by generated sources and, in a test, by those who make each mistake.

#include "harness/protocol_traits.hpp"

namespace coordbench::demands {

template <class P>
concept NamesMessage = requires {
  typename P::Message;
};
template <class P>
concept MessageIsPlain = std::is_trivially_copyable_v<typename P::Message>;
template <class P>
concept MessageHasFirst = requires(const typename P::Message& message) {
  { message.first } -> std::convertible_to<Operation>;
};
template <class P>
concept MessageHasCount = requires(const typename P::Message& message) {
  { message.count } -> std::convertible_to<std::int64_t>;
};
template <class P>
concept MessageIsSmall = sizeof(typename P::Message) <= 40 && alignof(typename P::Message) <= 8;
template <class P>
concept HasAbout = requires {
  { P::about } -> std::convertible_to<const About&>;
};
template <class P>
concept IsOfAGroup = !HasAbout<P> || is_group(P::about.group);
template <class P>
concept HasMarks = requires {
  {std::span<const Mark>(P::marks)};
}
&&P::marks.size() > 0 && P::marks.size() <= kMarksMax;
template <class P>
concept HasRightParameters = !requires {
  &P::parameters;
}
|| requires { {std::span<const Parameter>(P::parameters)}; };
template <class P>
concept IsMade = std::constructible_from<P, const Shape&, Rank>;
template <class P>
concept Steps = requires(P machine, Rank rank, const typename P::Message& message, const Payload& payload, OutboxOf<P>& out) {
  machine.step(rank, message, payload, out);
};
template <class P>
concept Answers = requires(const P& still, Operation operation) {
  { still.answer(operation) } -> std::same_as<Answer>;
};
template <class P>
concept CostsByOperation = requires(const Shape& shape, Operation operation) {
  { P::cost(shape, operation) } -> std::same_as<Cost>;
};
template <class P>
concept CostsByBlock = requires(const Shape& shape, Operations operations) {
  { P::cost(shape, operations) } -> std::same_as<Cost>;
};

// Of what may be left out: where the name is there, it is what the harness will call.
template <class P>
concept HasRightBounds = !requires {
  &P::bounds;
}
|| requires(const Shape& shape, Rank rank) {
  { P::bounds(shape, rank) } -> std::same_as<Bounds>;
};
template <class P>
concept HasRightReaches = !requires {
  &P::reaches;
}
|| requires(const Shape& shape, int mark, Rank rank, Operation operation) {
  { P::reaches(shape, mark, rank, operation) } -> std::same_as<bool>;
};
template <class P>
concept HasRightAccepts = !requires {
  &P::accepts;
}
|| requires(const Shape& shape, Operation k, const Answer& answer) {
  { P::accepts(shape, k, answer) } -> std::same_as<bool>;
};
template <class P>
concept HasRightProposers = !requires {
  &P::proposers;
}
|| requires(const Shape& shape) {
  { P::proposers(shape) } -> std::convertible_to<int>;
};
template <class P>
concept HasRightUnfit = !requires {
  &P::unfit;
}
|| requires(const Shape& shape) {
  { P::unfit(shape) } -> std::convertible_to<std::string>;
};
template <class P>
concept HasRightUnderLoss = FacesLoss<P> || !requires {
  &P::under_loss;
};
template <class P>
concept HasBothOfApplications = CountsApplications<P> || !(
    requires { &P::applications; } || requires { &P::applied; });
template <class P>
concept NamesTimeouts = requires {
  &P::tick;
}
|| requires { &P::deadline; }
|| requires { &P::times_out; };
template <class P>
concept HasAllOfTimeouts = HasTimeouts<P> || !NamesTimeouts<P>;
template <class P>
concept HasRightRound = HasRounds<P> || !requires {
  &P::round;
};
template <class P>
concept HasRightFlush = HasFlush<P> || !requires {
  &P::flush;
};
template <class P>
concept HasRightAfterwards = HasAfterwards<P> || !requires {
  &P::afterwards;
};
template <class P>
concept HasRightRestart = HasRestart<P> || !requires {
  &P::restart;
};
template <class P>
concept HasRightConfigure = HasConfigurations<P> || !requires {
  &P::configure;
};
template <class P>
concept HasBothOfKinds = HasKinds<P> || !(
    requires { &P::kinds; } || requires { &P::kind; });
template <class P>
concept HasRightAuthentications = Authenticates<P> || !requires {
  &P::authentications;
};
template <class P>
concept MessageHasNoGaps = !Authenticates<P> || std::has_unique_object_representations_v<typename P::Message>;

}  // namespace coordbench::demands

// A macro, because a static_assert within a template would be told behind where it was instantiated from.
#define COORDBENCH_DEMAND(P)                                                                                               \
  static_assert(demands::NamesMessage<P>, #P " needs a struct Message: what its ranks say to each other");                 \
  static_assert(demands::MessageIsPlain<P>, #P "::Message must be trivially copyable: it travels as its bytes");           \
  static_assert(demands::MessageHasFirst<P>, #P "::Message needs `first`, the first operation that it carries");           \
  static_assert(demands::MessageHasCount<P>, #P "::Message needs `count`, how many operations it carries; 0: background"); \
  static_assert(demands::MessageIsSmall<P>, #P "::Message must fit a slot: at most 40 bytes, aligned to at most 8");       \
  static_assert(demands::HasAbout<P>, #P " needs `static constexpr About about{...}`");                                    \
  static_assert(demands::IsOfAGroup<P>, #P "::about.group is missing or unknown: write one of kGroups");                   \
  static_assert(demands::HasMarks<P>, #P " needs `static constexpr std::array marks{Mark{...}, ...}`, 1 to 4 of them");    \
  static_assert(demands::HasRightParameters<P>, #P "::parameters must be a std::array of Parameter");                      \
  static_assert(demands::IsMade<P>, #P " must be constructible as " #P "(const Shape&, Rank)");                            \
  static_assert(IsAsked<P> || BeginsEverywhere<P>,                                                                         \
                #P " needs propose(Operation, Payload, Out&), or begin(Operation, Out&) where all ranks begin");           \
  static_assert(demands::Steps<P>, "`step` must be callable as step(Rank, const Message&, const Payload&, Out&)");         \
  static_assert(demands::Answers<P>, "`answer` must be callable as `Answer answer(Operation) const`");                     \
  static_assert(demands::CostsByOperation<P> || demands::CostsByBlock<P>,                                                  \
                "`cost` must be callable as `static Cost cost(const Shape&, Operation)`, or of Operations");               \
  static_assert(demands::HasRightBounds<P>, "`bounds` must be callable as `static Bounds bounds(const Shape&, Rank)`");    \
  static_assert(demands::HasRightReaches<P>,                                                                               \
                "`reaches` must be callable as `static bool reaches(const Shape&, int mark, Rank, Operation)`");           \
  static_assert(demands::HasRightAccepts<P>,                                                                               \
                "`accepts` must be callable as `static bool accepts(const Shape&, Operation, const Answer&)`");            \
  static_assert(demands::HasRightProposers<P>, "`proposers` must be callable as `static int proposers(const Shape&)`");    \
  static_assert(demands::HasRightUnfit<P>, "`unfit` must be callable as `static std::string unfit(const Shape&)`");        \
  static_assert(demands::HasAllOfTimeouts<P>,                                                                              \
                "time-outs need all of tick(Out&), `Time deadline() const` and `static bool times_out(const Shape&)`");    \
  static_assert(demands::HasRightRound<P>, "`round` must be callable as round(Operation, int, Out&)");                     \
  static_assert(demands::HasRightFlush<P>, "`flush` must be callable as flush(Out&)");                                     \
  static_assert(demands::HasRightAfterwards<P>, "`afterwards` must be callable as afterwards(Out&)");                      \
  static_assert(demands::HasRightRestart<P>, "`restart` must be callable as restart(Out&)");                               \
  static_assert(demands::HasRightConfigure<P>, "`configure` must be callable as configure(const Configuration&, Out&)");   \
  static_assert(demands::HasBothOfKinds<P>,                                                                                \
                "kinds need both an array of names, `kinds`, and `static int kind(const Shape&, Operation)`");             \
  static_assert(demands::HasRightUnderLoss<P>,                                                                             \
                "`under_loss` must be callable as `static UnderLoss under_loss(const Shape&)`");                           \
  static_assert(demands::HasBothOfApplications<P>,                                                                         \
                "applications need both `static double applications(const Shape&)` and `std::int64_t applied() const`");   \
  static_assert(demands::HasRightAuthentications<P>, #P "::authentications must be a std::array of Authentication");         \
  static_assert(demands::MessageHasNoGaps<P>,                                                                              \
                #P "::Message may not have gaps between its fields: its bytes are signed as they are");                    \
  static_assert(Protocol<P>)
