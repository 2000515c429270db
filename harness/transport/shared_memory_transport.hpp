#pragma once
// Shared memory for protocols. A message is one slot of the ring from its sender to its receiver, with a payload of some bytes
// inside; a larger payload stays where it is, and its receiver borrows it for as long as it likes: no copy at all. No system
// call and no lock; a send never waits.

#include <sched.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "harness/machine/clock.hpp"
#include "harness/protocol_traits.hpp"
#include "harness/transport/payload_arenas.hpp"
#include "harness/transport/shared_region.hpp"
#include "harness/transport/transport_size.hpp"

namespace coordbench {

template <class M>
class SharedMemoryTransport {
 public:
  /// `region` is laid out for the ranks of the case, with size_of_ring(size) slots in a ring and arena_bytes(size) behind them.
  /// With more ranks than cores (`yields`) an idle poll lets others run. Nobody may send before all have been made.
  SharedMemoryTransport(const SharedRegion& region, const TransportSize& size, bool yields)
      : region_(region),
        size_(size),
        yields_(yields),
        arenas_(size, region.arena(region.self()).data(), region.self()),
        borrowed_(PayloadArenas::borrowed_slots(size), PayloadArena::Borrowed{}),
        writers_(region.writers()),
        readers_(region.readers()) {
    static_assert(sizeof(M) + sizeof(Reference) <= RingSlot::kBodyBytes && alignof(M) <= 8);
    if (arena_bytes(size) > region.arena(region.self()).size())
      throw std::length_error("transport: the shared memory of the launch is too small for this case");
    backlog_.reserve(size.backlog);
    for (Rank rank = 0; rank < region.members(); ++rank)
      if (rank != region.self() && region.has(rank) && rank == size.source.value_or(rank)) peers_.push_back(rank);
  }
  SharedMemoryTransport(const SharedMemoryTransport&) = delete;
  SharedMemoryTransport& operator=(const SharedMemoryTransport&) = delete;

  static std::size_t size_of_ring(const TransportSize& size) { return std::bit_ceil(std::min<std::size_t>(size.window, 1024)); }
  static std::size_t arena_bytes(const TransportSize& size) { return PayloadArenas::shared_bytes(size); }

  [[nodiscard]] Time now() const { return now_ns(); }
  /// A lease to fill and propose; empty when all are taken, which is the caller's sign to poll first.
  [[nodiscard]] Payload allocate(std::size_t bytes) { return arenas_.single.allocate(bytes); }
  /// Where payloads of the machine's own making lie.
  [[nodiscard]] PayloadArena& made() { return arenas_.made; }
  /// Where payloads of operations lie, in this rank's memory.
  [[nodiscard]] PayloadArena& own() { return arenas_.single; }
  /// For a transport beside this one, so that what arrives there can leave here.
  [[nodiscard]] PayloadArenas& arenas() { return arenas_; }

  /// Never blocks. Throws std::length_error above the declared backlog.
  void send(Rank to, const M& message, Depth depth, const Payload& payload) {
    if (backlog_.empty()) [[likely]]
      if (RingSlot* slot = writers_[static_cast<std::size_t>(to)].claim()) [[likely]]
        return write(to, *slot, message, depth, payload);
    queue(to, message, depth, payload);
  }
  /// Several payloads in one message are copied, one behind the other, into a lease of the message's own. While none is free
  /// the message waits and holds their leases: a proposer that is faster than its receiver runs out of leases here.
  void send(Rank to, const M& message, Depth depth, std::span<const Payload> payloads) {
    if (payloads.size() == 1 || arenas_.are_all_empty()) return send(to, message, depth, payloads.front());
    if (backlog_.empty()) [[likely]]
      if (const Payload joined = arenas_.large.join(payloads)) [[likely]]
        return send(to, message, depth, joined);
    queue(to, message, depth, {}, payloads);
  }

  /// Hands at most one arrived message to `receive(from, message, depth, payload)`; false if there was none. Ranks take turns.
  template <class Receive>
  bool poll(Receive&& receive) {
    if (!backlog_.empty()) [[unlikely]]  // first, or two ranks that always have something to take would never send it
      send_waiting();
    for (std::size_t left = peers_.size(); left > 0; --left) {
      const Rank from = peers_[turn_];
      turn_ = turn_ + 1 == peers_.size() ? 0 : turn_ + 1;
      if (const RingSlot* slot = readers_[static_cast<std::size_t>(from)].peek()) [[likely]]
        if (take(from, *slot, receive)) return true;
    }
    if (yields_) [[unlikely]]
      sched_yield();
    return false;
  }

