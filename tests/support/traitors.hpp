#pragma once
// Byzantine faults as data: which ranks are traitors, and what each of them does. treachery.hpp does it.

#include <array>
#include <cstdint>
#include <string_view>

#include "harness/description.hpp"

namespace coordbench::testing {

/// What a traitor may do, the simplest first. Its own machine is honest; all but twins happens to what the machine says.
enum class Treason : std::uint8_t {
  silence,       ///< does not send
  delay,         ///< sends late
  replay,        ///< sends again what was sent or heard before
  lying,         ///< about what it holds, as the protocol's own lie says
  equivocation,  ///< tells some receivers another story than the others
  collusion,     ///< passes what it hears to its accomplice; both lie alike
  forgery,       ///< sends in another's name, what it has sealed itself or the other has sealed for somebody
  twins,         ///< is there twice (Bano et al., "Twins: BFT Systems Made Robust", 2021)
};
inline constexpr std::array<std::string_view, 8> kTreasons{"silence",      "delays",    "replays",   "lies",
                                                           "equivocation", "collusion", "forgeries", "twins"};
inline constexpr std::size_t kTraitorsMost = 4;

constexpr std::uint8_t bit_of(Treason treason) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(treason)); }

struct Traitor {
  Rank rank = -1;                  ///< -1: nobody
  std::uint8_t treasons = 0;       ///< a bit for each Treason
  std::uint16_t victims = 0xffff;  ///< a bit for each of the first 16 ranks: to whom it is silent, slow, lies …
  int per_cent = 100;              ///< how many messages it does it to
  Rank accomplice = -1;

  [[nodiscard]] bool does(Treason treason) const { return (treasons & bit_of(treason)) != 0; }
  void drop(Treason treason) { treasons &= static_cast<std::uint8_t>(~bit_of(treason)); }
  [[nodiscard]] bool hurts(Rank rank_of_other) const {
    return rank_of_other < 16 && (victims >> static_cast<unsigned>(rank_of_other) & 1U) != 0;
  }
};

/// All that a world's traitors are.
struct Traitors {
  std::array<Traitor, kTraitorsMost> all{};
  Time turn_every_ns = 0;  ///< mean; twins then change who hears which of them, until the network has healed; 0: never

  [[nodiscard]] int count() const {
    int traitors = 0;
    for (const Traitor& traitor : all) traitors += traitor.rank >= 0 ? 1 : 0;
    return traitors;
  }
  [[nodiscard]] const Traitor* find(Rank rank) const {
    for (const Traitor& traitor : all)
      if (rank >= 0 && traitor.rank == rank) return &traitor;
    return nullptr;
  }
  [[nodiscard]] bool includes(Rank rank) const { return find(rank) != nullptr; }
  /// One more; throws std::out_of_range beyond kTraitorsMost.
  Traitor& add(const Traitor& traitor) {
    Traitor& place = all.at(static_cast<std::size_t>(count()));
    return place = traitor;
  }
  /// The rank is honest again, and nobody's accomplice; the others close up.
  void pardon(Rank rank) {
    const Traitors before = *this;
    all = {};
    for (const Traitor& traitor : before.all)
      if (traitor.rank >= 0 && traitor.rank != rank) {
        Traitor& left = add(traitor);
        if (left.accomplice != rank) continue;
        left.accomplice = -1;
        left.drop(Treason::collusion);
      }
  }
};

}  // namespace coordbench::testing
