#pragma once
// The traitors of a simulated world at work: what they keep from others, say late, say again, say twice, or say that is not so.

#include <bit>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "tests/support/lie.hpp"
#include "tests/support/sim_network.hpp"

namespace coordbench::testing {

/// A world of protocols that do not face traitors: nothing is paid for them.
struct Loyalty {
  static constexpr bool exists = false;
  explicit Loyalty(const Shape& shape, const Faults& /*faults*/) : members_(shape.members()) {}
  [[nodiscard]] static bool is_traitor(Rank /*rank*/) { return false; }
  [[nodiscard]] int sites() const { return members_; }
  [[nodiscard]] static Rank rank_of(int site) { return site; }

 private:
  int members_;
};

/// A site is where a machine runs: of rank r at site r, and of a rank that is there twice also at one behind all ranks.
template <Protocol P, class Safety>
class Treachery {
 public:
  static constexpr bool exists = true;
  using Message = typename P::Message;
  using Memory = typename MemoryOf<Safety>::type;
  using Network = SimNetwork<Message>;

  Treachery(const Shape& shape, const Faults& faults)
      : shape_(shape),
        late_most_(20 * faults.delay_most_ns),
        turn_every_(faults.traitors.turn_every_ns),
        random_(mix(faults.seed ^ kOwnChance)),
        traitor_of_(static_cast<std::size_t>(shape.members()), -1) {
    for (const Traitor& each : faults.traitors.all)
      if (each.rank >= 0 && each.rank < shape.members()) admit(each);
    for (Own& own : traitors_) turn(own);
  }

  [[nodiscard]] bool any() const { return !traitors_.empty(); }
  [[nodiscard]] bool is_traitor(Rank rank) const { return any() && traitor_of_[static_cast<std::size_t>(rank)] >= 0; }
  [[nodiscard]] int sites() const { return shape_.members() + static_cast<int>(twins_.size()); }
  [[nodiscard]] Rank rank_of(int site) const {
    return site < shape_.members() ? site : twins_[static_cast<std::size_t>(site - shape_.members())];
  }
  /// The mean time after which twins change who hears which of them; 0 if they never do.
  [[nodiscard]] Time turns_every() const { return twins_.empty() ? 0 : turn_every_; }
  void turn() {
    for (Own& own : traitors_) turn(own);
  }

  /// Calls f(site) for each machine of the rank that the user asks: of twins one, or both.
  template <class F>
  void for_each_asked(Rank rank, F&& f) {
    const Own* own = find(rank);
    const int whom = own && own->second >= 0 ? 1 + random_.below(3) : 1;
    if ((whom & 1) != 0) f(rank);
    if ((whom & 2) != 0) f(own->second);
  }

  /// A message leaves a site: to those machines of the receiver that hear it, or as a traitor wants.
  template <class World>
  void carry(World& world, int site, Rank to, const Message& message, Depth depth, const Payload& payload) {
    Own* own = find(rank_of(site));
    const Wire wire{site, to, message, depth, payload};
    if (!own) return pass(world, wire);
    if (own->second >= 0) count_together(world, *own, site);
    if (does(*own, Treason::silence, to)) {
      note(world, Treason::silence);
      if constexpr (World::watches) world.told().sent.push_back({to, message, Fate::lost, kNever});
      return;
    }
    const bool late = does(*own, Treason::delay, to);
    if (late) note(world, Treason::delay);
    pass(world, wire, late ? random_.between<Time>(1, late_most_) : 0);
    if (!own->how.does(Treason::replay)) return;
    keep(own->sent, wire);
    if (random_.chance(0.0025 * own->how.per_cent)) replay(world, *own);
  }

  /// What a step of a traitor's honest machine leads to, before it is sealed and leaves.
  template <class World, class Site>
  void twist(World& world, const Site& at, Outbox<Message>& out) {
    const Own* own = find(at.rank);
    if (!own || !own->says_otherwise()) return;
    std::vector<Word> words = taken_out(world, at.rank, out);
    for (Word& word : words) {
      for (const Treason how : {Treason::lying, Treason::equivocation})
        if (own->how.does(how) && own->how.hurts(word.to)) lie(world, *own, how, at.node->machine(), word, out);
      out.send(word.to, word.message, std::move(word.payload));
    }
    if (own->how.does(Treason::replay) && random_.chance(0.00125 * own->how.per_cent)) repeat_as_its_own(world, *own, out);
  }

