#pragma once
// What a replica says and asks again because something was lost, or because it is behind. From time to time each tells the
// others how far it is; who has more says it again to a replica that has not moved since. What is said again is background.
// Source: Castro, Liskov, TOCS 20(4) 2002, 5.2 (retransmission), 5.3 (state transfer, here the whole state at once).

#include "kernels/pbft/view_change.hpp"

namespace coordbench::pbft {

class Recovery {
 public:
  using Kind = Message::Kind;

  Recovery(Replica& replica, Primary& primary, ViewChange& change)
      : replica_(replica),
        primary_(primary),
        change_(change),
        heard_(static_cast<std::size_t>(replica.setting.servers)),
        told_state_(heard_.size(), 0) {}

  /// Messages to one replica that lacks requests, in one step.
  static constexpr Sequence kBurst = 8;

  void checkpoint(Rank from, const Message& message, Out& out) {
    const Checkpoint checkpoint{message.sequence, message.digest};
    if (checkpoint.sequence == 0 || !replica_.checkpoints.is_one(checkpoint.sequence)) return;
    replica_.checkpoints.note(from, checkpoint);
    replica_.note_stable(checkpoint);
    if (replica_.checkpoints.count(checkpoint) > replica_.setting.faults) replica_.want(checkpoint);
    if (replica_.is_primary() && replica_.is_active && !replica_.pending.is_empty()) primary_.order_pending(out);
  }

  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    const bool has_moved = std::exchange(executed_, replica_.executed) != replica_.executed;
    std::fill(told_state_.begin(), told_state_.end(), std::uint8_t{0});
    out.send_others({.first = replica_.is_active ? 1U : 0U,
                     .kind = Kind::status,
                     .view = replica_.view,
                     .sequence = replica_.executed,
                     .size = replica_.stable});
    change_.remind(out);
    if (replica_.wanted.sequence > replica_.executed && !has_moved)
      out.send_others({.kind = Kind::ask_state, .sequence = replica_.wanted.sequence, .digest = replica_.wanted.digest});
  }
  [[gnu::noinline, gnu::cold]] void status(Rank from, const Message& message, Out& out) {
    const bool is_active = message.first == 1;
    change_.help(from, message.view, is_active, out);
    Heard& heard = heard_[static_cast<std::size_t>(from)];
    const bool has_moved = std::exchange(heard, {message.view, message.sequence}) != Heard{message.view, message.sequence};
    if (has_moved) return;
    replica_.checkpoints.for_own_from(message.size + 1, [&](const Checkpoint& own) {
      out.send(from, {.kind = Kind::checkpoint, .sequence = own.sequence, .digest = own.digest});
    });
    for (Sequence sequence = message.sequence + 1; sequence <= message.sequence + kBurst; ++sequence)
      if (const Slot* slot = replica_.log.find(sequence))
        say_again(from, *slot, is_active && replica_.is_active && message.view == replica_.view, out);
  }
  [[gnu::noinline, gnu::cold]] void tell_state(Rank to, const Message& message, Out& out) {
    const Checkpoints::Own* own = replica_.checkpoints.own(message.sequence);
    std::uint8_t& is_told = told_state_[static_cast<std::size_t>(to)];
    if (is_told != 0 || !own || message.sequence == 0 || own->checkpoint.digest != message.digest || !out.has_room()) return;
    is_told = 1;
    const Payload state = out.allocate(own->service.bytes());
    own->service.write(state);
    out.send(to, {.kind = Kind::state, .sequence = message.sequence, .digest = message.digest}, state);
  }
  [[gnu::noinline, gnu::cold]] void take_state(const Message& message, const Payload& payload, Out& out) {
    const Checkpoint& wanted = replica_.wanted;
    if (wanted.sequence <= replica_.executed || message.sequence != wanted.sequence) return;
    if (payload.size() != replica_.service.bytes() || digest_of(payload, out) != wanted.digest) return;
    replica_.install(wanted, payload, out);
    replica_.execute(out);
  }

 private:
  struct Heard {
    View view = 0;
    Sequence executed = 0;
    friend bool operator==(const Heard&, const Heard&) = default;
  };

  void say_again(Rank to, const Slot& slot, bool is_in_my_view, Out& out) const {
    if (slot.sequence <= replica_.executed && slot.is_committed && (slot.payload_is_known || slot.request.count == 0))
      out.send(to, about(Kind::decided, replica_.view, slot.sequence, slot.request, true), slot.payload);
    if (!is_in_my_view || !slot.is_pre_prepared) return;
    const bool has_payload = replica_.is_primary() && slot.request.count > 0;
    if (has_payload || !replica_.is_primary())
      out.send(to, about(has_payload ? Kind::pre_prepare : Kind::prepare, replica_.view, slot.sequence, slot.request, true),
               has_payload ? (slot.carried ? slot.carried : slot.payload) : Payload());
    if (slot.is_prepared) out.send(to, about(Kind::commit, replica_.view, slot.sequence, slot.request, true));
  }

  Replica& replica_;
  Primary& primary_;
  ViewChange& change_;
  std::vector<Heard> heard_;              ///< [rank]: its last status
  std::vector<std::uint8_t> told_state_;  ///< [rank]: whether it was sent a state since the last tick
  Sequence executed_ = 0;                 ///< at the last tick
};

}  // namespace coordbench::pbft
