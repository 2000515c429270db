#pragma once
// What the register promises, and what it claims to survive: everything but the loss of a server's copy.

#include <fmt/core.h>

#include "tests/safety/common/termination.hpp"
#include "tests/safety/quorum_register/integrity.hpp"
#include "tests/safety/quorum_register/linearizability.hpp"
#include "tests/safety/quorum_register/monotony.hpp"
#include "tests/safety/quorum_register/regularity.hpp"
#include "tests/safety/quorum_register/replicas.hpp"
#include "tests/safety/quorum_register/thrift.hpp"
#include "tests/safety/quorum_register/unique_stamps.hpp"
#include "tests/safety/quorum_register/write_quorum.hpp"

namespace coordbench::testing::quorum_register {

struct Safety {
  using Protocol = QuorumRegister;
  using Kind = QuorumRegister::Kind;
  /// A copy that goes back, or a stamp of two writes, soon shows in what is read: the narrower first.
  using Invariants = std::tuple<Replicas, Thrift, Monotony, UniqueStamps, Integrity, Regularity, Linearizability, WriteQuorum,
                                common::Termination>;

  /// A value is named by its sequence number and the operation that wrote it.
  static std::string describe(const QuorumRegister::Message& message) {
    static constexpr std::array<std::string_view, 5> kWords{"query stamp", "query value", "held", "store", "stored"};
    const auto word = kWords[static_cast<std::size_t>(message.kind)];
    const auto [sequence, writer] = message.stamp;
    if (message.kind == Kind::query_stamp || message.kind == Kind::query_value)
      return fmt::format("{} {}", word, message.first);
    if (writer == 0) return fmt::format("{} {}: initial", word, message.first);
    return fmt::format("{} {}: {}.{}", word, message.first, sequence, writer - 1);
  }

  static constexpr int kClientsMost = 6;

  /// Majorities, any R and W that meet, or any at all.
  static void draw_quorums(Shape& shape, Random& random) {
    if (random.below(3) == 0) set(shape, "replicas", random.between(1, shape.ranks));
    set(shape, "quorums", random.below(3) == 0 ? 1 : 0);
    if (random.below(2) == 0) return;
    const int replicas = replicas_of(shape), reads = random.between(1, replicas);
    set(shape, "read_quorum", reads);
    set(shape, "write_quorum", random.between(random.below(4) == 0 ? 1 : replicas + 1 - reads, replicas));
    if (random.below(4) == 0) set(shape, random.below(2) == 0 ? "read_quorum" : "write_quorum", 0);
  }
  /// Live while a majority can talk to whoever asks: clients, or servers of that majority.
  static bool waits_for_majorities(const Shape& shape) {
    const int majority = shape.ranks / 2 + 1;
    const bool any_will_do = shape["quorums"] == coordbench::quorum_register::fixed && replicas_of(shape) == shape.ranks;
    return any_will_do && read_quorum_of(shape) <= majority && write_quorum_of(shape) <= majority;
  }

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "reads", random.below(8) == 0 ? random.below(2) * 100 : random.between(0, 100));
    set(shape, "write_back", random.below(3));
    set(shape, "thrifty", random.below(2));
    set(shape, "proposers", random.below(2) == 0 ? 0 : random.between(1, shape.ranks));
    set(shape, "timeout_us", random.below(6) == 0 ? 0 : random.between(2, 12));
    shape.clients = random.below(3) == 0 ? random.between(1, kClientsMost) : 0;
    if (shape.clients > 0) set(shape, "proposers", 0);
    draw_quorums(shape, random);
    set(shape, "write_query", random.below(4) == 0 ? 1 : 0);  // with several proposers it does not fit
    shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(4, 64);
    schedule.think_ns = kHop * random.between<Time>(1, 6);
    schedule.faults.amnesia = 0;
    if (shape["timeout_us"] == 0)
      lose_nothing(schedule);
    else if (waits_for_majorities(shape) && random.below(4) == 0)  // the majority talks to all proposers
      cut_a_minority_for_ever(schedule, random, shape.clients > 0 ? 0 : proposers_of<QuorumRegister>(shape));
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }
};

}  // namespace coordbench::testing::quorum_register
