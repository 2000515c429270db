#pragma once
// N machines of a protocol in one simulated world. An observer that watches is told after every event what it led to.

#include <memory>

#include "tests/support/adversary.hpp"
#include "tests/support/configurations.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/growing_arena.hpp"
#include "tests/support/history.hpp"
#include "tests/support/member.hpp"
#include "tests/support/treachery.hpp"

namespace coordbench::testing {

/// `Observer` has `static constexpr bool watches` and, if true, saw(const Step<P>&, const Cluster&).
template <Protocol P, class Observer = History<P>>
class Cluster {
 public:
  static constexpr bool watches = Observer::watches;
  using Message = typename P::Message;
  using Treacherous = typename TreacheryOf<P, Observer>::type;
  static constexpr bool faces_traitors = Treacherous::exists;

  /// Servers are ranks 0 … N - 1, clients follow. Operations are 0 … operations_max - 1.
  explicit Cluster(const Shape& shape, const Faults& faults = {}, std::int64_t operations_max = 64, Observer observer = {},
                   Primitives primitives = Primitives::fast)
      : shape_(shape),
        size_(shape.members()),
        made_(PayloadArena::Growing{}, largest_made<P>(shape)),
        treachery_(shape, faults),
        network_(faults, treachery_.sites()),
        adversary_(faults, network_, size_),
        configurations_(shape.ranks, size_),
        observer_(std::move(observer)),
        endings_(shape, operations_max, faults.traitors),
        members_(std::make_unique<std::optional<Site>[]>(static_cast<std::size_t>(sites()))) {
    ticks_ = times_out<P>(shape);
    for (int site = 0; site < sites(); ++site) {
      const std::int64_t drift = adversary_.drift_per_million();
      std::optional<Site>& at = members_[static_cast<std::size_t>(site)];
      at.emplace(*this, treachery_.rank_of(site), site, drift, operations_max, primitives);
      if (ticks_) at->set_alarm();
    }
    if constexpr (faces_traitors) adversary_.plan_turn(treachery_.turns_every());
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // ---- inputs ------------------------------------------------------------------------------------------------------

  /// A user asks, now; the rank must be up and not paused.
  void propose(Operation operation, Rank proposer) {
    ++proposed_;
    endings_.ask(operation, proposer);
    hand(operation, proposer);
  }
  void propose(Operation operation) { propose(operation, proposer_of<P>(shape_, operation)); }
  /// An operation begins at every rank that is up, at one instant, and never at the others. Its proposer, if any, is up.
  void begin_everywhere(Operation operation) requires BeginsEverywhere<P> {
    ++proposed_;
    endings_.ask(operation, proposer_of<P>(shape_, operation));
    if constexpr (IsAsked<P>) hand(operation, proposer_of<P>(shape_, operation));
    for (Rank rank = 0; rank < shape_.ranks; ++rank) {
      Site& at = member(rank);
      if (!at.listens()) continue;
      begin(at, Cause::begin, operation);
      at.node->begin(operation);
      conclude(at);
    }
  }

  /// Every rank is told, each after a delay of its own, as the word of the harness and the messages travel apart.
  void round(Operation operation, int number) requires HasRounds<P> {
    for (int to = 0; to < sites(); ++to) network_.put(network_.now() + network_.delay(), Kind::round, to, number, operation);
  }
  void flush() requires HasFlush<P> {
    for (int to = 0; to < sites(); ++to) network_.put(network_.now() + network_.delay(), Kind::flush, to);
  }

  /// The next event; false when nothing will ever happen again.
  bool step() {
    if (network_.empty()) return false;
    ++events_;
    take(network_.take());
    return true;
  }
  void run() {
    while (step()) continue;
  }
  void run_until(Time horizon) {
    while (network_.next_at() <= horizon && step()) continue;
    network_.advance_to(horizon);
  }

  // ---- failures: for a story told by hand, and what the adversary does --------------------------------------------

  /// The rank is gone at once, with what it had not yet received.
  void crash(Rank rank, bool forgets = false) {
    Site& at = member(rank);
    if (!at.is_up) return;
    ++network_.happened.crashes;
    at.fall(forgets);
    begin(at, Cause::crash);
    if constexpr (watches) observer_.saw(step_, *this);
    adversary_.plan_end(Kind::restart, rank);
    adversary_.plan_notice(rank);
  }
  /// The rank will crash in its next step that sends anything, of which only the first `sends` messages leave.
  void crash_while_sending(Rank rank, int sends, bool forgets = false) { member(rank).die_after(sends, forgets); }
  void restart(Rank rank) {
    Site& at = member(rank);
    if (at.is_up) return;
    at.is_up = true;
    ++network_.happened.restarts;
    if constexpr (HasConfigurations<P>)
      at.forgets ? configurations_.forget(rank) : configure(at, configurations_.newest().epoch);
    if (!at.is_up) return;  // it crashed while it was told of the epoch
    begin(at, at.forgets ? Cause::reborn : Cause::restart);
    if (at.forgets) {
      ++network_.happened.amnesias;
      at.make_anew();
    } else if constexpr (HasRestart<P>) {
      at.node->restart();
    }
    conclude(at);
    if constexpr (HasConfigurations<P>) configure(at, configurations_.newest().epoch);
  }
  /// A configuration without the rank, if it is down and not the last server; every member is told, each after its own delay.
  void exclude(Rank rank) requires HasConfigurations<P> {
    if (is_up(rank) || !configurations_.exclude(rank)) return;
    ++network_.happened.exclusions;
    for (int to = 0; to < size_; ++to)
      network_.put(network_.now() + network_.delay(), Kind::configure, to, 0, configurations_.newest().epoch);
  }
  void pause(Rank rank) {
    if (!member(rank).listens()) return;
    ++network_.happened.pauses;
    member(rank).is_paused = true;
    adversary_.plan_end(Kind::resume, rank);
  }
  /// What was held comes now, in its order.
  void resume(Rank rank) {
    Site& at = member(rank);
    at.is_paused = false;
    for (Event& event : std::exchange(at.held, {})) come(at, std::move(event));  // it may die of one of them
  }
  void cut(Rank from, Rank to) { network_.cut(from, to); }
  void slow(Rank from, Rank to, Time by) { network_.slow(from, to, by); }
  void mend() { network_.mend(); }
  void heal() {
    mend();
    for (Rank rank = 0; rank < size_; ++rank) {
      member(rank).is_dying = member(rank).is_silenced = false;
      restart(rank);
      resume(rank);
    }
  }

  // ---- what there is to see ----------------------------------------------------------------------------------------

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] Time now() const { return network_.now(); }
  [[nodiscard]] Time next_at() const { return network_.next_at(); }
  [[nodiscard]] Time clock(Rank rank) const { return member(rank).clock.shows(now()); }    ///< what the rank's own shows now
  [[nodiscard]] bool is_correct(Rank rank) const { return !treachery_.is_traitor(rank); }  ///< what it does binds it
  [[nodiscard]] bool is_up(Rank rank) const { return member(rank).is_up; }
  [[nodiscard]] bool listens(Rank rank) const { return member(rank).listens(); }
  [[nodiscard]] const P& machine(Rank rank) const { return member(rank).node->machine(); }
  [[nodiscard]] std::int64_t proposed() const { return proposed_; }  ///< how many operations were
  [[nodiscard]] bool was_proposed(Operation operation) const { return endings_.was_asked(operation); }
  [[nodiscard]] bool has_ended(Operation operation) const { return endings_.has_ended(operation); }
  /// Whether whoever asks for the operation is correct; of others nothing is to be expected, and anything.
  [[nodiscard]] bool is_owed(Operation operation) const {
    return is_correct(was_proposed(operation) ? endings_.asked(operation) : proposer_of<P>(shape_, operation));
  }
  [[nodiscard]] const Configuration& configuration() const { return configurations_.newest(); }
  [[nodiscard]] const Happened& happened() const { return network_.happened; }
  [[nodiscard]] std::int64_t events() const { return events_; }
  [[nodiscard]] Observer& observer() { return observer_; }
  [[nodiscard]] const Observer& observer() const { return observer_; }
  [[nodiscard]] Traffic traffic() const {
    Traffic sum{};
    for (int site = 0; site < sites(); ++site) sum = sum + member(site).traffic();
    return sum;
  }

