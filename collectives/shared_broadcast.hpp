#pragma once
// shared_broadcast — nobody sends the payload: its holder shows where it lies, and each reader copies it from there.
//
//   0 ──where──► 1, 2 … k        each copies out of 0's buffer and shows its own to its k children;
//   0 ◄──done─── 1, 2 … k        each says "done" when it has copied and all its children have said so
//
// So the root has heard "done" from its children when every rank has copied. k = fanout ranks copy from the same buffer, for
// fanout 0 all of them from the root's. 2(N - 1) messages, a line each, whatever the payload; 2d delays in a tree of d levels
// below its root: d down and d back.
// Source: Graham, Shipman, "MPI Support for Multi-core Architectures: Optimized Shared Memory Collectives", EuroPVM/MPI 2008.

#include <algorithm>

#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class SharedBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "broadcast",
                               .promise = "every rank holds the root's payload, and the root knows it",
                               .messages = "2(N - 1)",
                               .delays = "2(ceil(log_k(N(k - 1) + 1)) - 1), k = fanout; 2 for fanout 0",
                               .source = "Graham, Shipman, EuroPVM/MPI 2008",
                               .only_over = TransportName::shared_memory};
  static constexpr std::array parameters{kRoot, Parameter{.name = "fanout",
                                                          .initial = 0,
                                                          .lowest = 0,
                                                          .highest = 1024,
                                                          .help = "most ranks that copy from the same buffer; 0: all"}};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{2} * (shape.ranks - 1); }
  static int delays(const Shape& shape) { return shape.ranks > 1 ? 2 * tree_depth(shape.ranks, fanout_of(shape)) : 0; }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }

  SharedBroadcast(const Shape& shape, Rank /*self*/) : fanout_(fanout_of(shape)) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const std::int64_t self = relative(endpoint.rank(), data.root(), ranks);
    const std::int64_t first = self * fanout_ + 1, last = std::min<std::int64_t>(first + fanout_, ranks);
    const auto rank_of = [&](std::int64_t number) { return absolute(static_cast<Rank>(number), data.root(), ranks); };
    const Rank parent = rank_of(self == 0 ? 0 : (self - 1) / fanout_);
    if (self != 0) copy(endpoint.look(parent), data.payload());
    for (std::int64_t child = first; child < last; ++child) endpoint.show(rank_of(child), data.payload());
    for (std::int64_t child = first; child < last; ++child) endpoint.await_flag(rank_of(child));
    if (self != 0) endpoint.raise_flag(parent);
  }

 private:
  static std::int64_t fanout_of(const Shape& shape) {
    return shape["fanout"] > 0 ? shape["fanout"] : std::max(1, shape.ranks - 1);
  }

  std::int64_t fanout_;
};

}  // namespace coordbench
