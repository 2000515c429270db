#pragma once
// One rank of a simulated world: its real Node behind its real Counted, what it is doing, and its connection to the network.

#include <optional>

#include "harness/transport/node.hpp"
#include "tests/support/local_clock.hpp"
#include "tests/support/step.hpp"

namespace coordbench::testing {

/// `World` has network(), arena(), made() (for payloads of the machines' own making), told() (the step being taken) and
/// ended(rank, operation).
template <Protocol P, class World>
class Member {
 public:
  using Message = typename P::Message;
  using Event = typename SimNetwork<Message>::Event;

  /// `at`: where this machine of the rank runs; the rank itself, but for the second of twins.
  Member(World& world, Rank self, int at, std::int64_t drift_per_million, std::int64_t operations_max,
         Primitives primitives = Primitives::fast)
      : rank(self), site(at), clock(drift_per_million), world_(world), operations_max_(operations_max), counted_(*this, self) {
    if constexpr (Authenticates<P>) authenticator_.emplace(world.shape(), self, primitives);
    make_anew();
  }

  /// Keys and numbers survive what a machine forgets.
  void make_anew() { node.emplace(world_.shape(), rank, counted_, *this, operations_max_, authenticator()); }
  /// It crashes.
  void fall(bool loses_memory) {
    forgets = loses_memory;
    is_up = is_paused = is_dying = is_silenced = false;
    held.clear();
    wakes_at = kNever;
  }
  void die_after(int sends, bool loses_memory) {
    is_dying = true;
    sends_before_death = sends;
    forgets = loses_memory;
  }
  /// A wake event that turns out too early finds nothing due and is set again, which costs less than taking it back.
  void set_alarm() {
    if constexpr (HasTimeouts<P>) {
      const Time deadline = node->machine().deadline();
      if (deadline == kNever) return;
      const Time due = std::max(clock.when_it_shows(deadline), world_.network().now() + 1);
      if (due >= wakes_at) return;
      wakes_at = due;
      world_.network().put(due, SimNetwork<Message>::Kind::wake, site);
    }
  }
  [[nodiscard]] bool listens() const { return is_up && !is_paused; }
  [[nodiscard]] Traffic traffic() const {
    Traffic traffic = counted_.traffic();
    if (authenticator_) traffic.refused = authenticator_->refused();
    return traffic;
  }
  /// Null where the protocol cannot bear one.
  [[nodiscard]] Authenticator* authenticator() { return authenticator_ ? &*authenticator_ : nullptr; }

  // ---- what Counted asks of a transport ----------------------------------------------------------------------------

  static constexpr bool shares_its_process = true;
  [[nodiscard]] bool has_waiting() const { return false; }
  [[nodiscard]] PayloadArena& made() { return world_.made(); }
  [[nodiscard]] PayloadArena& own() { return world_.made(); }  // never asked: here no payload lies in another rank's memory
  void send(Rank to, const Message& message, Depth depth, const Payload& payload) {
    const bool survives = !is_dying || sends_before_death-- > 0;
    is_silenced |= is_dying;
    if constexpr (World::faces_traitors)
      if (survives) return world_.treachery().carry(world_, site, to, message, depth, payload);
    const auto sent = survives ? world_.network().send(rank, to, message, depth, payload) : kUnsent;
    if constexpr (World::watches) world_.told().sent.push_back({to, message, sent.fate, sent.arrives_at});
  }
  void send(Rank to, const Message& message, Depth depth, std::span<const Payload> payloads) {
    send(to, message, depth, payloads.size() == 1 ? payloads.front() : world_.arena().join(payloads));
  }
  [[nodiscard]] Time now() const { return clock.shows(world_.network().now()); }

  // ---- what Node tells a witness -----------------------------------------------------------------------------------

  void twist(Outbox<Message>& out) requires(World::faces_traitors) { world_.treachery().twist(world_, *this, out); }

  void reached(Operation operation, int mark, Time /*local*/, int depth) {
    if (mark + 1 == static_cast<int>(P::marks.size())) world_.ended(rank, operation);
    if constexpr (World::watches) world_.told().reached.push_back({operation, mark, depth});
  }
  void answered(Operation operation, const Answer& answer) {
    if constexpr (World::watches) {
      const Operation of = answer.operation_of(operation);
      const bool right =
          !answer.payload || (of >= 0 && Pattern::of(world_.shape().seed, of, 0).matches(answer.payload.bytes()));
      world_.told().answered.push_back({operation, answer.outcome, of, right, accepts<P>(world_.shape(), operation, answer),
                                        static_cast<bool>(answer.payload)});
    }
  }

  const Rank rank;
  const int site;
  const LocalClock clock;
  bool is_up = true, is_paused = false;
  bool is_dying = false, is_silenced = false;  ///< will die in the middle of its next sends; is doing so
  bool forgets = false;                        ///< this crash takes all state with it
  int sends_before_death = 0;
  Time wakes_at = kNever;     ///< the earliest wake event that is under way, on the world's clock
  std::vector<Event> held{};  ///< what came while it was paused

 private:
  static constexpr typename SimNetwork<Message>::Sent kUnsent{Fate::lost, kNever};

  World& world_;
  std::int64_t operations_max_;
  Counted<Member> counted_;
  std::optional<Authenticator> authenticator_;

 public:
  std::optional<Node<P, Member, Member>> node;
};

}  // namespace coordbench::testing
