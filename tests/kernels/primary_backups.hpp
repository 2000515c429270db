#pragma once
// A simulated primary with its backups that is watched, for the tests of primary_backup.

#include "tests/kernels/served_registers.hpp"
#include "tests/safety/primary_backup/safety.hpp"

namespace coordbench::testing::primary_backup {

namespace setting = coordbench::primary_backup;
using Replicas = Served<Safety>;
inline constexpr Operation kUnanswered = Replicas::kUnanswered;

inline Shape replicas_shape(int ranks, const Settings& set = {}, int clients = 0) {
  return served_shape<PrimaryBackup>(ranks, set, clients);
}
inline Operation first_of(const Shape& shape, bool read, int lane = 0, Operation from = 0) {
  return first_of_served<PrimaryBackup>(shape, read, lane, from);
}

}  // namespace coordbench::testing::primary_backup
