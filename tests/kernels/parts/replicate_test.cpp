// A replica holds what it acknowledges: a payload that lies in another rank's memory is copied, unless the case says otherwise.

#include "kernels/parts/replicate.hpp"

#include <gtest/gtest.h>

#include "harness/pattern.hpp"
#include "kernels/quorum_register.hpp"
#include "kernels/raft_replication.hpp"
#include "kernels/two_phase_commit.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::replicate_test {
namespace {

constexpr std::size_t kBytes = 1000;

/// What makes a replica of protocol P acknowledge operation 0.
template <class P>
typename P::Message order();
template <>
RaftReplication::Message order<RaftReplication>() {
  return {.count = 1, .kind = raft::Message::Kind::append, .term = 1, .entries_term = 1};
}
template <>
QuorumRegister::Message order<QuorumRegister>() {
  return {0, QuorumRegister::Kind::store, {1, 1}};
}
template <>
TwoPhaseCommit::Message order<TwoPhaseCommit>() {
  return TwoPhaseCommit::Message::of(0, commit::Kind::prepare);
}

/// How many references into the sender's memory a replica has left once it has acknowledged.
template <class P>
std::uint32_t references_left(Replicate replicate) {
  const Shape shape = shape_of<P>(3, kBytes, {{"replicate", replicate}});
  std::vector<std::byte> senders_memory(kBytes);
  Pattern::of(1, 0, 0).fill(senders_memory);
  std::atomic<std::uint32_t> borrowers{1};
  PayloadArena borrowed(4, PayloadArena::Borrowed{}), own(8, kBytes);
  Outbox<typename P::Message> out(bounds_of<P>(shape, 1), true, &own, &own);
  P machine(shape, 1);
  machine.step(0, order<P>(), borrowed.borrow(senders_memory.data(), &borrowers, 0, 0, 0, kBytes), out);
  EXPECT_EQ(out.envelopes().size(), 1U) << "the acknowledgement";
  return borrowers;
}

template <class P>
class Replica : public ::testing::Test {};
using Replicas = ::testing::Types<RaftReplication, QuorumRegister, TwoPhaseCommit>;
TYPED_TEST_SUITE(Replica, Replicas);

TYPED_TEST(Replica, CopiesBeforeItAcknowledgesUnlessTheCaseSaysOtherwise) {
  EXPECT_EQ(references_left<TypeParam>(by_copy), 0U);
  EXPECT_EQ(references_left<TypeParam>(by_reference), 1U);
}

TEST(RaftReplica, CopiesEachOperationOfABatch) {
  const Shape shape = [] {
    Shape batched = shape_of<RaftReplication>(3, kBytes, {{"batch", 2}});
    batched.in_flight = 2;
    return batched;
  }();
  std::vector<std::byte> senders_memory(2 * kBytes);
  std::atomic<std::uint32_t> borrowers{1};
  for (Operation k = 0; k < 2; ++k)
    Pattern::of(1, k, 0).fill(std::span(senders_memory).subspan(static_cast<std::size_t>(k) * kBytes, kBytes));
  PayloadArena borrowed(4, PayloadArena::Borrowed{}), own(8, kBytes);
  raft::Out out(bounds_of<RaftReplication>(shape, 1), true, &own, &own);
  RaftReplication follower(shape, 1);
  raft::Message two = order<RaftReplication>();
  two.count = 2;
  follower.step(0, two, borrowed.borrow(senders_memory.data(), &borrowers, 0, 0, 0, 2 * kBytes), out);
  EXPECT_EQ(borrowers, 0U);
  std::fill(senders_memory.begin(), senders_memory.end(), std::byte{});
  for (Operation k = 0; k < 2; ++k)
    EXPECT_TRUE(Pattern::of(1, k, 0).matches(follower.core().log[static_cast<raft::Index>(k) + 1].payload.bytes())) << k;
}

}  // namespace
}  // namespace coordbench::testing::replicate_test