  /// What comes to a traitor. What its accomplice passed on (`event.operation` is 1) it keeps to itself.
  template <class World, class Event>
  void hear(World& world, Rank rank, const Event& event) {
    Own* own = find(rank);
    if (!own) return;
    keep(plot_of(*own).heard, {rank_of(event.from), rank, event.message, event.payload});
    if (!own->how.does(Treason::collusion) || event.operation != 0) return;
    const Rank friend_of_it = own->how.accomplice;
    if (friend_of_it < 0 || friend_of_it == rank_of(event.from)) return;
    note(world, Treason::collusion);
    world.network().send_late(event.from, friend_of_it, event.message, event.depth, event.payload, 1, 1);
  }

 private:
  static constexpr std::uint64_t kOwnChance = 0x74726169746f72;
  static constexpr std::size_t kKept = 64;

  struct Wire {
    int site;
    Rank to;
    Message message;
    Depth depth;
    Payload payload;
  };
  struct Word {
    Rank to;
    Message message;
    Payload payload;
  };
  /// What accomplices share.
  struct Plot {
    std::uint64_t seed;
    std::deque<Heard<P>> heard{};
    Memory memory{};
  };
  struct Own {
    Traitor how;
    std::size_t plot;
    int second = -1;                      ///< the site of the other twin
    std::vector<std::uint8_t> heard_by{};  ///< [site]: a bit for each twin that this site hears and is heard by
    std::deque<Wire> sent{};
    [[nodiscard]] bool says_otherwise() const {
      return how.does(Treason::lying) || how.does(Treason::equivocation) || how.does(Treason::replay);
    }
  };

  void admit(const Traitor& how) {
    const Own* accomplice = how.accomplice >= 0 && how.accomplice < shape_.members() ? find(how.accomplice) : nullptr;
    if (!accomplice) plots_.push_back({.seed = random_.next()});
    Own own{.how = how, .plot = accomplice ? accomplice->plot : plots_.size() - 1};
    if (how.does(Treason::twins)) {
      own.second = sites();
      twins_.push_back(how.rank);
    }
    traitor_of_[static_cast<std::size_t>(how.rank)] = static_cast<int>(traitors_.size());
    traitors_.push_back(std::move(own));
  }
  Own* find(Rank rank) {
    return is_traitor(rank) ? &traitors_[static_cast<std::size_t>(traitor_of_[static_cast<std::size_t>(rank)])] : nullptr;
  }
  const Own* find(Rank rank) const { return const_cast<Treachery*>(this)->find(rank); }
  Plot& plot_of(const Own& own) { return plots_[own.plot]; }

  /// Most sites hear one twin, some both.
  void turn(Own& own) {
    if (own.second < 0) return;
    own.heard_by.resize(static_cast<std::size_t>(sites()));
    for (std::uint8_t& twins : own.heard_by) twins = static_cast<std::uint8_t>(random_.below(4) == 0 ? 3 : 1 + random_.below(2));
  }
  [[nodiscard]] bool takes_part(int site, int other) const {
    const Own* own = find(rank_of(site));
    if (!own || own->second < 0) return true;
    return (own->heard_by[static_cast<std::size_t>(other)] & (site == own->second ? 2U : 1U)) != 0;
  }

  template <class World>
  static void note(World& world, Treason treason) {
    ++world.network().happened.treasons[static_cast<std::size_t>(treason)];
  }
  bool does(const Own& own, Treason treason, Rank to) {
    return own.how.does(treason) && own.how.hurts(to) && random_.chance(0.01 * own.how.per_cent);
  }
  template <class T>
  static void keep(std::deque<T>& kept, T what) {
    if (kept.size() == kKept) kept.pop_front();
    kept.push_back(std::move(what));
  }

