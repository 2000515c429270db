#pragma once
// Simulated worlds, and single machines, for kernels that compare clocks.

#include "tests/kernels/violations.hpp"
#include "tests/kernels/watched.hpp"
#include "tests/safety/common/termination.hpp"
#include "tests/safety/subject_entry.hpp"

namespace coordbench::testing::clock_syncs {

template <class Safety>
class Clocks : public Watched<Safety> {
 public:
  using P = typename Safety::Protocol;
  using Watched<Safety>::Watched;
  void compare(Operation k) {
    this->begin_everywhere(k);
    this->run();
  }
  [[nodiscard]] int depth(Operation k) const {
    int deepest = -1;
    for (const auto& it : this->history().reached)
      if (it.operation == k) deepest = std::max(deepest, it.depth);
    return deepest;
  }
};

/// One machine that is told the time and what comes.
template <class P>
class Machine {
 public:
  Machine(const Shape& shape, Rank self) : out_(bounds_of<P>(shape, self)), machine_(shape, self) {}
  void begin(Operation k, Time now) {
    prepare(now);
    machine_.begin(k, out_);
  }
  void step(Rank from, Operation k, int probe, Time stamp, Time now) {
    prepare(now);
    machine_.step(
        from, {.first = static_cast<std::uint32_t>(k), .probe = static_cast<std::uint16_t>(probe), .count = 1, .stamp = stamp},
        {}, out_);
  }
  [[nodiscard]] bool has_ended() const { return !out_.completions().empty(); }
  [[nodiscard]] std::size_t sent() { return out_.envelopes().size(); }
  [[nodiscard]] const typename P::Message& message(std::size_t i = 0) { return out_.envelopes()[i].message; }
  [[nodiscard]] Time offset(Operation k) const { return machine_.answer(k).outcome; }

 private:
  void prepare(Time now) {
    out_.clear();
    out_.hand(now);
  }
  Outbox<typename P::Message> out_;
  P machine_;
};

/// Messages, delays where all keep step, marks and answers, at every N.
template <class Safety>
void expect_declared_costs() {
  using P = typename Safety::Protocol;
  for (int ranks = 1; ranks <= 17; ranks += ranks < 9 ? 1 : 8)
    for (const std::int64_t probes : {2, 3, 8})
      for (const std::int64_t resend_us : {0, 1000}) {
        const Shape shape = shape_of<P>(ranks, 0, {{"probes", probes}, {"resend_us", resend_us}});
        Clocks<Safety> cluster(shape, {.delay_least_ns = 50});
        for (Operation k = 0; k < 3; ++k) {
          cluster.compare(k);
          EXPECT_EQ(cluster.depth(k), ranks > 1 ? 2 * probes : 0) << "N = " << ranks;
          EXPECT_EQ(cost_of<P>(shape, {k, 1}).delays[0].least, cluster.depth(k)) << "N = " << ranks;
          EXPECT_TRUE(cluster.has_ended(k)) << "N = " << ranks;
        }
        cluster.expect_end();
        EXPECT_EQ(Range(cluster.counted()), cost_of<P>(shape, {.count = 3}).messages) << "N = " << ranks;
        EXPECT_EQ(cluster.traffic().background_messages, 0) << "N = " << ranks;
        EXPECT_EQ(cluster.history().answered.size(), 3U * static_cast<std::size_t>(ranks));
        for (const auto& it : cluster.history().answered) EXPECT_EQ(it.outcome, 0) << "one clock, and all delays are equal";
      }
}

/// Returns the most delays of any seed.
template <class Safety>
double most_delays(const Shape& shape) {
  using P = typename Safety::Protocol;
  const Cost cost = cost_of<P>(shape, {.count = 1});
  int most = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Clocks<Safety> cluster(shape, {.seed = seed, .delay = Faults::Delay::heavy_tail, .delay_most_ns = 4000});
    cluster.compare(0);
    EXPECT_EQ(Range(cluster.counted()), cost.messages);
    EXPECT_GE(cluster.depth(0), cost.delays[0].least);
    EXPECT_LE(cluster.depth(0), cost.delays[0].most);
    most = std::max(most, cluster.depth(0));
  }
  return most;
}