 private:
  using Network = SimNetwork<Message>;
  using Event = typename Network::Event;
  using Kind = typename Network::Kind;
  using Site = Member<P, Cluster>;
  friend Site;
  friend Treacherous;

  void hand(Operation operation, Rank proposer) {
    Payload payload = arena_.allocate(static_cast<std::size_t>(shape_.payload_bytes));
    Pattern::of(shape_.seed, operation, 0).fill(payload.bytes());
    if constexpr (faces_traitors)
      treachery_.for_each_asked(proposer, [&](int site) { ask(member(site), operation, payload); });
    else
      ask(member(proposer), operation, std::move(payload));
  }
  void ask(Site& at, Operation operation, Payload payload) {
    begin(at, Cause::propose, operation);
    at.node->propose(operation, std::move(payload));
    conclude(at);
  }

  void take(Event event) {
    if (event.kind <= Kind::configure) return come(member(event.to), std::move(event));
    if constexpr (HasConfigurations<P>)
      if (event.kind == Kind::notice) return exclude(event.to);
    if constexpr (faces_traitors)
      if (event.kind == Kind::turn) return treachery_.turn(), adversary_.plan_turn(treachery_.turns_every());
    adversary_.strike(event.kind, event.to, *this);
  }

  /// Something comes to a rank, which may be down or paused.
  void come(Site& at, Event event) {
    if (at.listens()) [[likely]]
      return input(at, event);
    if (at.is_up) at.held.push_back(std::move(event));
  }
  void input(Site& at, const Event& event) {
    if (event.kind == Kind::message) return deliver(at, event);
    if (event.kind == Kind::wake) return wake(at);
    if constexpr (HasConfigurations<P>)
      if (event.kind == Kind::configure) return configure(at, event.operation);
    begin(at, event.kind == Kind::round ? Cause::round : Cause::flush, event.kind == Kind::round ? event.operation : -1);
    if (event.kind == Kind::flush) at.node->flush();
    if constexpr (HasRounds<P>)
      if (event.kind == Kind::round) at.node->round(event.operation, event.from);
    conclude(at);
  }
  /// Unless it knows of this epoch, or of a later one.
  void configure(Site& at, std::int64_t epoch) requires HasConfigurations<P> {
    if (!at.is_up || !configurations_.tell(at.rank, epoch)) return;
    begin(at, Cause::configure, epoch);
    at.node->configure(configurations_.of(epoch));
    conclude(at);
  }
  /// Of several wakes under way only the earliest that was set last counts, or they would multiply.
  void wake(Site& at) {
    if (at.wakes_at > network_.now()) return;
    at.wakes_at = kNever;
    begin(at, Cause::tick);
    if constexpr (HasTimeouts<P>) at.node->tick_if_due();
    conclude(at);
  }
  void deliver(Site& at, const Event& event) {
    const Rank from = treachery_.rank_of(event.from);
    if constexpr (faces_traitors) treachery_.hear(*this, at.rank, event);
    begin(at, Cause::deliver);
    if constexpr (watches) step_.from = from, step_.message = &event.message;
    if (at.node->receive(from, event.message, event.depth, event.payload)) conclude(at);
  }

