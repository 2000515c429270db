#pragma once
// What holds of every kind of gossip, as checks on its kernel; a rumour on its way, told in words.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "kernels/gossip/site.hpp"
#include "tests/support/round_world.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing {

/// In lock-step.
template <class Gossip>
Shape gossip_shape(int ranks, std::int64_t fanout = 1, std::int64_t bytes = 8) {
  return shape_of<Gossip>(ranks, bytes, {{"fanout", fanout}, {"pace", gossip::lockstep}});
}

/// A machine that is asked by hand, and keeps what it said.
template <class Gossip>
struct Site {
  struct Sent {
    Rank to;
    gossip::Message message;
  };

  Site(const Shape& shape, Rank self) : machine(shape, self), out(bounds_of<Gossip>(shape, self)) {}

  void round(Operation operation, int number) {
    machine.round(operation, number, out);
    keep();
  }
  void step(Rank from, const gossip::Message& message) {
    machine.step(from, message, {}, out);
    keep();
  }

  Gossip machine;
  std::vector<Sent> sent{};
  std::vector<Operation> learnt{};

 private:
  void keep() {
    for (const auto& envelope : out.envelopes()) sent.push_back({envelope.to, envelope.message});
    for (const auto& completion : out.completions()) learnt.push_back(completion.operation);
    out.clear();
  }
  Outbox<gossip::Message> out;
};

inline gossip::Message rumour_of(int round, Operation operation = 0) {
  return {static_cast<std::uint32_t>(operation), static_cast<std::uint16_t>(round), gossip::Message::Kind::rumour};
}
inline gossip::Message request_of(int round, Operation operation = 0) {
  return {static_cast<std::uint32_t>(operation), static_cast<std::uint16_t>(round), gossip::Message::Kind::request};
}

/// "1  0 → 2  rumour": round, ranks, what.
template <class Gossip>
std::string story(const Shape& shape, Operation operation) {
  RoundWorld<Gossip> world(shape, operation + 1);
  world.spread(operation);
  std::string text;
  for (const auto& letter : world.letters())
    text += fmt::format("{}  {} → {}  {}\n", int{letter.message.round}, letter.from, letter.to,
                        letter.message.kind == gossip::Message::Kind::rumour ? "rumour" : "request");
  return text;
}

/// The expectations of fanout 1, from one informed rank to all, at so many ranks: dynamic programme, exact.
inline constexpr std::array kTabulatedRanks{2, 3, 4, 5, 8, 10, 16, 32, 64, 100, 128, 256};

template <class Gossip>
double expected_messages(const Shape& shape) {
  return cost_of<Gossip>(shape, {.count = 1}).messages.least;
}

template <class Gossip>
void expect_tabulated_messages(const std::array<double, kTabulatedRanks.size()>& messages) {
  for (std::size_t i = 0; i < messages.size(); ++i)
    EXPECT_NEAR(expected_messages<Gossip>(gossip_shape<Gossip>(kTabulatedRanks[i])), messages[i], 0.0005) << kTabulatedRanks[i];
  EXPECT_EQ(expected_messages<Gossip>(gossip_shape<Gossip>(1)), 0);
}

/// Every rank answers each operation once, with the rumour that was proposed.
template <class Gossip>
void expect_everybody_informed(int ranks, std::int64_t fanout, std::int64_t bytes) {
  const Shape shape = gossip_shape<Gossip>(ranks, fanout, bytes);
  RoundWorld<Gossip> world(shape, 20, Delivery::shuffled);
  for (Operation k = 0; k < 20; ++k) {
    world.spread(k);
    std::set<Rank> informed;
    for (const auto& [rank, answer] : world.answered()) {
      EXPECT_TRUE(informed.insert(rank).second) << "rank " << rank << " answered twice";
      EXPECT_TRUE(accepts<Gossip>(shape, k, answer));
      EXPECT_EQ(static_cast<std::int64_t>(answer.payload.size()), bytes);
      EXPECT_TRUE(Pattern::of(shape.seed, k, 0).matches(answer.payload.bytes())) << "operation " << k;
    }
    EXPECT_EQ(static_cast<int>(informed.size()), ranks);
  }
}

/// A round is a function of who was informed before it: whatever order word and messages arrive in, it takes the same.
template <class Gossip>
void expect_the_same_in_any_order(int ranks, std::int64_t fanout) {
  const Shape shape = gossip_shape<Gossip>(ranks, fanout);
  RoundWorld<Gossip> reference(shape, 200), at_once(shape, 200, Delivery::at_once), shuffled(shape, 200, Delivery::shuffled);
  for (Operation k = 0; k < 200; ++k) {
    const auto spread = reference.spread(k);
    EXPECT_EQ(at_once.spread(k), spread) << "operation " << k << " of " << ranks << " ranks";
    EXPECT_EQ(shuffled.spread(k), spread) << "operation " << k << " of " << ranks << " ranks";
  }
}

template <class Gossip>
void expect_gossip() {
  for (const int ranks : {1, 2, 3, 5, 8, 17}) {
    const std::int64_t most = std::max(1, std::min(ranks - 1, gossip::kFanoutMax));
    for (const std::int64_t fanout : std::set<std::int64_t>{1, (1 + most) / 2, most}) {
      for (const std::int64_t bytes : {0, 8, 1000}) expect_everybody_informed<Gossip>(ranks, fanout, bytes);
      expect_the_same_in_any_order<Gossip>(ranks, fanout);
    }
  }
}

/// What does not fit is said before anything runs.
template <class Gossip>
void expect_shapes_refused() {
  EXPECT_EQ(Gossip::unfit(gossip_shape<Gossip>(1, 16)), "");
  EXPECT_EQ(Gossip::unfit(gossip_shape<Gossip>(17, 16)), "");
  EXPECT_NE(Gossip::unfit(gossip_shape<Gossip>(16, 16)), "");
  Shape overlapping = gossip_shape<Gossip>(4);
  overlapping.in_flight = 2;
  EXPECT_NE(Gossip::unfit(overlapping), "");
}

}  // namespace coordbench::testing
