#pragma once
// A collective's messages to ranks of its node, through shared memory. What fits a few slots travels in them; what lies in
// shared memory is copied once, by its receiver; anything else goes through a few bounce buffers.

#include <algorithm>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/case.hpp"
#include "harness/copy.hpp"
#include "harness/machine/deadline.hpp"
#include "harness/payload.hpp"
#include "harness/reach.hpp"
#include "harness/transport/shared_region.hpp"
#include "harness/transport/yield.hpp"

namespace coordbench {

/// `Meanwhile` is called at each fruitless turn of a wait.
template <class Meanwhile>
class BasicSharedMemoryEndpoint {
 public:
  /// A send or a receive under way.
  struct Posted {
    Rank peer = 0;
    std::span<std::byte> inbox{};
    std::uint64_t ticket = 0;  ///< of a send of lent bytes: done when so many have been copied
    bool receives = false;
  };

  /// `region` is laid out for the ranks of the case, with size_of_ring(posted_max) slots in a ring; at most `posted_max`
  /// requests may be open at a time. Nobody may send before all have been made.
  BasicSharedMemoryEndpoint(const SharedRegion& region, std::size_t posted_max, const Deadline& deadline, Meanwhile meanwhile,
                            const ReachTable& reaches = {})
      : region_(region),
        deadline_(deadline),
        meanwhile_(meanwhile),
        reaches_(reaches),
        bounce_(kBounceSlots, kBounceBytes, region.arena(region.self()).data(), static_cast<std::uint32_t>(region.self())),
        writers_(region.writers()),
        readers_(region.readers()),
        lent_(writers_.size(), 0),
        copied_(writers_.size(), 0),
        posted_(posted_max) {}
  BasicSharedMemoryEndpoint(const BasicSharedMemoryEndpoint&) = delete;
  BasicSharedMemoryEndpoint& operator=(const BasicSharedMemoryEndpoint&) = delete;

  static std::size_t size_of_ring(std::size_t posted_max) {
    return std::bit_ceil(std::clamp<std::size_t>(2 * posted_max + 8, 64, 4096));
  }
  /// Behind the rings: first the bounce buffers, then what may be lent.
  static std::size_t bounce_bytes() { return kBounceSlots * PayloadArena::stride(kBounceBytes); }
  static std::span<std::byte> lendable(const SharedRegion& region) {
    return region.arena(region.self()).subspan(bounce_bytes());
  }

  [[nodiscard]] Rank rank() const { return region_.self(); }
  [[nodiscard]] int ranks() const { return region_.members(); }
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

  /// Returns when the bytes may be overwritten; the receiver may not have them yet.
  void send(Rank to, std::span<const std::byte> bytes) { finish(start_send(to, bytes, Full::wait)); }
  /// Returns when exactly `bytes.size()` bytes of `from`'s next message are here.
  void receive(Rank from, std::span<std::byte> bytes) {
    ++traffic_.messages_received;
    take(from, bytes);
  }
  /// Sends and receives at once, so that a ring of exchanges cannot deadlock. Of memory that is not shared, at most 256 KiB may
  /// be under way; throws std::logic_error above.
  void exchange(Rank to, std::span<const std::byte> out, Rank from, std::span<std::byte> in) {
    const Posted sending = begin_send(to, out);
    receive(from, in);
    finish(sending);
  }

  /// A send or a receive that `finish` completes, whatever else is open; a receive takes nothing before.
  Posted begin_send(Rank to, std::span<const std::byte> bytes) { return start_send(to, bytes, Full::refuse); }
  Posted begin_receive(Rank from, std::span<std::byte> bytes) {
    ++traffic_.messages_received;
    return {.peer = from, .inbox = bytes, .receives = true};
  }
  void finish(const Posted& posted) {
    if (posted.receives) return take(posted.peer, posted.inbox);
    if (posted.ticket == 0) return;
    const Acknowledged& line = *region_.acknowledged(rank(), posted.peer);
    spin([&] { return line.taken.load(std::memory_order_acquire) >= posted.ticket; }, "to send to", posted.peer);
  }

  /// Starts a send or a receive that `wait_oldest` or `wait_all` completes, in the order of posting. Throws std::length_error
  /// above the declared number of open requests.
  void post_send(Rank to, std::span<const std::byte> bytes) { push(begin_send(to, bytes)); }
  void post_receive(Rank from, std::span<std::byte> bytes) { push(begin_receive(from, bytes)); }
  void wait_oldest() {
    Posted& oldest = posted_[first_++ % posted_.size()];
    finish(oldest);
  }
  void wait_all() {
    while (first_ != last_) wait_oldest();
  }

