#pragma once
// Simulated worlds for kernels that deliver operations to one rank: watched ones that remember everything, for stories and
// exact costs, and long ones that only count, for means.

#include "tests/kernels/watched.hpp"

namespace coordbench::testing::delivery {

template <class P>
Shape delivery_shape(int ranks, int clients = 0, const Settings& set = {}, std::int64_t bytes = 8) {
  Shape shape = shape_of<P>(ranks, bytes, set);
  shape.clients = clients;
  return shape;
}

/// From rank 0 to rank 1, over links that lose.
template <class P>
Shape shape_that_loses(const Loss& loss, std::int64_t resend_us) {
  Shape shape = delivery_shape<P>(2, 0, {{"resend_us", resend_us}});
  shape.loss = loss;
  return shape;
}

template <class Safety>
class Deliveries : public Watched<Safety> {
 public:
  using Watched<Safety>::Watched;
  /// How often an operation reached a mark, over all ranks.
  [[nodiscard]] std::int64_t times(Operation k, int mark) const {
    const auto& reached = this->history().reached;
    return std::count_if(reached.begin(), reached.end(), [&](const auto& it) { return it.operation == k && it.mark == mark; });
  }
};

/// Operations one at a time on a perfect network: messages, marks, where they come, how deep, and answers as declared.
template <class Safety>
void expect_declared_costs(const Shape& shape, std::int64_t operations = 3) {
  using P = typename Safety::Protocol;
  Deliveries<Safety> cluster(shape, {}, operations);
  for (Operation k = 0; k < operations; ++k) {
    cluster.propose(k);
    cluster.run();
  }
  cluster.expect_end();
  const auto where = [&] { return fmt::format("N = {}, {} clients", shape.ranks, shape.clients); };
  const Cost cost = cost_of<P>(shape, {.count = operations});
  EXPECT_EQ(Range(cluster.counted()), cost.messages) << where();
  EXPECT_EQ(cluster.traffic().background_messages, 0) << where();
  std::size_t due = 0, answers = 0;
  for (Operation k = 0; k < operations; ++k)
    for (std::size_t mark = 0; mark < P::marks.size(); ++mark)
      for (Rank rank = 0; rank < shape.members(); ++rank) {
        if (!reaches<P>(shape, static_cast<int>(mark), rank, k)) continue;
        ++due;
        answers += P::marks[mark].answers ? 1U : 0U;
      }
  for (const auto& it : cluster.history().reached) {
    EXPECT_TRUE(reaches<P>(shape, it.mark, it.rank, it.operation)) << where();
    EXPECT_EQ(Range(it.depth), cost.delays[static_cast<std::size_t>(it.mark)]) << where();
  }
  EXPECT_EQ(cluster.history().reached.size(), due) << where();
  for (const auto& it : cluster.history().answered) EXPECT_TRUE(it.is_accepted && it.payload_is_right) << where();
  EXPECT_EQ(cluster.history().answered.size(), answers) << where();
}

/// Of kernels that send again: every N, clients and none, with time-outs and without.
template <class Safety>
void expect_declared_costs_for_every_n() {
  for (int ranks = 1; ranks <= 64; ++ranks)
    for (const int clients : {0, 1, 2, 5})
      for (const std::int64_t resend_us : {0, 1000})
        expect_declared_costs<Safety>(delivery_shape<typename Safety::Protocol>(ranks, clients, {{"resend_us", resend_us}}), 7);
}

template <class P>
void expect_own_payload_only() {
  const Shape shape = delivery_shape<P>(2);
  EXPECT_TRUE(accepts<P>(shape, 3, {.outcome = 1}));
  EXPECT_FALSE(accepts<P>(shape, 3, {.outcome = 0}));
  EXPECT_FALSE(accepts<P>(shape, 3, {.outcome = 1, .of = 2}));
}

/// A sender of whose operations as many are open as may be, and all are due whenever it ticks.
template <class P>
void expect_no_more_than_bounds() {
  for (int in_flight = 1; in_flight <= 16; ++in_flight) {
    Shape shape = delivery_shape<P>(2, 0, {{"resend_us", 1}});
    shape.in_flight = in_flight;
    const Bounds bounds = bounds_of<P>(shape, 0);
    PayloadArena arena(bounds.leases + 1, 8);  // and the one that is asked
    Outbox<typename P::Message> out(bounds);
    P sender(shape, 0);
    for (Operation k = 0; k < 100; ++k) {
      if (k >= in_flight) sender.step(1, {.first = static_cast<std::uint32_t>(k - in_flight)}, {}, out);
      out.hand(1000 * k);
      sender.tick(out);
      EXPECT_EQ(out.envelopes().size(), static_cast<std::size_t>(std::min<Operation>(k, in_flight - 1))) << in_flight;
      out.clear();
      Payload payload = arena.allocate(8);
      ASSERT_TRUE(payload) << in_flight << ", operation " << k;
      sender.propose(k, std::move(payload), out);
      out.clear();
    }
  }
}

/// As many operations as it is given, each proposed when the last has come to rest, in a world that only counts.
template <class P>
class Census : public Cluster<P, Unobserved> {
 public:
  Census(const Shape& shape, const Faults& faults, std::int64_t operations)
      : Cluster<P, Unobserved>(shape, faults, operations), operations_(operations) {
    for (Operation k = 0; k < operations; ++k) {
      this->propose(k);
      this->run();
    }
  }
  [[nodiscard]] double messages() const { return per_operation(this->traffic().messages_sent); }
  [[nodiscard]] double applications() const { return per_operation(this->machine(this->shape().ranks - 1).applied()); }

 private:
  [[nodiscard]] double per_operation(std::int64_t sum) const {
    return static_cast<double>(sum) / static_cast<double>(operations_);
  }
  std::int64_t operations_;
};

}  // namespace coordbench::testing::delivery
