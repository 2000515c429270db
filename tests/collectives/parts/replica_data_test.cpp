#include "collectives/parts/replica_data.hpp"

#include <gtest/gtest.h>

#include "collectives/parts/tree.hpp"
#include "tests/support/data_checks.hpp"

namespace coordbench::testing::replica_data_test {
namespace {

constexpr std::array kParameters{kRoot, Parameter{.name = "delta_bytes", .help = ""}};
Shape replicated(std::int64_t bytes, std::int64_t delta_bytes) {
  return {.ranks = 2, .payload_bytes = bytes, .seed = 42, .parameters = kParameters, .values = {0, delta_bytes}};
}

/// What a sampled check reads of the state, and of the part that an operation changed.
std::set<std::size_t> sampled_of(const Shape& shape, Operation operation) {
  const auto bytes = static_cast<std::size_t>(shape.payload_bytes);
  const auto changed = static_cast<std::size_t>(ReplicaData::delta_bytes(shape));
  auto sampled = sampled_bytes(bytes);
  sampled.merge(sampled_bytes(changed, mix(static_cast<std::uint64_t>(operation)) % (bytes - changed + 1)));
  return sampled;
}

/// Brings the root's change of an operation to the replica, and applies it.
void change(ReplicaData& replica, const Shape& shape, Operation operation) {
  ReplicaData root(shape, 0);
  root.prepare(operation);
  copy(root.change().payload(), replica.change().payload());
  replica.apply();
}

TEST(ReplicaData, ChecksEveryByteOfTheWholeReplica) {
  for (const std::int64_t bytes : {1, 8, 100, 1024, 1040, 4097})
    for (const std::int64_t delta_bytes : {16, 1040}) {
      const auto shape = replicated(bytes, delta_bytes);
      ReplicaData data(shape, 1);
      for (Operation k = 0; k < 5; ++k) {
        data.prepare(k);
        change(data, shape, k);
        expect_every_byte_checked(data, k, data.replica(), sampled_of(shape, k));
        expect_every_byte_checked(data, k, data.change().payload());
      }
    }
}

TEST(ReplicaData, NoticesThatNoChangeArrivedEvenIfItWouldChangeNothing) {
  const auto shape = replicated(2, 1);
  ReplicaData data(shape, 1);
  for (Operation k = 0; k < 2000; ++k) {
    data.prepare(k);
    EXPECT_FALSE(data.verify(k, Effort::full)) << "operation " << k;
    EXPECT_FALSE(data.verify(k, Effort::sampled)) << "operation " << k;
    change(data, shape, k);
    ASSERT_TRUE(data.verify(k, Effort::full)) << "operation " << k;
  }
}

TEST(ReplicaData, NoticesAChangeThatWasReceivedButNotApplied) {
  const auto shape = replicated(4096, 64);
  ReplicaData data(shape, 1), root(shape, 0);
  data.prepare(0);
  root.prepare(0);
  copy(root.change().payload(), data.change().payload());
  EXPECT_FALSE(data.verify(0, Effort::full));
  EXPECT_FALSE(data.verify(0, Effort::sampled));
}

TEST(ReplicaData, NoticesThePreviousChange) {
  const auto shape = replicated(4096, 64);
  ReplicaData data(shape, 1);
  data.prepare(0);
  change(data, shape, 0);
  data.prepare(1);
  change(data, shape, 0);
  EXPECT_FALSE(data.verify(1, Effort::full));
  EXPECT_FALSE(data.verify(1, Effort::sampled));
}

TEST(ReplicaData, NoticesAChangeThatWasMissedLongAgo) {
  const auto shape = replicated(4096, 64);
  ReplicaData data(shape, 1);
  data.prepare(0);
  for (Operation k = 1; k < 4; ++k) {
    data.prepare(k);
    change(data, shape, k);
    EXPECT_FALSE(data.verify(k, Effort::full));
  }
}

TEST(ReplicaData, ChangesNoMoreThanTheState) {
  EXPECT_EQ(ReplicaData::delta_bytes(replicated(8, 64)), 8);
  EXPECT_EQ(ReplicaData::delta_bytes(replicated(0, 64)), 0);
  EXPECT_EQ(ReplicaData::delta_bytes(replicated(4096, 64)), 64);
}

}  // namespace
}  // namespace coordbench::testing::replica_data_test