  /// Messages that wait for room in a ring; they leave when polled.
  [[nodiscard]] bool has_waiting() const { return !backlog_.empty(); }

 private:
  enum Form : std::uint8_t { bare, inside, borrowed };
  static constexpr std::size_t kInsideMax = RingSlot::kBodyBytes - sizeof(M);

  /// Where a payload lies: in whose arena, in which slot, and which of its bytes.
  struct Reference {
    std::uint32_t owner, number, offset, size;
  };

  void write(Rank to, RingSlot& slot, const M& message, Depth depth, const Payload& payload) {
    copy_narrowly(slot.body, message);
    slot.depth = depth;
    slot.form = bare;
    slot.size = 0;
    if (payload.size() > 0) {
      if (payload.size() <= kInsideMax)
        put_inside(slot, payload);
      else
        put_reference(slot, payload);
    }
    writers_[static_cast<std::size_t>(to)].publish(&slot);
  }
  static void put_inside(RingSlot& slot, const Payload& payload) {
    slot.form = inside;
    slot.size = static_cast<std::uint8_t>(payload.size());
    copy_few(slot.body + sizeof(M), payload.data(), payload.size());
  }
  static void put_reference(RingSlot& slot, const Payload& payload) {
    detail::Slot* held = payload.slot();
    held->borrowers->fetch_add(1, std::memory_order_relaxed);
    const Reference reference{held->owner, held->number, static_cast<std::uint32_t>(payload.data() - held->bytes),
                              static_cast<std::uint32_t>(payload.size())};
    slot.form = borrowed;
    std::memcpy(slot.body + RingSlot::kBodyBytes - sizeof reference, &reference, sizeof reference);
  }

  /// False if no lease is free for the payload, and the message has to wait.
  template <class Receive>
  bool take(Rank from, const RingSlot& slot, Receive&& receive) {
    Payload payload;
    if (slot.form != bare) {
      payload = slot.form == inside ? copied(slot) : borrow(slot);
      if (!payload) [[unlikely]]
        return false;
    }
    receive(from, *std::launder(reinterpret_cast<const M*>(slot.body)), slot.depth, payload);
    readers_[static_cast<std::size_t>(from)].pop();  // after the message was read where it lies
    return true;
  }
  Payload copied(const RingSlot& slot) {
    Payload payload = arenas_.of_size(slot.size).allocate(slot.size);
    if (payload) copy_few(payload.data(), slot.body + sizeof(M), slot.size);
    return payload;
  }
  Payload borrow(const RingSlot& slot) {
    Reference reference;
    std::memcpy(&reference, slot.body + RingSlot::kBodyBytes - sizeof reference, sizeof reference);
    std::byte* room =
        region_.arena(PayloadArenas::owner_of(reference.owner)).data() + arenas_.offset_of(reference.owner, reference.number);
    return borrowed_.borrow(room + PayloadArena::kHeaderRoom, std::launder(reinterpret_cast<std::atomic<std::uint32_t>*>(room)),
                            reference.owner, reference.number, reference.offset, reference.size);
  }

  [[gnu::noinline]] void queue(Rank to, const M& message, Depth depth, const Payload& payload,
                               std::span<const Payload> parts = {}) {
    if (backlog_.size() == size_.backlog) throw std::length_error("transport: more messages wait for a window than declared");
    backlog_.push_back({to, message, depth, payload, {parts.begin(), parts.end()}});
  }
  /// In order for each peer; a peer whose ring is full does not hold up the others.
  void send_waiting() {
    blocked_.assign(writers_.size(), false);
    auto kept = backlog_.begin();
    for (Waiting<M>& waiting : backlog_) {
      const auto peer = static_cast<std::size_t>(waiting.to);
      if (!blocked_[peer] && waiting.is_joined(arenas_.large))
        if (RingSlot* slot = writers_[peer].claim()) {
          write(waiting.to, *slot, waiting.message, waiting.depth, waiting.payload);
          continue;
        }
      blocked_[peer] = true;
      if (&*kept != &waiting) *kept = std::move(waiting);
      ++kept;
    }
    backlog_.erase(kept, backlog_.end());
  }

  SharedRegion region_;
  TransportSize size_;
  bool yields_;
  PayloadArenas arenas_;
  PayloadArena borrowed_;
  std::vector<RingWriter> writers_;  ///< [peer]
  std::vector<RingReader> readers_;  ///< [peer]
  std::vector<Rank> peers_;          ///< who may send here
  std::size_t turn_ = 0;             ///< whose ring is looked at next
  std::vector<Waiting<M>> backlog_;
  std::vector<bool> blocked_;
};

}  // namespace coordbench