template <class Safety>
void expect_declared_costs_under_loss(int ranks, double pairs) {
  using P = typename Safety::Protocol;
  constexpr std::int64_t kOperations = 2000, kProbes = 3;
  for (const auto& [lost, doubled] : {std::pair{0.2, 0.0}, {0.0, 0.2}, {0.2, 0.1}}) {
    Shape shape = shape_of<P>(ranks, 0, {{"probes", kProbes}, {"resend_us", 1}});
    shape.loss = {.lost = lost, .doubled = doubled};
    const double attempts = 1 / ((1 - lost) * (1 - lost) * (1 + lost * doubled)),
                 arrivals = (1 - lost) * (1 + doubled) * attempts;
    EXPECT_DOUBLE_EQ(P::messages_under_loss(shape), pairs * kProbes * (attempts + arrivals));
    Cluster<P, Unobserved> cluster(shape, {.loss = lost, .duplication = doubled}, kOperations);
    for (Operation k = 0; k < kOperations; ++k) {
      cluster.begin_everywhere(k);
      cluster.run();
      EXPECT_TRUE(cluster.has_ended(k));
    }
    const auto sent = static_cast<double>(cluster.traffic().messages_sent) / kOperations;
    EXPECT_NEAR(sent, P::messages_under_loss(shape), 0.02 * sent) << lost << ", " << doubled;
  }
}

/// That every operation ends whatever happens is outside of the claim: a rank may be down when it begins, or forget it.
template <class Safety>
struct Overclaimed : Safety {
  using Invariants = std::tuple<common::Termination>;
};
template <class Safety, class Change>
int unended(Change&& change) {
  return violations<Overclaimed<Safety>>(1000, [&](Schedule& schedule) {
    schedule.operations = 1;  // it begins at once, when every rank is up
    change(schedule);
  });
}
template <class Safety>
void expect_to_find_what_it_does_not_claim() {
  const auto remember = [](Schedule& schedule) {
    set(schedule.shape, "resend_us", 4);
    schedule.faults.crash_every_ns = 10 * kHop, schedule.faults.crash_lasts_ns = 5 * kHop;
    schedule.faults.amnesia = 0;
  };
  EXPECT_EQ(unended<Safety>(remember), 0);
  EXPECT_GT(unended<Safety>([&](Schedule& schedule) {
              remember(schedule);
              schedule.faults.amnesia = 1;
            }),
            100);
  EXPECT_GT(unended<Safety>([&](Schedule& schedule) {
              remember(schedule);
              schedule.operations = 4;
            }),
            100)
      << "a rank that is down when an operation begins does not end it";
  EXPECT_GT(unended<Safety>([](Schedule& schedule) {
              set(schedule.shape, "resend_us", 0);
              schedule.faults.loss = 0.2;
            }),
            100);
}

template <class P>
void expect_refusals() {
  Shape shape = shape_of<P>(3, 0);
  EXPECT_EQ(P::unfit(shape), "");
  shape.in_flight = 2;
  EXPECT_EQ(P::unfit(shape), "--in-flight 2 was given, but all clocks are compared at once: give --in-flight 1");
}

template <class P>
void expect_plausible_answers_only() {
  Shape shape = shape_of<P>(3, 0);
  const auto says = [&](Time offset, Operation of = Answer::nothing) {
    return accepts<P>(shape, 0, {.outcome = offset, .of = of});
  };
  EXPECT_TRUE(says(0));
  EXPECT_TRUE(says(-5 * kSecond)) << "between nodes any offset may be right";
  EXPECT_FALSE(says(kNever)) << "unknown";
  EXPECT_FALSE(says(0, 0)) << "an answer has no payload";
  shape.ranks_per_node = 3;
  EXPECT_TRUE(says(-kSecond + 1));
  EXPECT_FALSE(says(-kSecond)) << "on one node all read one clock";
  EXPECT_FALSE(says(kSecond));
}

template <class P>
void expect_to_say_what_loss_does() {
  const auto under = [](const Loss& loss, std::int64_t resend_us) {
    Shape shape = shape_of<P>(3, 0, {{"resend_us", resend_us}});
    shape.loss = loss;
    return P::under_loss(shape);
  };
  EXPECT_EQ(under({.lost = 0.1}, 0), UnderLoss::stops);
  EXPECT_EQ(under({.lost = 0.1}, 1), UnderLoss::tolerates);
  EXPECT_EQ(under({.doubled = 0.1}, 0), UnderLoss::tolerates);
}

}  // namespace coordbench::testing::clock_syncs
