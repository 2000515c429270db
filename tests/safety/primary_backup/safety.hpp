#pragma once
// What a primary and its backups promise, and what they claim to survive: everything but a rank that comes back without its
// memory before anybody has noticed that it was down.

#include <fmt/core.h>

#include "tests/safety/common/members_end.hpp"
#include "tests/safety/common/register_integrity.hpp"
#include "tests/safety/primary_backup/durability.hpp"
#include "tests/safety/primary_backup/ends.hpp"
#include "tests/safety/primary_backup/epochs.hpp"
#include "tests/safety/primary_backup/linearizability.hpp"
#include "tests/safety/primary_backup/replication.hpp"

namespace coordbench::testing::primary_backup {

struct Safety {
  using Protocol = PrimaryBackup;
  using Kind = PrimaryBackup::Kind;
  using Invariants = std::tuple<SinglePrimary, Monotony, common::RegisterIntegrity<PrimaryBackup>, Replication, Durability,
                                Linearizability, Convergence, common::MembersEnd<PrimaryBackup>>;

  /// A value is named by its number and the operation that wrote it.
  static std::string describe(const PrimaryBackup::Message& message) {
    static constexpr std::array<std::string_view, 6> kWords{"write", "written", "read", "value", "update", "held"};
    const std::string value = message.writer == 0 ? "initial" : fmt::format("{}.{}", message.sequence, message.writer - 1);
    std::string text(kWords[static_cast<std::size_t>(message.kind)]);
    if (message.kind == Kind::value)
      text += fmt::format(" {}: {}", message.first, value);
    else if (message.kind == Kind::update)
      text += " " + value;
    else if (message.kind == Kind::held)
      text += fmt::format(" {}", message.sequence);
    else
      text += fmt::format(" {}", message.first);
    if (message.epoch > 0) text += fmt::format(" in epoch {}", message.epoch);
    return message.count > 0 ? text : text + ", background";
  }

  static constexpr int kClientsMost = 6;

  static void draw(Schedule& schedule, Random& random) {
    Shape& shape = schedule.shape;
    set(shape, "acknowledge", random.below(3));
    set(shape, "reads", random.below(8) == 0 ? random.below(2) * 100 : random.between(0, 100));
    set(shape, "read_from", random.below(2));
    set(shape, "proposers", random.below(3) == 0 ? 0 : random.between(1, shape.ranks));
    set(shape, "timeout_us", random.below(6) == 0 ? 0 : random.between(2, 12));
    shape.clients = random.below(2) == 0 ? random.between(1, kClientsMost) : 0;
    if (shape.clients > 0) set(shape, "proposers", 1);
    shape.in_flight = draw_window(random);
    schedule.operations = random.between<std::int64_t>(4, 64);
    schedule.think_ns = kHop * random.between<Time>(1, 6);
    schedule.faults.amnesia = 0;
    if (shape["timeout_us"] == 0)
      lose_nothing(schedule);
    else if (random.below(4) > 0)
      draw_exclusions(schedule.faults, random);
    schedule.ends_at_ns = schedule.faults.heals_at_ns + 20'000 * kHop;
  }

 private:
  /// In half of the schedules many ranks crash, and stay down long enough to be excluded.
  static void draw_exclusions(Faults& faults, Random& random) {
    faults.notices_after_ns = kHop * random.between<Time>(1, 40);
    if (random.below(2) == 0) return;
    faults.crash_every_ns = kHop * random.between<Time>(5, 50);
    faults.crash_lasts_ns = kHop * random.between<Time>(20, 200);
  }
};

}  // namespace coordbench::testing::primary_backup
