#pragma once
// Which operations have reached their last mark.

#include <vector>

#include "harness/protocol_traits.hpp"
#include "tests/support/traitors.hpp"

namespace coordbench::testing {

/// An operation ends as it does over MPI: at the rank that was asked, or at every rank that its last mark comes to and that is
/// no traitor.
template <Protocol P>
class Endings {
 public:
  Endings(const Shape& shape, std::int64_t operations, const Traitors& traitors)
      : shape_(shape),
        traitors_(traitors),
        members_(static_cast<std::size_t>(shape.members())),
        missing_(static_cast<std::size_t>(operations), 1),
        asked_(missing_.size(), -1),
        reached_(kEverywhere ? missing_.size() * members_ : 0) {}

  /// A user asked this rank.
  void ask(Operation operation, Rank rank) {
    asked_[index(operation)] = rank;
    if constexpr (kEverywhere) missing_[index(operation)] = due(operation);
  }
  void reach(Operation operation, Rank rank) {
    int& missing = missing_[index(operation)];
    if constexpr (kEverywhere) {
      if (!is_due(operation, rank)) return;
      auto reached = reached_[index(operation) * members_ + static_cast<std::size_t>(rank)];
      if (!reached) --missing;
      reached = true;
    } else if (rank == asked_[index(operation)]) {
      missing = 0;
    }
  }
  [[nodiscard]] bool was_asked(Operation operation) const { return asked_[index(operation)] >= 0; }
  [[nodiscard]] Rank asked(Operation operation) const { return asked_[index(operation)]; }
  [[nodiscard]] bool has_ended(Operation operation) const { return missing_[index(operation)] == 0; }

 private:
  static constexpr bool kEverywhere = P::about.latency != Latency::proposer;
  static constexpr int kLast = static_cast<int>(P::marks.size()) - 1;

  static std::size_t index(Operation operation) { return static_cast<std::size_t>(operation); }
  [[nodiscard]] bool is_due(Operation operation, Rank rank) const {
    return reaches<P>(shape_, kLast, rank, operation) && !traitors_.includes(rank);
  }
  int due(Operation operation) const {
    int ranks = 0;
    for (Rank rank = 0; rank < shape_.members(); ++rank) ranks += is_due(operation, rank) ? 1 : 0;
    return ranks;
  }

  Shape shape_;
  Traitors traitors_;
  std::size_t members_;
  std::vector<int> missing_;   ///< [operation]: ranks that its last mark still wants
  std::vector<Rank> asked_;    ///< [operation]
  std::vector<bool> reached_;  ///< [operation, rank], where an operation ends at several ranks
};

}  // namespace coordbench::testing
