#pragma once
// An observed-remove set without tombstones. It holds a dot for each addition that nothing has removed, and the causal context
// (causal_dots.hpp). A dot that another state lacks although it is in that state's context was removed there; a dot that is not
// in it is new. So an addition wins over a removal that has not seen it, and nothing is kept of an element that was removed.
//
// An update says which dots it takes away. If it comes before the addition of such a dot, from a third replica, the context
// remembers that dot until the addition comes and is ignored. Updates of one replica are joined in their order only.
// Source: Bieniusa, Zawirski, Preguiça, Shapiro, Baquero, Balegas, Duarte, INRIA RR-8083, 2012, figure 3 (states); Almeida,
// Shoker, Baquero, JPDC 111, 2018, figure 8 (deltas).

#include "kernels/crdt/causal_dots.hpp"

namespace coordbench::crdt {

class AddWinsSet {
 public:
  /// One update of a replica. `taken` is what it removes: all dots of the element that the replica has.
  struct Update {
    Number number;
    std::uint32_t element;
    bool adds;
    std::span<const Dot> taken;
  };

  AddWinsSet(int elements, int replicas)
      : mine_(dots_most(elements, replicas), replicas),
        theirs_(dots_most(elements, replicas), replicas),
        both_(dots_most(elements, replicas)) {
    taken_.reserve(static_cast<std::size_t>(replicas));
  }

  [[nodiscard]] bool contains(std::uint32_t element) const { return !mine_.dots.of(element).empty(); }
  /// So many updates of a replica are joined.
  [[nodiscard]] Number known(Rank replica) const { return mine_.known[static_cast<std::size_t>(replica)]; }
  [[nodiscard]] const CausalDots& state() const { return mine_; }

  /// The next update of a replica, at the replica itself. Its `taken` holds until the next call.
  Update update(Rank self, std::uint32_t element, bool adds) {
    const std::span<const Dot> seen = mine_.dots.of(element);
    taken_.assign(seen.begin(), seen.end());
    const Update made{known(self) + 1, element, adds, taken_};
    join(self, made);
    return made;
  }
  /// False for an update that comes too early, before another of the same replica: it has to come again. One that comes twice
  /// changes nothing.
  bool join(Rank replica, const Update& update) {
    const auto from = static_cast<std::uint32_t>(replica);
    if (update.number > mine_.known[from] + 1) return false;
    if (update.number <= mine_.known[from]) return true;
    for (const Dot& taken : update.taken) take(taken);
    mine_.known[from] = update.number;
    const Dot added{update.element, from, update.number};
    if (update.adds && !mine_.early.covers(added)) mine_.dots.put(added);
    mine_.compact();
    return true;
  }
  /// Joins a whole state, as `write` wrote it. Returns the number of the replica's updates that it has.
  Number join(Rank replica, std::span<const std::byte> state) {
    theirs_.read(state);
    both_.clear();
    merge(mine_, theirs_);
    merge(theirs_, mine_);
    mine_.dots.swap(both_);
    for (std::size_t i = 0; i < mine_.known.size(); ++i) mine_.known[i] = std::max(mine_.known[i], theirs_.known[i]);
    for (const Dot& dot : theirs_.early.all()) mine_.early.put(dot);
    mine_.compact();
    return theirs_.known[static_cast<std::size_t>(replica)];
  }

  // ---- as bytes, in the order of this machine ------------------------------------------------------------------------

  /// The largest state: every replica has added every element, and nobody has heard of the others'.
  static std::size_t bytes_most(int elements, int replicas) {
    return CausalDots::bytes_most(dots_most(elements, replicas), replicas);
  }
  static std::size_t bytes(const Update& update) { return sizeof(Head) + update.taken.size_bytes(); }
  static void write(const Update& update, std::span<std::byte> bytes) {
    const Head head{update.number, update.element, update.adds ? 1U : 0U};
    std::memcpy(bytes.data(), head.data(), sizeof head);
    if (!update.taken.empty()) std::memcpy(bytes.data() + sizeof head, update.taken.data(), update.taken.size_bytes());
  }
  /// Its `taken` holds until the next call.
  Update read_update(std::span<const std::byte> bytes) {
    Head head{};
    std::memcpy(head.data(), bytes.data(), sizeof head);
    taken_.resize((bytes.size() - sizeof head) / sizeof(Dot));
    if (!taken_.empty()) std::memcpy(taken_.data(), bytes.data() + sizeof head, taken_.size() * sizeof(Dot));
    return {head[0], head[1], head[2] != 0, taken_};
  }

 private:
  using Head = std::array<std::uint32_t, 3>;  ///< number, element, whether it adds

  static std::size_t dots_most(int elements, int replicas) {
    return static_cast<std::size_t>(elements) * static_cast<std::size_t>(replicas);
  }
  void take(const Dot& taken) {
    if (!mine_.has_seen(taken)) mine_.early.put(taken);
    mine_.dots.drop([&](const Dot& dot) { return dot.key() == taken.key() && dot.number <= taken.number; });
  }
  /// Of the dots of one, those that the other has too, or has never seen.
  void merge(const CausalDots& one, const CausalDots& other) {
    for (const Dot& dot : one.dots.all())
      if (other.dots.covers(dot) || !other.has_seen(dot)) both_.put(dot);
  }

  CausalDots mine_, theirs_;  ///< theirs: a state that is being joined
  Dots both_;
  std::vector<Dot> taken_{};
};

}  // namespace coordbench::crdt
