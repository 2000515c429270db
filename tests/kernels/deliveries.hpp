#pragma once
// Simulated worlds for kernels that deliver operations to one rank: watched ones that remember everything, for stories and
// exact costs, and long ones that only count, for means.

#include <gtest/gtest.h>

#include <string>

#include "tests/safety/watch.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::delivery {

using Settings = std::vector<std::pair<std::string_view, std::int64_t>>;

template <class P>
Shape delivery_shape(int ranks, int clients = 0, const Settings& set = {}, std::int64_t bytes = 8) {
  Shape shape = shape_of<P>(ranks, bytes, set);
  shape.clients = clients;
  return shape;
}

/// A cluster that is held against the invariants and remembers everything; a violation is an exception with its sentence.
template <class Safety>
class Deliveries : public Cluster<typename Safety::Protocol, Watch<Safety>> {
 public:
  using P = typename Safety::Protocol;
  explicit Deliveries(const Shape& shape, const Faults& faults = {}, std::int64_t operations = 64)
      : Cluster<P, Watch<Safety>>(shape, faults, operations,
                                  Watch<Safety>({.shape = shape, .faults = faults, .operations = operations}, true)) {}
  [[nodiscard]] const History<P>& history() const { return *this->observer().history(); }
  [[nodiscard]] std::string conversation() const { return history().conversation(Safety::describe); }
  [[nodiscard]] std::int64_t counted() const { return this->traffic().messages_sent - this->traffic().background_messages; }
  /// How often an operation reached a mark, over all ranks.
  [[nodiscard]] std::int64_t times(Operation k, int mark) const {
    const auto& reached = history().reached;
    return std::count_if(reached.begin(), reached.end(), [&](const auto& it) { return it.operation == k && it.mark == mark; });
  }
  void expect_end() { EXPECT_NO_THROW(this->observer().finished(*this)) << conversation(); }
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
