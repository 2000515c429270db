#pragma once
// chain_broadcast — the root's payload travels from rank to rank in S segments, so that all links are busy at once.
//
//   0 ─c b a─► 1 ──────► 2 ──────► 3
//   0 ──────► 1 ─c b a─► 2 ──────► 3       segment a is at rank 3 while c is leaving rank 0
//
// (N - 1)·S messages, with S = min(segments, max(1, bytes)): a byte is not cut. N - 1 delays: no segment waits for another
// to arrive. On links that take one segment at a time the last one arrives after N - 2 + S steps.
// Source: Pješivac-Grbović et al., Cluster Computing 10, 2007 (pipeline).

#include <algorithm>

#include "collectives/parts/blocks.hpp"
#include "collectives/parts/broadcast_data.hpp"
#include "collectives/parts/tree.hpp"
#include "harness/protocol.hpp"

namespace coordbench {

class ChainBroadcast {
 public:
  using Data = BroadcastData;
  static constexpr About about{.level = 0,
                               .group = "broadcast",
                               .promise = "every rank holds the root's payload",
                               .messages = "(N - 1) * min(segments, max(1, bytes))",
                               .delays = "N - 1",
                               .source = "Pjesivac-Grbovic et al., Cluster Computing 10, 2007"};
  static constexpr std::array parameters{
      kRoot,
      Parameter{
          .name = "segments", .initial = 8, .lowest = 1, .highest = 1024, .help = "how many pieces the payload is cut into"}};
  static std::int64_t messages(const Shape& shape) { return std::int64_t{shape.ranks - 1} * segments(shape); }
  static int delays(const Shape& shape) { return shape.ranks - 1; }
  static std::string unfit(const Shape& shape) { return root_unfit(shape); }
  static std::size_t posted_max(const Shape& shape) { return 2 * static_cast<std::size_t>(segments(shape)); }

  ChainBroadcast(const Shape& shape, Rank /*self*/)
      : segments_(segments(shape)), blocks_(static_cast<std::size_t>(shape.payload_bytes), segments_) {}

  template <class Endpoint>
  void run(Endpoint& endpoint, Data& data) {
    const int ranks = endpoint.ranks();
    const Rank self = relative(endpoint.rank(), data.root(), ranks);
    const bool receives = self > 0;
    const bool sends = self + 1 < ranks;
    const Rank before = absolute(self + ranks - 1, data.root(), ranks);
    const Rank after = absolute(self + 1, data.root(), ranks);
    // Requests complete in the order of posting, and every receive is posted before the first send.
    for (int i = 0; receives && i < segments_; ++i) endpoint.post_receive(before, part(data.payload(), blocks_.extent(i)));
    for (int i = 0; i < segments_; ++i) {
      if (receives) endpoint.wait_oldest();
      if (sends) endpoint.post_send(after, part(data.payload(), blocks_.extent(i)));
    }
    endpoint.wait_all();
  }

 private:
  static int segments(const Shape& shape) {
    return static_cast<int>(std::min(shape["segments"], std::max<std::int64_t>(1, shape.payload_bytes)));
  }

  int segments_;
  Blocks blocks_;
};

}  // namespace coordbench
