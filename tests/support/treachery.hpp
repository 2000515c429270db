#pragma once
// The traitors of a simulated world at work: what they do not say, say late, say again, say twice, or say though it is not so.

#include <bit>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "tests/support/conspirators.hpp"

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

template <Protocol P, class Safety>
class Treachery : public Conspirators<P, typename MemoryOf<Safety>::type> {
 public:
  static constexpr bool exists = true;
  using Message = typename P::Message;
  using Memory = typename MemoryOf<Safety>::type;
  using Base = Conspirators<P, Memory>;
  using Own = Conspirator<P>;
  using Base::rank_of;

  Treachery(const Shape& shape, const Faults& faults)
      : Base(shape, faults), shape_(shape), late_most_(20 * faults.delay_most_ns) {}

  /// Calls f(site) for each machine of the rank that the user asks: of twins one, or both.
  template <class F>
  void for_each_asked(Rank rank, F&& f) {
    const Own* own = find(rank);
    const int whom = own && own->second >= 0 ? 1 + random().below(3) : 1;
    if ((whom & 1) != 0) f(rank);
    if ((whom & 2) != 0) f(own->second);
  }

  /// A message leaves a site: to those machines of the receiver that hear it, or as a traitor wants.
  template <class World>
  void carry(World& world, int site, Rank to, const Message& message, Depth depth, const Payload& payload) {
    Own* own = find(rank_of(site));
    const Wire<Message> wire{site, to, message, depth, payload};
    if (!own) return pass(world, wire);
    if (own->second >= 0) count_together(world, *own, site);
    if (does(*own, Treason::silence, to)) {
      note(world, Treason::silence);
      if constexpr (World::watches) world.told().sent.push_back({to, message, Fate::lost, kNever});
      return;
    }
    const bool late = does(*own, Treason::delay, to);
    if (late) note(world, Treason::delay);
    pass(world, wire, late ? random().between(Time{1}, late_most_) : 0);
    if (own->how.does(Treason::forgery)) forge(world, *own, wire);
    if (!own->how.does(Treason::replay)) return;
    keep(own->sent, wire);
    if (random().chance(0.0025 * own->how.per_cent)) replay(world, *own);
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
    if (own->how.does(Treason::replay) && random().chance(0.00125 * own->how.per_cent)) repeat_as_its_own(world, *own, out);
  }

  /// What comes to a traitor. What its accomplice passed on (`event.operation` is 1) it keeps to itself.
  template <class World, class Event>
  void hear(World& world, Rank rank, const Event& event) {
    Own* own = find(rank);
    if (!own) return;
    const std::size_t trailer = trailer_bytes(shape_.authentication), size = event.payload.size();
    keep(plot_of(*own).heard, {rank_of(event.from), rank, event.message,
                               size > trailer ? event.payload.part(0, size - trailer) : Payload(), event.payload});
    if (!own->how.does(Treason::collusion) || event.operation != 0) return;
    const Rank friend_of_it = own->how.accomplice;
    if (friend_of_it < 0 || friend_of_it == rank_of(event.from)) return;
    note(world, Treason::collusion);
    world.network().send_late(event.from, friend_of_it, event.message, event.depth, event.payload, 1, 1);
  }

 private:
  using Base::are_linked;
  using Base::find;
  using Base::plot_of;
  using Base::random;
  using Base::somebody_but;
  static constexpr std::size_t kKept = 64;

  struct Word {
    Rank to;
    Message message;
    Payload payload;
  };
  template <class World>
  static void note(World& world, Treason treason) {
    ++world.network().happened.treasons[static_cast<std::size_t>(treason)];
  }
  bool does(const Own& own, Treason treason, Rank to) {
    return own.how.does(treason) && own.how.hurts(to) && random().chance(0.01 * own.how.per_cent);
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
  void pass(World& world, const Wire<Message>& wire, Time late = 0) {
    const Own* receiver = find(wire.to);
    for (const int copy : {static_cast<int>(wire.to), receiver ? receiver->second : -1}) {
      if (copy < 0 || !are_linked(wire.site, copy)) continue;
      auto& network = world.network();
      const auto sent = late > 0 ? network.send_late(wire.site, copy, wire.message, wire.depth, wire.payload, late)
                                 : network.send(wire.site, copy, wire.message, wire.depth, wire.payload);
      if constexpr (World::watches) world.told().sent.push_back({wire.to, wire.message, sent.fate, sent.arrives_at});
      if (wire.site >= shape_.members()) note(world, Treason::twins);
    }
  }
  /// To the same receiver, or to another. As it was: a seal and its number come twice.
  template <class World>
  void replay(World& world, Own& own) {
    Wire<Message> wire = own.sent[random().below(own.sent.size())];
    if (random().below(2) == 0) wire.to = somebody_but(own.how.rank);
    if (wire.to < 0 || !own.how.hurts(wire.to)) return;
    note(world, Treason::replay);
    pass(world, wire, random().between(Time{1}, late_most_));
  }
  /// In another's name: what this rank has sealed, or what the other had sealed, perhaps for another receiver. Only where
  /// messages are authenticated, for else the source rank is trusted.
  template <class World>
  void forge(World& world, const Own& own, const Wire<Message>& wire) {
    const auto& heard = plot_of(own).heard;
    if (shape_.authentication == Authentication::none || !does(own, Treason::forgery, wire.to)) return;
    const Heard<P>* other = !heard.empty() && random().below(2) == 0 ? &heard[random().below(heard.size())] : nullptr;
    const Rank name = other ? other->from : somebody_but(own.how.rank);
    if (name == wire.to) return;
    note(world, Treason::forgery);
    world.network().send_late(name, wire.to, other ? other->message : wire.message, wire.depth,
                              other ? other->sealed : wire.payload, random().between(Time{1}, late_most_));
  }
  /// Another's words, under the traitor's own name and seal.
  template <class World>
  void repeat_as_its_own(World& world, const Own& own, Outbox<Message>& out) {
    const auto& heard = plot_of(own).heard;
    const Rank to = somebody_but(own.how.rank);
    if (heard.empty() || to < 0 || !own.how.hurts(to)) return;
    note(world, Treason::replay);
    const Heard<P>& it = heard[random().below(heard.size())];
    out.send(to, it.message, it.payload);
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
      for (int i = 1; i <= (one ? 1 : others); ++i)
        words.push_back({one ? envelope.to : after(self, i), envelope.message, payload});
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
    Plot<P, Memory>& plot = plot_of(own);
    Random draw(plot.seed ^ mix(hash_of(word.message) + static_cast<std::uint64_t>(how)));
    if (!draw.chance(0.01 * own.how.per_cent)) return;
    Lie<P, Memory> it{how, own.how.rank, word.to,    word.message, word.payload, machine,
                      out, draw,         plot.heard, plot.memory,  world.arena()};
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
  Time late_most_;
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
