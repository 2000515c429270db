#pragma once
// Castro, Liskov, TOCS 20(4) 2002, 4.2, 4.5: requests that prepare agree within a view; requests that commit agree over views.

#include "tests/safety/pbft/replicas.hpp"

namespace coordbench::testing::pbft {

struct OneCertificate {
  static constexpr std::string_view sentence = "One Certificate: in a view at most one request prepares under a number";
  explicit OneCertificate(const Schedule& /*schedule*/) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    if (!replica || !replica->is_active) return true;
    bool is_one = true;
    for (const auto& sent : step.sent)
      if (sent.message.kind == Kind::commit) is_one &= note(sent.message.view, sent.message.sequence, sent.message.request());
    return is_one;
  }

 private:
  bool note(View view, Sequence sequence, const Request& request) {
    return requests_.emplace(std::pair(view, sequence), request).first->second == request;
  }
  std::map<std::pair<View, Sequence>, Request> requests_;
};

struct Agreement {
  static constexpr std::string_view sentence = "Agreement: no two replicas carry out different requests under one number";
  explicit Agreement(const Schedule& schedule) : executed_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    bool agree = true;
    if (replica)
      executed_.visit_new(step, *replica, [&](const machine::Slot& slot) {
        agree &= requests_.emplace(slot.sequence, slot.request).first->second == slot.request;
      });
    return agree;
  }

 private:
  Executed executed_;
  std::map<Sequence, Request> requests_;
};

struct Certificate {
  static constexpr std::string_view sentence = "Certificate: what is carried out has been prepared by a quorum in one view";
  explicit Certificate(const Schedule& schedule) : executed_(schedule), prepared_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    if (!replica) return true;
    prepared_.saw(step);
    bool is_prepared = true;
    executed_.visit_new(step, *replica,
                        [&](const machine::Slot& slot) { is_prepared &= prepared_.has_quorum(slot.sequence, slot.request); });
    return is_prepared;
  }

 private:
  Executed executed_;
  Prepared prepared_;
};

struct Validity {
  static constexpr std::string_view sentence =
      "Validity: only an operation that somebody asked for is carried out, as it was asked for";
  explicit Validity(const Schedule& schedule) : executed_(schedule) {}

  bool holds(const Step& step, const auto& world) {
    const machine::Replica* replica = replica_of(step, world);
    bool was_asked = true;
    if (replica)
      executed_.visit_new(step, *replica, [&](const machine::Slot& slot) {
        const Operation operation = slot.request.first;
        was_asked &= slot.request.count == 0 || (world.was_proposed(operation) &&
                                                 Pattern::of(world.shape().seed, operation, 0).matches(slot.payload.bytes()));
      });
    return was_asked;
  }

 private:
  Executed executed_;
};

}  // namespace coordbench::testing::pbft
