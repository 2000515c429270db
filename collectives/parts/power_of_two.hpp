#pragma once
// Any number of ranks for algorithms that want a power of two: each rank above it hands its part to a neighbour and waits for
// the answer. 2(N - p) messages, p the largest power of two ≤ N. Source: Thakur, Rabenseifner, Gropp, IJHPCA 2005, Allreduce.
//
//   0 ─► 1   2 ─► 3   4   5   6        N = 7, p = 4: the odd ranks below 2(N - p) and all from there on are the core,
//        │        │   │   │   │        numbered 0 … p - 1
//   0 ◄─ 1   2 ◄─ 3   …

#include "collectives/parts/tree.hpp"

namespace coordbench {

class PowerOfTwoCore {
 public:
  explicit PowerOfTwoCore(int ranks) : size_(floor_pow2(ranks)), extra_(ranks - size_) {}

  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool paired(Rank rank) const { return rank < 2 * extra_; }
  [[nodiscard]] bool holds(Rank rank) const { return !paired(rank) || rank % 2 == 1; }
  /// A core rank's number, and back.
  [[nodiscard]] int number(Rank rank) const { return paired(rank) ? rank / 2 : rank - extra_; }
  [[nodiscard]] Rank rank(int number) const { return number < extra_ ? 2 * number + 1 : number + extra_; }

 private:
  int size_, extra_;
};

/// Brings the contributions of the ranks outside the core into it.
template <class Endpoint, class Data>
void fold_into_core(Endpoint& endpoint, Data& data, const PowerOfTwoCore& core) {
  const Rank self = endpoint.rank();
  if (!core.paired(self)) return;
  if (!core.holds(self)) return endpoint.send(self + 1, data.partial());
  endpoint.receive(self - 1, data.inbox());
  data.fold();
}

/// Brings the core's result to the ranks outside it.
template <class Endpoint, class Data>
void unfold_from_core(Endpoint& endpoint, Data& data, const PowerOfTwoCore& core) {
  const Rank self = endpoint.rank();
  if (!core.paired(self)) return;
  if (core.holds(self))
    endpoint.send(self - 1, data.result());
  else
    endpoint.receive(self + 1, data.result());
}

}  // namespace coordbench