  /// Flow control of a stream: counted as control traffic, never as the kernel's.
  void send_credit(Rank to) {
    put_inside(to, {});
    ++credits_sent_;
  }
  void receive_credit(Rank from) { take(from, {}); }
  [[nodiscard]] std::int64_t credits_sent() const { return credits_sent_; }

  // ---- what only shared memory has ---------------------------------------------------------------------------------

  /// Tells `to` where bytes of the shared memory lie, without waiting; they must stay until `to` has said that it is done.
  /// Counted as a message, of the `read` bytes that the receiver will read of them. Throws std::logic_error for other memory.
  void show(Rank to, std::span<const std::byte> bytes, std::size_t read) {
    if (!bytes.empty() && !is_shared(bytes)) [[unlikely]]
      throw std::logic_error("endpoint: bytes were shown that do not lie in shared memory; let Data own the buffers");
    count(to, read);
    put_reference(to, lent, reference_to(bytes));
  }
  /// The bytes that `from` shows next, where they lie.
  [[nodiscard]] std::span<const std::byte> look(Rank from) {
    ++traffic_.messages_received;
    const RingSlot& slot = await(from);
    const std::span<const std::byte> bytes = lent_bytes(from, slot);
    readers_[index(from)].pop();
    return bytes;
  }
  /// A word without bytes, and the wait for one. Counted as messages.
  void show(Rank to, std::span<const std::byte> bytes) { show(to, bytes, bytes.size()); }
  void raise_flag(Rank to) {
    count(to, 0);
    put_inside(to, {});
  }
  void await_flag(Rank from) { receive(from, {}); }

 private:
  enum Form : std::uint8_t { inside, lent, bounced };
  enum class Full : std::uint8_t { wait, refuse };  ///< when no bounce buffer is free: nobody may be taking from them
  static constexpr std::size_t kBounceSlots = 16, kBounceBytes = 16 << 10;
  static constexpr std::size_t kInsideMost = 256;  ///< above, a copy less is worth the wait for its receiver

  struct Reference {
    std::uint64_t offset;  ///< in its sender's arena; of a bounced message, the slot's number
    std::uint64_t size;
  };

  static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  void count(Rank to, std::size_t bytes) {
    const Reach reach = reaches_.to(to);
    traffic_.sent(reach, bytes);
    traffic_.messages_between_nodes += reach > Reach::node ? 1 : 0;
  }

  Posted start_send(Rank to, std::span<const std::byte> bytes, Full full) {
    count(to, bytes.size());
    if (bytes.size() <= kInsideMost)
      put_inside(to, bytes);
    else if (is_shared(bytes))
      return {.peer = to, .ticket = lend(to, bytes)};
    else
      bounce(to, bytes, full);
    return {.peer = to};
  }

  /// In as many slots as it takes.
  void put_inside(Rank to, std::span<const std::byte> bytes) {
    do {
      const std::size_t size = std::min(bytes.size(), RingSlot::kBodyBytes);
      RingSlot& slot = claim(to);
      slot.form = inside;
      slot.size = static_cast<std::uint8_t>(size);
      copy_few(slot.body, bytes.data(), size);
      writers_[index(to)].publish(&slot);
      bytes = bytes.subspan(size);
    } while (!bytes.empty());
  }
  std::uint64_t lend(Rank to, std::span<const std::byte> bytes) {
    put_reference(to, lent, reference_to(bytes));
    return ++lent_[index(to)];
  }
  void bounce(Rank to, std::span<const std::byte> bytes, Full full) {
    while (!bytes.empty()) {
      const std::size_t size = std::min(bytes.size(), kBounceBytes);
      Payload room;
      if (!(room = bounce_.allocate(size))) {
        if (full == Full::refuse)
          throw std::logic_error("endpoint: too much is sent at a time of memory that is not shared; let Data own the buffers");
        spin([&] { return bool(room = bounce_.allocate(size)); }, "to send to", to);
      }
      std::memcpy(room.data(), bytes.data(), size);
      room.slot()->borrowers->fetch_add(1, std::memory_order_relaxed);
      put_reference(to, bounced, {room.slot()->number, size});
      bytes = bytes.subspan(size);
    }
  }
  void put_reference(Rank to, Form form, const Reference& reference) {
    RingSlot& slot = claim(to);
    slot.form = form;
    std::memcpy(slot.body, &reference, sizeof reference);
    writers_[index(to)].publish(&slot);
  }

