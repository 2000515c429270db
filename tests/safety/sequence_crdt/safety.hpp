#pragma once
// What the shared text promises, and what it claims to survive: everything but the loss of its copies. Where nothing is sent
// again, nothing may be lost, and messages must keep their order.

#include "tests/safety/common/believed.hpp"
#include "tests/safety/common/rest.hpp"
#include "tests/safety/sequence_crdt/convergence.hpp"
#include "tests/safety/sequence_crdt/knowledge.hpp"
#include "tests/safety/sequence_crdt/order.hpp"
#include "tests/safety/sequence_crdt/tombstones.hpp"

namespace coordbench::testing::sequence_crdt {

struct Safety {
  using Protocol = SequenceCrdt;
  /// Texts that differ are not equal in the end either: the narrower first.
  using Invariants = std::tuple<NoInvention, NoCreation, Intention, NoResurrection, Order, Lead, Forgetting, Knowledge,
                                common::Believed<Protocol, updates_of>, common::Rest<Protocol>, Convergence>;

  static std::string describe(const SequenceCrdt::Message& message) {
    if (message.kind == Kind::acknowledgement) return "acknowledge " + std::to_string(message.number);
    if (!is_edit(message)) {
      const std::string what = message.kind == Kind::ask ? "ask at clock " : "report clock ";
      return what + std::to_string(message.clock) + ", level " + std::to_string(message.level);
    }
    std::string text = message.kind == Kind::insertion ? "insert " + name({message.clock, 0}, "") + " of " : "delete of ";
    text += std::to_string(message.first);
    if (message.kind == Kind::insertion) text += " behind " + name(message.anchor, "the beginning");
    if (message.taken.clock > 0) text += ", take " + name(message.taken, "");
    return text + (message.count == 0 ? " again" : "");
  }

  static void draw(Schedule& schedule, Random& random) {
    set(schedule.shape, "length", random.between(1, 6));
    set(schedule.shape, "keep", random.between(4, 12));
    set(schedule.shape, "proposers", random.below(2) == 0 ? 0 : random.between(1, schedule.shape.ranks));
    set(schedule.shape, "resend_us", random.below(6) == 0 ? 0 : random.between(1, 12));
    if (schedule.shape["resend_us"] == 0) {
      lose_nothing(schedule);
      schedule.faults.fifo = true;
    }
    schedule.shape.payload_bytes = 0;
    schedule.shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(1, 96);
    schedule.faults.amnesia = 0;
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 40'000 * kHop;
  }

 private:
  /// Of a character: its clock.
  static std::string name(const crdt::Id& id, const std::string& none) {
    return id.clock > 0 ? std::to_string(id.clock) : none;
  }
};

}  // namespace coordbench::testing::sequence_crdt
