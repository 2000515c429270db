#pragma once
// Decides which rank fails when, and which pairs are cut: puts the failures of a schedule among its events, one of a kind
// ahead.

#include "tests/support/sim_network.hpp"

namespace coordbench::testing {

template <class Network>
class Adversary {
 public:
  using Kind = typename Network::Kind;

  Adversary(const Faults& faults, Network& network, int members) : faults_(faults), network_(network), members_(members) {
    if (faults.heals_at_ns != kNever) network_.put(faults.heals_at_ns, Kind::heal, 0);
    plan(Kind::crash);
    plan(Kind::pause);
    plan(Kind::cut);
  }

  /// The next failure of a kind, unless everything will have healed by then.
  void plan(Kind kind) {
    const Time every = kind == Kind::crash   ? faults_.crash_every_ns
                       : kind == Kind::pause ? faults_.pause_every_ns
                                             : faults_.partition_every_ns;
    if (every > 0) before_healing(kind, random().below(members_), every);
  }
  /// The end of a failure of one rank, or of a partition; healing ends what is left.
  void plan_end(Kind kind, Rank rank) {
    const Time lasts = kind == Kind::restart  ? faults_.crash_lasts_ns
                       : kind == Kind::resume ? faults_.pause_lasts_ns
                                              : faults_.partition_lasts_ns;
    if (lasts > 0) before_healing(kind, rank, lasts);
  }

  /// The configuration service notices a crash, unless everything has healed by then.
  void plan_notice(Rank rank) {
    if (faults_.notices_after_ns > 0) before_healing(Kind::notice, rank, faults_.notices_after_ns);
  }

  /// Twins change their listeners, unless everything has healed by then.
  void plan_turn(Time every) {
    if (every > 0) before_healing(Kind::turn, 0, every);
  }

  /// Does to the world what a planned failure, or its end, says.
  template <class World>
  void strike(Kind kind, Rank rank, World& world) {
    if (kind == Kind::heal) return world.heal();
    if (kind == Kind::restart) return world.restart(rank);
    if (kind == Kind::resume) return world.resume(rank);
    if (kind == Kind::mend) {
      world.mend();
      return plan(Kind::cut);
    }
    if (kind == Kind::cut) {
      cut_some(world);
      return plan_end(Kind::mend, 0);
    }
    if (kind == Kind::turn) return;    // no rank is there twice
    if (kind == Kind::notice) return;  // no machine of this protocol listens to it
    if (kind == Kind::pause) world.pause(rank);
    if (kind == Kind::crash) crash(rank, world);
    plan(kind);
  }

  std::int64_t drift_per_million() {
    return faults_.drift_per_million > 0 ? random().between(-faults_.drift_per_million, faults_.drift_per_million) : 0;
  }

 private:
  template <class World>
  void crash(Rank rank, World& world) {
    const bool forgets = random().chance(faults_.amnesia);
    if (random().below(2) == 0)
      world.crash(rank, forgets);
    else
      world.crash_while_sending(rank, random().below(members_), forgets);
  }

  /// One ordered pair, or one side from the other, in one direction or in both.
  template <class World>
  void cut_some(World& world) {
    if (members_ < 2) return;
    ++network_.happened.partitions;
    const Rank one = random().below(members_), other = (one + 1 + random().below(members_ - 1)) % members_;
    const int style = random().below(3);
    if (style == 0) return world.cut(one, other);
    const std::uint64_t sides = random().next();
    for (Rank from = 0; from < members_; ++from)
      for (Rank to = 0; to < members_; ++to)
        if (is_left(sides, from, one, other) && !is_left(sides, to, one, other)) {
          world.cut(from, to);
          if (style == 2) world.cut(to, from);
        }
  }
  /// Every rank is on one of two sides; `one` and `other` make sure that neither is empty.
  static bool is_left(std::uint64_t sides, Rank rank, Rank one, Rank other) {
    if (rank == one || rank == other) return rank == one;
    return (mix(sides + static_cast<std::uint64_t>(rank)) & 1U) != 0;
  }
  void before_healing(Kind kind, Rank rank, Time mean) {
    const Time at = network_.now() + random().exponential(mean);
    if (at < faults_.heals_at_ns) network_.put(at, kind, rank);
  }
  Random& random() { return network_.random(); }

  Faults faults_;
  Network& network_;
  int members_;
};

}  // namespace coordbench::testing