  /// The next bytes of `from`, until there are as many as there is room for.
  void take(Rank from, std::span<std::byte> room) {
    // With more slots than two, looking at all of them delays their writer by more than it saves.
    if (room.size() > RingSlot::kBodyBytes && room.size() <= 2 * RingSlot::kBodyBytes)
      spin([&] { return readers_[index(from)].has_two(); }, "for a message of", from);
    do room = room.subspan(take_slot(from, await(from), room));
    while (!room.empty());
  }
  std::size_t take_slot(Rank from, const RingSlot& slot, std::span<std::byte> room) {
    std::size_t size = slot.size;
    if (slot.form == inside) {
      copy_few(room.data(), checked(slot.body, size, room), size);
    } else if (slot.form == lent) {
      const std::span<const std::byte> bytes = lent_bytes(from, slot);
      size = bytes.size();
      std::memcpy(room.data(), checked(bytes.data(), size, room), size);
      region_.acknowledged(from, rank())->taken.store(++copied_[index(from)], std::memory_order_release);
    } else {
      size = take_bounced(from, slot, room);
    }
    readers_[index(from)].pop();
    return size;
  }
  std::size_t take_bounced(Rank from, const RingSlot& slot, std::span<std::byte> room) const {
    const Reference reference = reference_of(slot);
    std::byte* header = region_.arena(from).data() + reference.offset * bounce_.stride();
    std::memcpy(room.data(), checked(header + PayloadArena::kHeaderRoom, reference.size, room), reference.size);
    std::launder(reinterpret_cast<std::atomic<std::uint32_t>*>(header))->fetch_sub(1, std::memory_order_release);
    return reference.size;
  }
  static const std::byte* checked(const std::byte* bytes, std::size_t size, std::span<std::byte> room) {
    if (size > room.size()) [[unlikely]]
      throw std::length_error("endpoint: a message is longer than its receiver has room for");
    return bytes;
  }
  [[nodiscard]] Reference reference_to(std::span<const std::byte> bytes) const {
    if (bytes.empty()) return {0, 0};
    return {static_cast<std::uint64_t>(bytes.data() - region_.arena(rank()).data()), bytes.size()};
  }
  static Reference reference_of(const RingSlot& slot) {
    Reference reference;
    std::memcpy(&reference, slot.body, sizeof reference);
    return reference;
  }
  std::span<const std::byte> lent_bytes(Rank from, const RingSlot& slot) const {
    const Reference reference = reference_of(slot);
    return region_.arena(from).subspan(reference.offset, reference.size);
  }

  RingSlot& claim(Rank to) {
    RingSlot* slot = writers_[index(to)].claim();
    if (!slot) [[unlikely]]
      spin([&] { return (slot = writers_[index(to)].claim()) != nullptr; }, "to send to", to);
    return *slot;
  }
  const RingSlot& await(Rank from) {
    const RingSlot* slot = readers_[index(from)].peek();
    if (!slot) spin([&] { return (slot = readers_[index(from)].peek()) != nullptr; }, "for a message of", from);
    return *slot;
  }
  template <class IsDone>
  void spin(IsDone&& is_done, const char* what, Rank peer) {
    while (!is_done()) {
      if (deadline_.passed()) [[unlikely]]
        deadline_.give_up_on(what, peer);
      meanwhile_();
    }
  }

  [[nodiscard]] bool is_shared(std::span<const std::byte> bytes) const {
    const std::span<std::byte> mine = region_.arena(rank());
    return std::greater_equal<>()(bytes.data(), mine.data()) && std::less<>()(bytes.data(), mine.data() + mine.size());
  }
  void push(const Posted& posted) {
    if (last_ - first_ == posted_.size()) throw std::length_error("endpoint: more open requests than the kernel declared");
    posted_[last_++ % posted_.size()] = posted;
  }

  SharedRegion region_;
  Deadline deadline_;
  Meanwhile meanwhile_;
  ReachTable reaches_;
  PayloadArena bounce_;
  std::vector<RingWriter> writers_;           ///< [peer]
  std::vector<RingReader> readers_;           ///< [peer]
  std::vector<std::uint64_t> lent_, copied_;  ///< [peer]: messages of lent bytes, to them and from them
  Traffic traffic_;
  std::int64_t credits_sent_ = 0;
  std::vector<Posted> posted_;
  std::size_t first_ = 0, last_ = 0;
};

using SharedMemoryEndpoint = BasicSharedMemoryEndpoint<Yield>;

}  // namespace coordbench
