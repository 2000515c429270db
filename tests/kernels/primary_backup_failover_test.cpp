// What happens when a primary crashes, told in words, and which acknowledgements lose answered writes.

#include <gtest/gtest.h>

#include "tests/kernels/watched.hpp"
#include "tests/safety/primary_backup/safety.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::primary_backup_failover_test {
namespace {

using primary_backup::Safety;
using Replicas = Watched<Safety>;
namespace setting = coordbench::primary_backup;

Shape replicas_shape(int ranks, const Settings& set = {}, int clients = 0) {
  Shape shape = shape_of<PrimaryBackup>(ranks, 8, set);
  shape.clients = clients;
  return shape;
}
/// The first operation from `from` on that a proposer is asked for and that reads, or writes.
Operation first_of(const Shape& shape, bool read, int lane, Operation from = 0) {
  const int stride = proposers_of<PrimaryBackup>(shape);
  Operation k = from / stride * stride + lane;
  while (k < from || PrimaryBackup::kind(shape, k) != (read ? 1 : 0)) k += stride;
  return k;
}
Operation value_of(const Replicas& cluster, Operation k) {
  for (const auto& it : cluster.history().answered)
    if (it.operation == k) return it.of;
  return -4;
}

TEST(PrimaryBackupFailover, AReadDoesNotShowWhatAFailoverMayLose) {
  const Shape shape = replicas_shape(3, {{"proposers", 0}, {"reads", 50}, {"timeout_us", 1}});
  Replicas cluster(shape, {}, 64);
  const Operation write = first_of(shape, false, 0), read = first_of(shape, true, 0, write), after = first_of(shape, true, 1);
  cluster.cut(0, 1), cluster.cut(0, 2);
  cluster.propose(write);
  cluster.propose(read);
  EXPECT_EQ(value_of(cluster, read), Answer::initial) << "no backup has the write";
  cluster.crash(0);
  cluster.exclude(0);
  cluster.run();
  cluster.propose(after);
  cluster.run();
  EXPECT_EQ(value_of(cluster, after), Answer::initial);
  cluster.expect_end();
}

}  // namespace
}  // namespace coordbench::testing::primary_backup_failover_test
