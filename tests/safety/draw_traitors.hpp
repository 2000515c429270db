#pragma once
// Draws who betrays whom, and how. Called by a protocol's Safety::draw, once it has chosen everything else.

#include "tests/safety/schedule.hpp"
#include "tests/support/lie.hpp"

namespace coordbench::testing {

/// Every kind of treason, for protocols that name none.
inline constexpr std::array kEveryTreason{Treason::silence, Treason::delay,        Treason::replay,
                                          Treason::lying,   Treason::equivocation, Treason::collusion,
                                          Treason::forgery, Treason::twins,        Treason::twins};

/// One kind of treason, sometimes two or three; but who is there twice does nothing else.
inline std::uint8_t draw_treasons(Random& random, std::span<const Treason> kinds) {
  std::uint8_t treasons = bit_of(kinds[random.below(kinds.size())]);
  while (random.below(3) == 0) treasons |= bit_of(kinds[random.below(kinds.size())]);
  return (treasons & bit_of(Treason::twins)) != 0 ? bit_of(Treason::twins) : treasons;
}

/// Of `most` servers or fewer, each with kinds of its own or as an accomplice of the one before; none in one schedule in four.
/// The more there are, the more a protocol must bear, so `most` is likelier than less.
inline void draw_traitors(Schedule& schedule, Random& random, int most, std::span<const Treason> kinds = kEveryTreason) {
  Traitors& traitors = schedule.faults.traitors = {};
  const int ranks = schedule.shape.ranks;
  most = std::min({most, ranks, static_cast<int>(kTraitorsMost)});
  if (most < 1 || random.below(4) == 0) return;
  const int count = random.below(2) == 0 ? most : random.between(1, most);
  traitors.turn_every_ns = random.below(4) == 0 ? 0 : kHop * random.between<Time>(5, 100);
  const auto everybody = static_cast<std::uint16_t>((1U << static_cast<unsigned>(schedule.shape.members())) - 1U);
  for (Rank last = -1; traitors.count() < count;) {
    const Rank rank = random.below(ranks);
    if (traitors.includes(rank)) continue;
    Traitor traitor{.rank = rank, .treasons = draw_treasons(random, kinds)};
    if (random.below(2) == 0) traitor.victims = static_cast<std::uint16_t>(random.next() & everybody);
    if (random.below(2) == 0) traitor.per_cent = random.between(5, 95);
    for (Traitor& other : traitors.all)
      if (last >= 0 && other.rank == last && other.accomplice < 0 && random.below(2) == 0) {
        other.accomplice = rank;
        if (!other.does(Treason::twins)) other.treasons |= bit_of(Treason::collusion);
        traitor = other;
        traitor.rank = rank, traitor.accomplice = last;
      }
    if (traitor.accomplice < 0) traitor.drop(Treason::collusion);
    if (schedule.shape.authentication == Authentication::none) traitor.drop(Treason::forgery);
    if (traitor.treasons == 0) traitor.treasons = bit_of(Treason::silence);
    traitors.add(traitor);
    last = rank;
  }
}
/// As many as the protocol says that it bears, and of the kinds that it names, if it names any.
template <class Safety>
void draw_traitors(Schedule& schedule, Random& random) {
  const int most = Safety::traitors_most(schedule.shape);
  if constexpr (requires { Safety::treasons; })
    draw_traitors(schedule, random, most, Safety::treasons);
  else
    draw_traitors(schedule, random, most);
}

}  // namespace coordbench::testing
