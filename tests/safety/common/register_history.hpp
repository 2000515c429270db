#pragma once
// Whether reads and writes of one register are linearizable (Herlihy, Wing, TOPLAS 12(3) 1990), where every write has a value
// of its own. Source: Gibbons, Korach, SIAM J. Comput. 26(4) 1997, 4.2: sound and complete.
//
// A write and the reads that returned its value are a cluster, which stands in one piece in any order. Cluster A must stand
// before cluster B if an operation of A ended before one of B began: if A's first end is before B's last beginning. An order
// exists if that holds of no two clusters both ways, since a longer circle always holds a circle of two.

#include <algorithm>
#include <bit>
#include <vector>

#include "harness/protocol.hpp"

namespace coordbench::testing::common {

/// Told of every beginning and end, in their order. O(log n) for each.
class RegisterHistory {
 public:
  static constexpr Operation initial = -1;  ///< stands for the write of what was there before all operations

  /// Operations are 0 … operations - 1.
  explicit RegisterHistory(std::int64_t operations)
      : clusters_(static_cast<std::size_t>(operations) + 1),
        leaves_(std::bit_ceil(clusters_.size())),
        last_beginnings_(2 * leaves_, kNotYet) {
    clusters_.front().has_begun = true;
    note_end(clusters_.front());
  }

  /// A write or a read begins. If it never ends, it may have taken effect or not.
  void begins(Operation operation) {
    Cluster& own = cluster(operation);
    own.has_begun = true;
    own.begin = own.last_beginning = ++now_;
  }

  /// A read returned the value of the write `of`, or a write, `of` itself, was done. False if no order explains what was told.
  bool ends(Operation operation, Operation of) {
    ++now_;
    if (of < initial || of + 1 >= static_cast<Operation>(clusters_.size())) return false;
    Cluster& own = cluster(operation);
    Cluster& read = cluster(of);
    if (operation == of) return note_end(own), true;
    own.is_read = true;
    if (own.has_ended() || !read.has_begun || read.is_read) return false;
    note_end(read);
    read.last_beginning = std::max(read.last_beginning, own.begin);
    return is_free_of_circles(read);
  }

 private:
  using Moment = std::int64_t;  ///< how many beginnings and ends came before, or kNotYet
  static constexpr Moment kNotYet = -1;

  /// What began as an operation is a cluster if it is a write.
  struct Cluster {
    Moment begin = kNotYet, last_beginning = kNotYet, first_end = kNotYet;
    std::size_t place = SIZE_MAX;  ///< in the order of first ends
    bool has_begun = false, is_read = false;
    [[nodiscard]] bool has_ended() const { return place != SIZE_MAX; }
  };

  Cluster& cluster(Operation write) { return clusters_[static_cast<std::size_t>(write + 1)]; }

  void note_end(Cluster& it) {
    if (it.has_ended()) return;
    it.first_end = now_;
    it.place = ended_++;
    first_ends_.push_back(now_);
    raise(it);
  }
  void raise(const Cluster& it) {
    for (std::size_t node = leaves_ + it.place; node > 0; node /= 2)
      last_beginnings_[node] = std::max(last_beginnings_[node], it.last_beginning);
  }

  /// No other cluster ended at all before this one's last beginning and has a beginning after this one's first end.
  bool is_free_of_circles(const Cluster& it) {
    raise(it);
    const auto before = std::lower_bound(first_ends_.begin(), first_ends_.end(), it.last_beginning);
    const auto end = static_cast<std::size_t>(before - first_ends_.begin());
    return std::max(latest(0, std::min(it.place, end)), latest(std::min(it.place + 1, end), end)) <= it.first_end;
  }
  /// The latest beginning in the clusters of places [first, end).
  [[nodiscard]] Moment latest(std::size_t first, std::size_t end) const {
    Moment result = kNotYet;
    for (first += leaves_, end += leaves_; first < end; first /= 2, end /= 2) {
      if (first % 2 == 1) result = std::max(result, last_beginnings_[first++]);
      if (end % 2 == 1) result = std::max(result, last_beginnings_[--end]);
    }
    return result;
  }

  std::vector<Cluster> clusters_;  ///< [operation + 1]
  Moment now_ = 0;
  std::size_t leaves_, ended_ = 0;
  std::vector<Moment> first_ends_{};     ///< [place], ascending
  std::vector<Moment> last_beginnings_;  ///< a tree of maxima: node n is above 2 n and 2 n + 1, leaves are places
};

}  // namespace coordbench::testing::common
