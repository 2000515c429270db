#pragma once
// What is tested of kernels in which rank 0 asks one question after the other.

#include <set>

#include "tests/kernels/deliveries.hpp"

namespace coordbench::testing::round_trips {

/// Operations one at a time on a perfect network: messages, marks, where they come, how deep, and answers as declared.
template <class Safety>
void expect_declared_costs(const Shape& shape, std::int64_t operations = 3) {
  using P = typename Safety::Protocol;
  Watched<Safety> cluster(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster.propose(k);
    cluster.run();
  }
  cluster.expect_end();
  const Cost cost = cost_of<P>(shape, {.count = operations});
  const std::string where = fmt::format("N = {}", shape.ranks);
  EXPECT_EQ(Range(cluster.counted()), cost.messages) << where;
  EXPECT_EQ(cluster.traffic().background_messages, 0) << where;
  std::multiset<std::tuple<Operation, int, Rank>> due, reached;
  std::int64_t applied = 0;
  for (Rank rank = 0; rank < shape.ranks; ++rank) applied += cluster.machine(rank).applied();
  for (int mark = 0; mark < static_cast<int>(P::marks.size()); ++mark) {
    EXPECT_EQ(Range(cluster.history().deepest(mark)), cost.delays[static_cast<std::size_t>(mark)]) << where;
    for (Operation k = 0; k < operations; ++k)
      for (Rank rank = 0; rank < shape.ranks; ++rank)
        if (reaches<P>(shape, mark, rank, k)) due.emplace(k, mark, rank);
  }
  for (const auto& it : cluster.history().reached) reached.emplace(it.operation, it.mark, it.rank);
  EXPECT_EQ(reached, due) << where;
  EXPECT_EQ(static_cast<double>(applied), P::applications(shape) * static_cast<double>(operations)) << where;
  EXPECT_FALSE(cluster.history().answered.empty());
  for (const auto& it : cluster.history().answered) EXPECT_TRUE(it.is_accepted && it.payload_is_right) << where;
}

/// As many operations open as may be, none of them answered, and all due whenever rank 0 ticks.
template <class P>
void expect_no_more_than_bounds(const Settings& set) {
  for (int in_flight = 1; in_flight <= 16; ++in_flight) {
    Shape shape = shape_of<P>(2, 8, set);
    shape.in_flight = in_flight;
    const Bounds bounds = bounds_of<P>(shape, 0);
    PayloadArena arena(bounds.leases + 1, 8);  // and the one that is asked
    Outbox<typename P::Message> out(bounds);
    P asking(shape, 0);
    for (Operation k = 0; k < 100; ++k) {
      for (std::uint32_t turn = 0; k >= in_flight && turn < P::trips(shape); ++turn) {
        out.clear();
        asking.step(1, {.first = static_cast<std::uint32_t>(k - in_flight), .turn = turn}, {}, out);
      }
      out.clear();
      out.hand(1'000'000 * k);
      asking.tick(out);
      EXPECT_EQ(out.envelopes().size(), static_cast<std::size_t>(std::min<Operation>(k, in_flight - 1))) << in_flight;
      for (auto& envelope : out.envelopes()) envelope.payload = {};
      out.clear();
      Payload payload = arena.allocate(8);
      ASSERT_TRUE(payload) << in_flight << ", operation " << k;
      asking.propose(k, std::move(payload), out);
      for (auto& envelope : out.envelopes()) envelope.payload = {};
    }
  }
}

/// Operations that overlap, over a network that delays, to their end.
template <class Safety>
void expect_operations_in_flight_apart(const Shape& shape) {
  using P = typename Safety::Protocol;
  constexpr Operation kOperations = 64;
  Watched<Safety> cluster(shape, {.seed = 7, .delay = Faults::Delay::uniform, .delay_most_ns = 9}, kOperations);
  for (Operation first = 0; first < kOperations; first += shape.in_flight) {
    for (Operation k = first; k < first + shape.in_flight; ++k) cluster.propose(k);
    cluster.run();
  }
  cluster.expect_end();
  EXPECT_EQ(Range(cluster.counted()), cost_of<P>(shape, {.count = kOperations}).messages);
}

/// Where a share of the messages is lost and others come twice, and the time-out exceeds every round trip.
template <class P>
void expect_declared_messages_under_loss(Shape shape, std::int64_t operations) {
  for (const Loss& loss : {Loss{.lost = 0.1}, Loss{.lost = 0.5}, Loss{.lost = 0.3, .doubled = 0.4}}) {
    shape.loss = loss;
    const Faults faults{.seed = 7, .loss = loss.lost, .duplication = loss.doubled};
    const delivery::Census<P> census(shape, faults, operations);
    EXPECT_NEAR(census.messages() / P::messages_under_loss(shape), 1, 0.01) << loss.lost;
    EXPECT_EQ(census.traffic().background_messages, 0) << "where messages are lost, all of them count";
    std::int64_t applied = 0;
    for (Rank rank = 0; rank < shape.ranks; ++rank) applied += census.machine(rank).applied();
    EXPECT_EQ(static_cast<double>(applied), P::applications(shape) * static_cast<double>(operations));
  }
}

/// What loss does: stops the kernel without time-outs, unless nothing is sent.
template <class P>
void expect_loss_is_tolerated_with_time_outs_only() {
  const auto under_loss = [](int ranks, std::int64_t resend_us, const Loss& loss) {
    Shape shape = shape_of<P>(ranks, 8, {{"resend_us", resend_us}});
    shape.loss = loss;
    return P::under_loss(shape);
  };
  EXPECT_EQ(under_loss(2, 0, {.lost = 0.1}), UnderLoss::stops);
  EXPECT_EQ(under_loss(2, 1, {.lost = 0.1, .doubled = 0.2, .delay_ns = 5}), UnderLoss::tolerates);
  EXPECT_EQ(under_loss(2, 0, {.doubled = 0.2, .delay_ns = 5}), UnderLoss::tolerates);
  EXPECT_EQ(under_loss(1, 0, {.lost = 0.1}), UnderLoss::tolerates) << "nothing is sent";
}

}  // namespace coordbench::testing::round_trips