  /// Twins number their messages in one sequence, or receivers would refuse what either of them has sent after the other.
  template <class World>
  static void count_together(World& world, const Own& own, int site) {
    const Authenticator* speaker = world.member(site).authenticator();
    if (speaker) world.member(site == own.second ? own.how.rank : own.second).authenticator()->count_on_from(*speaker);
  }
  template <class World>
  void pass(World& world, const Wire& wire, Time late = 0) {
    const Own* receiver = find(wire.to);
    for (const int copy : {static_cast<int>(wire.to), receiver ? receiver->second : -1}) {
      if (copy < 0 || !takes_part(wire.site, copy) || !takes_part(copy, wire.site)) continue;
      Network& network = world.network();
      const auto sent = late > 0 ? network.send_late(wire.site, copy, wire.message, wire.depth, wire.payload, late)
                                 : network.send(wire.site, copy, wire.message, wire.depth, wire.payload);
      if constexpr (World::watches) world.told().sent.push_back({wire.to, wire.message, sent.fate, sent.arrives_at});
      if (wire.site >= shape_.members()) note(world, Treason::twins);
    }
  }
  /// To the same receiver, or to another. As it was: a seal and its number come twice.
  template <class World>
  void replay(World& world, Own& own) {
    Wire wire = own.sent[random_.below(own.sent.size())];
    if (random_.below(2) == 0) wire.to = somebody_but(own.how.rank);
    if (wire.to < 0 || !own.how.hurts(wire.to)) return;
    note(world, Treason::replay);
    pass(world, wire, random_.between<Time>(1, late_most_));
  }
  /// Another's words, under the traitor's own name and seal.
  template <class World>
  void repeat_as_its_own(World& world, const Own& own, Outbox<Message>& out) {
    const auto& heard = plot_of(own).heard;
    const Rank to = somebody_but(own.how.rank);
    if (heard.empty() || to < 0 || !own.how.hurts(to)) return;
    note(world, Treason::replay);
    const Heard<P>& it = heard[random_.below(heard.size())];
    out.send(to, it.message, it.payload);
  }
  Rank somebody_but(Rank rank) {
    const int members = shape_.members();
    return members < 2 ? -1 : (rank + 1 + random_.below(members - 1)) % members;
  }

  /// Everything that waits to leave, one receiver at a time; marks stay.
  template <class World>
  std::vector<Word> taken_out(World& world, Rank self, Outbox<Message>& out) {
    std::vector<Word> words;
    for (auto& envelope : out.envelopes()) {
      Payload payload = std::exchange(envelope.payload, {});
      if (envelope.parts > 0) payload = world.arena().join(out.parts_of(envelope));
      const bool one = envelope.to != Outbox<Message>::kOthers;
      const int others = std::min(static_cast<int>(envelope.others), self < shape_.ranks ? shape_.ranks - 1 : shape_.ranks);
      for (int i = 1; i <= (one ? 1 : others); ++i) words.push_back({one ? envelope.to : after(self, i), envelope.message, payload});
    }
    const std::vector<typename Outbox<Message>::Completion> marks(out.completions().begin(), out.completions().end());
    out.clear();
    out.widen(words.size() + 1);
    for (const auto& [operation, mark] : marks) out.complete(operation, mark);
    return words;
  }
  /// The i-th server behind a rank; behind clients comes the first.
  [[nodiscard]] Rank after(Rank self, int i) const { return self < shape_.ranks ? (self + i) % shape_.ranks : i - 1; }

  /// The same lie to all victims and by both accomplices, because its chance comes from the message alone.
  template <class World>
  void lie(World& world, const Own& own, Treason how, const P& machine, Word& word, Outbox<Message>& out) {
    Plot& plot = plot_of(own);
    Random random(plot.seed ^ mix(hash_of(word.message) + static_cast<std::uint64_t>(how)));
    if (!random.chance(0.01 * own.how.per_cent)) return;
    Lie<P, Memory> it{how, own.how.rank, word.to, word.message, word.payload, machine, out, random, plot.heard, plot.memory, world.arena()};
    if constexpr (requires { Safety::lie(it); })
      if (Safety::lie(it)) note(world, how);
  }
  static std::uint64_t hash_of(const Message& message) {
    if constexpr (std::has_unique_object_representations_v<Message>) {
      std::uint64_t hash = 0;
      std::array<std::byte, sizeof(Message)> bytes;
      std::memcpy(bytes.data(), &message, sizeof message);
      for (const std::byte byte : bytes) hash = mix(hash + static_cast<std::uint64_t>(byte));
      return hash;
    } else {
      return mix(static_cast<std::uint64_t>(message.first)) + static_cast<std::uint64_t>(message.count);
    }
  }

  Shape shape_;
  Time late_most_, turn_every_;
  Random random_;
  std::vector<int> traitor_of_;  ///< [rank]: an index of traitors_, or -1
  std::vector<Own> traitors_{};
  std::vector<Rank> twins_{};  ///< [site behind the ranks]
  std::vector<Plot> plots_{};
};

/// What an observer's protocol faces.
template <Protocol P, class Observer>
struct TreacheryOf {
  using type = Loyalty;
};
template <Protocol P, class Observer>
requires FacesTraitors<typename Observer::Judges>
struct TreacheryOf<P, Observer> {
  using type = Treachery<P, typename Observer::Judges>;
};

}  // namespace coordbench::testing
