#pragma once
// Who the traitors of a simulated world are, what they share, and where the machines of those run that are there twice.

#include <deque>
#include <vector>

#include "tests/support/lie.hpp"
#include "tests/support/sim_network.hpp"

namespace coordbench::testing {

/// A message that leaves a site.
template <class Message>
struct Wire {
  int site;
  Rank to;
  Message message;
  Depth depth;
  Payload payload;
};

/// What accomplices share.
template <Protocol P, class Memory>
struct Plot {
  std::uint64_t seed;
  std::deque<Heard<P>> heard{};
  Memory memory{};
};

/// One traitor at work.
template <Protocol P>
struct Conspirator {
  Traitor how;
  std::size_t plot;
  int second = -1;                       ///< the site of the other twin
  std::vector<std::uint8_t> heard_by{};  ///< [site]: a bit for each twin that this site hears and is heard by
  std::deque<Wire<typename P::Message>> sent{};

  [[nodiscard]] bool says_otherwise() const {
    return how.does(Treason::lying) || how.does(Treason::equivocation) || how.does(Treason::replay);
  }
};

/// A site is where a machine runs: of rank r at site r, and of a rank that is there twice also at one behind all ranks.
template <Protocol P, class Memory>
class Conspirators {
 public:
  using Own = Conspirator<P>;

  Conspirators(const Shape& shape, const Faults& faults)
      : members_(shape.members()),
        turn_every_(faults.traitors.turn_every_ns),
        random_(mix(faults.seed ^ kOwnChance)),
        index_(static_cast<std::size_t>(members_), -1) {
    for (const Traitor& each : faults.traitors.all)
      if (each.rank >= 0 && each.rank < members_) admit(each);
    turn();
  }

  [[nodiscard]] bool any() const { return !traitors_.empty(); }
  [[nodiscard]] bool is_traitor(Rank rank) const { return any() && index_[static_cast<std::size_t>(rank)] >= 0; }
  [[nodiscard]] int sites() const { return members_ + static_cast<int>(twins_.size()); }
  [[nodiscard]] Rank rank_of(int site) const {
    return site < members_ ? site : twins_[static_cast<std::size_t>(site - members_)];
  }
  /// The mean time after which twins change who hears which of them; 0 if they never do.
  [[nodiscard]] Time turns_every() const { return twins_.empty() ? 0 : turn_every_; }
  void turn() {
    for (Own& own : traitors_)
      if (own.second >= 0) draw_listeners(own);
  }

 protected:
  Own* find(Rank rank) {
    return is_traitor(rank) ? &traitors_[static_cast<std::size_t>(index_[static_cast<std::size_t>(rank)])] : nullptr;
  }
  const Own* find(Rank rank) const { return const_cast<Conspirators*>(this)->find(rank); }
  Plot<P, Memory>& plot_of(const Own& own) { return plots_[own.plot]; }
  /// Whether what goes between two sites goes at all.
  [[nodiscard]] bool are_linked(int one, int other) const { return takes_part(one, other) && takes_part(other, one); }
  /// -1 if there is nobody else.
  Rank somebody_but(Rank rank) { return members_ < 2 ? -1 : (rank + 1 + random_.below(members_ - 1)) % members_; }
  Random& random() { return random_; }

 private:
  static constexpr std::uint64_t kOwnChance = 0x74726169746f72;  ///< so that nothing else depends on what traitors draw

  void admit(const Traitor& how) {
    const bool has_friend = how.accomplice >= 0 && how.accomplice < members_;
    const Own* accomplice = has_friend ? find(how.accomplice) : nullptr;
    if (!accomplice) plots_.push_back({.seed = random_.next()});
    Own own{.how = how, .plot = accomplice ? accomplice->plot : plots_.size() - 1};
    if (how.does(Treason::twins)) {
      own.second = sites();
      twins_.push_back(how.rank);
    }
    index_[static_cast<std::size_t>(how.rank)] = static_cast<int>(traitors_.size());
    traitors_.push_back(std::move(own));
  }
  /// Most sites hear one twin, some both.
  void draw_listeners(Own& own) {
    own.heard_by.resize(static_cast<std::size_t>(sites()));
    for (std::uint8_t& twins : own.heard_by)
      twins = static_cast<std::uint8_t>(random_.below(4) == 0 ? 3 : 1 + random_.below(2));
  }
  [[nodiscard]] bool takes_part(int site, int other) const {
    const Own* own = find(rank_of(site));
    if (!own || own->second < 0) return true;
    return (own->heard_by[static_cast<std::size_t>(other)] & (site == own->second ? 2U : 1U)) != 0;
  }

  int members_;
  Time turn_every_;
  Random random_;
  std::vector<int> index_;  ///< [rank]: of traitors_, or -1
  std::vector<Own> traitors_{};
  std::vector<Rank> twins_{};  ///< [site behind the ranks]
  std::vector<Plot<P, Memory>> plots_{};
};

}  // namespace coordbench::testing
