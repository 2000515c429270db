#pragma once
// A simulated primary with its backups that is watched, for the tests of primary_backup.

#include <algorithm>

#include "tests/kernels/watched.hpp"
#include "tests/safety/primary_backup/safety.hpp"

namespace coordbench::testing::primary_backup {

inline constexpr Operation kUnanswered = Watched<Safety>::kUnanswered;
namespace setting = coordbench::primary_backup;

inline Shape replicas_shape(int ranks, const Settings& set = {}, int clients = 0) {
  Shape shape = shape_of<PrimaryBackup>(ranks, 8, set);
  shape.clients = clients;
  return shape;
}

/// The first operation from `from` on that proposer `lane` is asked for and that is a read, or a write.
inline Operation first_of(const Shape& shape, bool read, int lane = 0, Operation from = 0) {
  const int stride = proposers_of<PrimaryBackup>(shape);
  Operation k = from / stride * stride + lane;
  while (k < from || PrimaryBackup::kind(shape, k) != (read ? 1 : 0)) k += stride;
  return k;
}

class Replicas : public Watched<Safety> {
 public:
  explicit Replicas(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Watched(shape, faults, operations) {}
  /// The rank is gone, and everybody is told.
  void lose(Rank rank) {
    crash(rank);
    exclude(rank);
  }
};

}  // namespace coordbench::testing::primary_backup