  void begin(const Site& at, Cause cause, Operation operation = -1) {
    if constexpr (watches) step_.begin(network_.now(), at.rank, cause, operation);
  }
  void conclude(Site& at) {
    if constexpr (watches) observer_.saw(step_, *this);
    if (at.is_silenced) [[unlikely]] {
      ++network_.happened.crashes_while_sending;
      return crash(at.rank, at.forgets);
    }
    if (ticks_) at.set_alarm();
  }

  // ---- what a member asks ------------------------------------------------------------------------------------------

  Network& network() { return network_; }
  GrowingArena& arena() { return arena_; }
  PayloadArena& made() { return made_; }
  Step<P>& told() { return step_; }
  void ended(Rank rank, Operation operation) { endings_.reach(operation, rank); }
  Treacherous& treachery() { return treachery_; }
  [[nodiscard]] int sites() const { return treachery_.sites(); }
  Site& member(int site) { return *members_[static_cast<std::size_t>(site)]; }  ///< of twins the first is at their rank
  const Site& member(int site) const { return *members_[static_cast<std::size_t>(site)]; }

  Shape shape_;
  int size_;
  bool ticks_ = false;
  GrowingArena arena_;  // before whatever may hold a lease, as messages under way do
  PayloadArena made_;
  Treacherous treachery_;
  Network network_;
  Adversary<Network> adversary_;
  Configurations configurations_;
  Observer observer_;
  Step<P> step_;
  std::int64_t proposed_ = 0, events_ = 0;
  Endings<P> endings_;
  std::unique_ptr<std::optional<Site>[]> members_;
};

}  // namespace coordbench::testing
