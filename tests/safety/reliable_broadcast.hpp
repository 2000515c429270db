#pragma once
// A small Byzantine protocol, to try traitors on: reliable broadcast (Bracha, "Asynchronous Byzantine agreement protocols",
// Information and Computation 75, 1987). Every rank broadcasts; its operation k is sent to all, echoed by all, and delivered
// once 2f + 1 ranks are ready for one value, where f = (N - 1) / 3 of them may be traitors.

#include <fmt/format.h>

#include <array>
#include <vector>

#include "harness/protocol.hpp"
#include "tests/safety/common/agreement.hpp"
#include "tests/safety/common/termination.hpp"
#include "tests/safety/draw_traitors.hpp"
#include "tests/support/lie.hpp"

namespace coordbench::testing::reliable_broadcast {

class ReliableBroadcast {
 public:
  enum Kind : std::uint32_t { initial, echo, ready };
  struct Message {
    std::uint32_t first;
    std::uint32_t count = 1;
    std::uint32_t kind = initial;
    std::uint32_t value = 0;  ///< stands for what is broadcast
  };
  using Out = Outbox<Message>;
  static constexpr About about{.promise = "all correct ranks deliver the same, or none delivers",
                               .messages = "(N - 1)(2N + 1)",
                               .delays = "3",
                               .source = "Bracha 1987",
                               .latency = Latency::makespan};
  static constexpr std::array parameters{
      Parameter{.name = "short", .highest = 1, .help = "echoes fewer than are needed: a mistake that tests must find"}};
  static constexpr std::array marks{Mark{.name = "delivered", .where = Where::everywhere, .answers = true}};
  static Cost cost(const Shape& shape, Operation /*k*/) {
    return {.messages = (shape.ranks - 1) * (1 + 2 * shape.ranks), .delays = {3}};
  }
  static constexpr std::array authentications{Authentication::none, Authentication::mac, Authentication::signature};
  static int proposers(const Shape& shape) { return shape.ranks; }
  static int traitors_most(const Shape& shape) { return (shape.ranks - 1) / 3; }
  static Bounds bounds(const Shape& /*shape*/, Rank /*self*/) { return {.sends = 4}; }
  static bool accepts(const Shape& /*shape*/, Operation /*k*/, const Answer& /*answer*/) { return true; }

  ReliableBroadcast(const Shape& shape, Rank self)
      : self_(self),
        ranks_(shape.ranks),
        traitors_(traitors_most(shape)),
        echoes_((shape.ranks + traitors_) / 2 + 1 - static_cast<int>(shape["short"])) {}

  /// What it broadcasts depends on what it has heard, so that no two machines broadcast the same.
  void propose(Operation k, const Payload& /*payload*/, Out& out) {
    const Message message{.first = static_cast<std::uint32_t>(k), .value = 1000 * ++heard_};
    slots_[message.first].broadcast = message.value;
    out.send_others(message);
    hear(self_, message, out);
  }
  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    ++heard_;
    if (message.first < 64 && message.kind <= ready) hear(from, message, out);
  }
  [[nodiscard]] Answer answer(Operation k) const { return {.outcome = slot(k).delivered, .of = Answer::nothing}; }
  /// 0 before it was asked to.
  [[nodiscard]] std::uint32_t broadcast(Operation k) const { return slot(k).broadcast; }
  [[nodiscard]] bool has_delivered(Operation k) const { return slot(k).delivered != 0; }

 private:
  struct Heard {
    std::array<std::uint32_t, 16> value{};  ///< [rank]: what it said first; 0: nothing yet
    [[nodiscard]] int count(std::uint32_t of) const { return static_cast<int>(std::count(value.begin(), value.end(), of)); }
  };
  struct Slot {
    std::array<Heard, 2> heard{};  ///< echoes, readies
    std::array<bool, 2> said{};
    std::uint32_t broadcast = 0, delivered = 0;
  };

  void hear(Rank from, const Message& message, Out& out) {
    Slot& it = slots_[message.first];
    if (message.kind == initial) {
      if (from == static_cast<Rank>(message.first) % ranks_) say(echo, message, out);
      return;
    }
    std::uint32_t& told = it.heard[message.kind - 1].value[static_cast<std::size_t>(from)];
    if (told != 0 || message.value == 0) return;
    told = message.value;
    if (it.heard[0].count(message.value) >= echoes_ || it.heard[1].count(message.value) > traitors_) say(ready, message, out);
    if (it.delivered == 0 && it.heard[1].count(message.value) > 2 * traitors_) {
      it.delivered = message.value;
      out.complete(message.first, 0);
    }
  }
  void say(Kind kind, const Message& about_it, Out& out) {
    if (std::exchange(slots_[about_it.first].said[kind - 1], true)) return;
    const Message message{.first = about_it.first, .kind = kind, .value = about_it.value};
    out.send_others(message);
    hear(self_, message, out);
  }
  [[nodiscard]] const Slot& slot(Operation k) const { return slots_[static_cast<std::size_t>(k)]; }

  Rank self_;
  int ranks_, traitors_, echoes_;
  std::uint32_t heard_ = 0;      ///< messages
  std::vector<Slot> slots_{64};  ///< [operation]
};

/// If one correct rank delivers, all do.
struct Totality {
  static constexpr std::string_view sentence = "Totality: what one correct rank delivers, all correct ranks deliver";
  explicit Totality(const Schedule& schedule) : operations_(schedule.operations) {}

  bool holds_at_end(const auto& world) const {
    for (Operation k = 0; k < operations_; ++k) {
      int correct = 0, delivered = 0;
      for (Rank rank = 0; rank < world.size(); ++rank)
        if (world.is_correct(rank)) ++correct, delivered += world.machine(rank).has_delivered(k) ? 1 : 0;
      if (delivered != 0 && delivered != correct) return false;
    }
    return true;
  }

 private:
  std::int64_t operations_;
};

struct Validity {
  static constexpr std::string_view sentence = "Validity: of a correct rank only what it broadcasts is delivered";
  explicit Validity(const Schedule& /*schedule*/) {}

  bool holds(const Step<ReliableBroadcast>& step, const auto& world) const {
    return std::all_of(step.answered.begin(), step.answered.end(), [&world](const auto& answer) {
      const Rank sender = proposer_of<ReliableBroadcast>(world.shape(), answer.operation);
      return !world.is_correct(sender) || answer.outcome == world.machine(sender).broadcast(answer.operation);
    });
  }
};

struct Safety {
  using Protocol = ReliableBroadcast;
  using Invariants = std::tuple<common::Agreement<Protocol>, Validity, Totality, common::Termination>;
  static std::string describe(const Protocol::Message& message) {
    static constexpr std::array<const char*, 3> kWords{"initial", "echo", "ready"};
    return fmt::format("{} {} of {}", kWords[message.kind], message.value, message.first);
  }
  static int traitors_most(const Shape& shape) { return Protocol::traitors_most(shape); }
  static void draw(Schedule& schedule, Random& random) {
    lose_nothing(schedule);
    schedule.shape.in_flight = draw_window(random);
    schedule.shape.authentication = static_cast<Authentication>(random.below(3));
    draw_traitors<Safety>(schedule, random);
  }
  /// Another value, the same of all that are said to the victims.
  static bool lie(auto& lie) {
    lie.message.value += 500;
    return true;
  }
};

}  // namespace coordbench::testing::reliable_broadcast
