#pragma once
// The state of a grow-only counter: how many increments each replica has made. Joining takes the greater count of each replica,
// so in whatever order states meet, and however often, they come to the same.
// Source: Shapiro, Preguiça, Baquero, Zawirski, SSS 2011, and INRIA RR-7506, specification 6; deltas: Almeida, Shoker, Baquero,
// J. Parallel Distrib. Comput. 111, 2018.

#include <cstring>
#include <numeric>

#include "harness/protocol.hpp"

namespace coordbench::crdt {

class GrowOnlyCounts {
 public:
  using Count = std::uint64_t;
  /// The count of one replica, as it travels: 16 B.
  struct Delta {
    std::uint64_t replica;
    Count count;
  };

  explicit GrowOnlyCounts(int replicas) : counts_(static_cast<std::size_t>(replicas), 0) {}

  void increment(Rank replica) { ++counts_[index(replica)]; }
  /// The least state that is no smaller than either.
  void join(const Delta& delta) {
    Count& count = counts_[delta.replica];
    count = std::max(count, delta.count);
  }
  /// The same with a whole state, as `write` wrote it.
  void join(std::span<const std::byte> state) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] = std::max(counts_[i], count_in(state, i));
  }

  [[nodiscard]] Count operator[](Rank replica) const { return counts_[index(replica)]; }
  /// What the counter shows: all increments that are known here.
  [[nodiscard]] Count value() const { return std::accumulate(counts_.begin(), counts_.end(), Count{0}); }
  friend bool operator==(const GrowOnlyCounts&, const GrowOnlyCounts&) = default;

  // ---- as bytes, in the order of this machine ------------------------------------------------------------------------

  static std::size_t bytes(int replicas) { return static_cast<std::size_t>(replicas) * sizeof(Count); }
  void write(std::span<std::byte> state) const { std::memcpy(state.data(), counts_.data(), state.size()); }
  [[nodiscard]] Delta delta(Rank replica) const { return {index(replica), counts_[index(replica)]}; }
  static void write(const Delta& delta, std::span<std::byte> bytes) { std::memcpy(bytes.data(), &delta, sizeof delta); }
  static Delta read_delta(std::span<const std::byte> bytes) {
    Delta delta;
    std::memcpy(&delta, bytes.data(), sizeof delta);
    return delta;
  }
  /// One replica's count in a state that was written.
  static Count count_in(std::span<const std::byte> state, std::size_t replica) {
    Count count = 0;
    std::memcpy(&count, state.data() + replica * sizeof count, sizeof count);
    return count;
  }

 private:
  static std::size_t index(Rank replica) { return static_cast<std::size_t>(replica); }

  std::vector<Count> counts_;  ///< [replica]
};

}  // namespace coordbench::crdt
