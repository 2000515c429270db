#pragma once
// Two-sided MPI for protocols. Receives are posted ahead for all senders, and again after the reply has left: never on the
// critical path. A send never waits: what the library or a peer's window does not take is queued.

#include <mpi.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/machine/clock.hpp"
#include "harness/protocol_traits.hpp"
#include "harness/simulated.hpp"
#include "harness/transport/completion.hpp"
#include "harness/transport/payload_arenas.hpp"
#include "harness/transport/transport_size.hpp"
#include "harness/transport/wire_format.hpp"

namespace coordbench {

template <class M>
class MpiTransport {
 public:
  MpiTransport(MPI_Comm communicator, int tag, const TransportSize& size)
      : MpiTransport(communicator, tag, size, std::make_unique<PayloadArenas>(size)) {}
  /// Payloads lie in `arenas`, which another transport has too.
  MpiTransport(MPI_Comm communicator, int tag, const TransportSize& size, PayloadArenas& arenas)
      : communicator_(communicator),
        tag_(tag),
        size_(affordable_over_mpi(size)),
        arenas_(arenas),
        headers_(8 * size.window + size_.backlog, 0),
        posted_(std::bit_ceil(size_.posted_receives)),
        mask_(posted_.size() - 1) {
    int ranks = 0;
    MPI_Comm_size(communicator, &ranks);
    open_to_.resize(static_cast<std::size_t>(ranks));
    open_.reserve(static_cast<std::size_t>(ranks) * size.window);
    backlog_.reserve(size_.backlog);
    post_receives();
  }
  MpiTransport(MpiTransport&&) = delete;
  ~MpiTransport() {
    for (; receives_ > 0; --receives_) abandon(posted_[first_++ & mask_].request);
    for (Sending& sending : open_) MPI_Request_free(&sending.request);
  }
  /// Nothing arrives here any more.
  void withdraw() {
    for (; receives_ > 0; --receives_) abandon_memory_of(posted_[first_++ & mask_].request);
  }

  [[nodiscard]] Time now() const { return now_ns(); }
  /// A lease to fill and propose; empty when all are taken, which is the caller's sign to poll first.
  [[nodiscard]] Payload allocate(std::size_t bytes) { return arenas_.single.allocate(bytes); }
  /// Where payloads of the machine's own making lie, and those of operations.
  [[nodiscard]] PayloadArena& made() { return arenas_.made; }
  [[nodiscard]] PayloadArena& own() { return arenas_.single; }
  /// Messages that wait for their peer's window; they leave when polled.
  [[nodiscard]] bool has_waiting() const { return !backlog_.empty(); }

  /// Never blocks. Throws std::length_error above the declared backlog.
  void send(Rank to, const M& message, Depth depth, const Payload& payload) {
    if (open_to_[static_cast<std::size_t>(to)] >= size_.window || !backlog_.empty()) [[unlikely]]
      return queue(to, message, depth, payload);
    if (!start(to, message, depth, payload)) [[unlikely]]
      queue(to, message, depth, payload);
  }

  /// Several payloads in one message are copied, one behind the other, into a lease of the message's own. While none is free
  /// the message waits and holds their leases: a proposer that is faster than its receiver runs out of leases here.
  void send(Rank to, const M& message, Depth depth, std::span<const Payload> payloads) {
    if (payloads.size() == 1 || arenas_.are_all_empty()) return send(to, message, depth, payloads.front());
    if (backlog_.empty()) [[likely]]
      if (const Payload joined = carriers().join(payloads)) [[likely]]
        return send(to, message, depth, joined);
    queue(to, message, depth, {}, payloads);
  }

  /// Hands at most one arrived message to `receive(from, message, depth, payload)`; false if there was none. In the order in
  /// which they were matched: a small message does not overtake the large one that its sender sent before it.
  template <class Receive>
  bool poll(Receive&& receive) {
    if (receives_ == 0) [[unlikely]] {  // all leases are held, maybe by sends
      progress_sends();
      post_receives();
      return false;
    }
    if constexpr (kSimulated) return poll_simulated(receive);
    Posted& oldest = posted_[first_ & mask_];
    int arrived = 0;
    MPI_Status status;
    MPI_Test(&oldest.request, &arrived, &status);
    if (arrived) [[likely]] {
      take(status, std::move(oldest.lease), receive);
      return true;
    }
    if (!open_.empty() || !backlog_.empty()) [[unlikely]]
      progress_sends();
    return false;
  }

  /// Simulated ranks: blocks until there may be something to poll, or one of the words is complete, which then is void.
  void wait(std::span<MPI_Request* const> words) {
    if (std::exchange(sends_ended_, false)) return;  // their payloads are free
    gather_open(words);
    if (!arrivals_.empty() || open_requests_.size() == 0) return;
    MPI_Status status;
    note(open_requests_.wait(status), status, words);
  }

 private:
  struct Posted {
    MPI_Request request = MPI_REQUEST_NULL;
    Payload lease;
  };
  struct Sending {
    Rank to;
    MPI_Request request;
    Payload lease;
  };

  using Wire = WireFormat<M>;
  using Tag = typename Wire::Tag;
  static constexpr std::size_t kHeaderBytes = Wire::kHeaderBytes;

  MpiTransport(MPI_Comm communicator, int tag, const TransportSize& size, std::unique_ptr<PayloadArenas> own)
      : MpiTransport(communicator, tag, size, *own) {
    own_ = std::move(own);
  }

  template <class Receive>
  void take(const MPI_Status& status, Payload lease, Receive&& receive) {
    ++first_;
    --receives_;
    const Tag tag = Wire::read_tag(lease);
    receive(status.MPI_SOURCE, Wire::message_in(lease), Wire::depth_of(tag),
            Wire::has_payload(tag) ? lease.resized(bytes_of(status) - kHeaderBytes) : Payload());
    lease = {};  // back to the arena unless the machine kept it
    post_receives();
  }

  /// Messages are delivered in order of arrival. Matching at send time would let a distant sender delay nearer ones.
  template <class Receive>
  bool poll_simulated(Receive&& receive) {
    if (arrivals_.empty()) {
      MPI_Status status;
      gather_open({});
      if (const auto which = open_requests_.test(status)) note(*which, status, {});
    }
    if (arrivals_.empty()) return false;
    const MPI_Status status = arrivals_.front();
    arrivals_.erase(arrivals_.begin());
    take(status, std::move(posted_[first_ & mask_].lease), receive);
    return true;
  }
  void gather_open(std::span<MPI_Request* const> words) {
    open_requests_.clear();
    for (std::size_t i = 0; i < receives_; ++i) open_requests_.add(posted_[(first_ + i) & mask_].request);
    for (const Sending& sending : open_) open_requests_.add(sending.request);
    for (MPI_Request* word : words)
      if (*word != MPI_REQUEST_NULL) open_requests_.add(*word);
  }
  /// Of what gather_open gathered, `which` is complete: a receive becomes one of the oldest. Of several that arrived at one
  /// instant the simulator names any. They are taken as they were matched: no message overtakes an earlier one of its sender.
  void note(std::size_t which, const MPI_Status& status, std::span<MPI_Request* const> words) {
    if (which < receives_) {
      MPI_Status earlier;
      for (std::size_t i = 0; i < which; ++i)
        if (int arrived = 0; MPI_Test(&posted_[(first_ + i) & mask_].request, &arrived, &earlier), arrived != 0)
          put_in_front(i, earlier);
      put_in_front(which, status);
    } else if (which - receives_ < open_.size()) {
      open_[which - receives_].request = MPI_REQUEST_NULL;
      progress_sends();
    } else {
      which -= receives_ + open_.size();
      for (MPI_Request* word : words)
        if (*word != MPI_REQUEST_NULL && which-- == 0) return void(*word = MPI_REQUEST_NULL);
    }
  }

  void put_in_front(std::size_t which, const MPI_Status& status) {
    for (; which > arrivals_.size(); --which)
      std::swap(posted_[(first_ + which) & mask_], posted_[(first_ + which - 1) & mask_]);
    posted_[(first_ + which) & mask_].request = MPI_REQUEST_NULL;
    arrivals_.push_back(status);
  }

  PayloadArena& carriers() { return arenas_.carriers(); }

  void post_receives() {
    while (receives_ < size_.posted_receives) {
      Posted& next = posted_[(first_ + receives_) & mask_];
      next.lease = carriers().allocate(carriers().capacity());
      if (!next.lease) return;  // all leases are held; tried again at the next poll
      MPI_Irecv(next.lease.header(kHeaderBytes), static_cast<int>(kHeaderBytes + carriers().capacity()), MPI_BYTE,
                size_.source.value_or(MPI_ANY_SOURCE), tag_, communicator_, &next.request);
      ++receives_;
    }
  }

  /// False when no lease is free to carry the header.
  bool start(Rank to, const M& message, Depth depth, const Payload& payload) {
    const Payload& carrier = carrier_of(message, Wire::tag_of(depth, payload), payload);
    if (!carrier) [[unlikely]]
      return false;
    MPI_Request request;
    MPI_Isend(carrier.header(kHeaderBytes), static_cast<int>(kHeaderBytes + carrier.size()), MPI_BYTE, to, tag_, communicator_,
              &request);
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (!done) [[unlikely]]
      keep_open(to, request, carrier);
    return true;
  }
  [[gnu::noinline]] void keep_open(Rank to, MPI_Request request, const Payload& carrier) {
    ++carrier.slot()->sends;
    ++open_to_[static_cast<std::size_t>(to)];
    open_.push_back({to, request, carrier});
  }

  /// The buffer to send: the payload with its header in front; or a copy, if it is a part, if another process lent it, or if
  /// another header is still being sent from there. A message without payload has its own slot until a send keeps that.
  const Payload& carrier_of(const M& message, Tag tag, const Payload& payload) {
    if (!payload) {
      if (!bare_ || bare_.slot()->sends > 0) [[unlikely]]
        bare_ = headers_.allocate(0);
      return Wire::with_header(bare_, message, tag);
    }
    if (payload.leads_its_slot()) [[likely]] {
      if (payload.slot()->sends == 0) return Wire::with_header(payload, message, tag);
      if (Wire::has_header(payload, message, tag)) return payload;
    }
    copy_ = {};
    copy_ = carriers().allocate(payload.size());
    if (copy_) std::memcpy(copy_.data(), payload.data(), payload.size());
    return Wire::with_header(copy_, message, tag);
  }

  [[gnu::noinline]] void queue(Rank to, const M& message, Depth depth, const Payload& payload,
                               std::span<const Payload> parts = {}) {
    if (backlog_.size() == size_.backlog) throw std::length_error("transport: more messages wait for a window than declared");
    backlog_.push_back({to, message, depth, payload, {parts.begin(), parts.end()}});
  }

  void progress_sends() {
    for (std::size_t i = 0; i < open_.size();) {
      if (!is_complete(open_[i].request)) {
        ++i;
        continue;
      }
      --open_[i].lease.slot()->sends;
      --open_to_[static_cast<std::size_t>(open_[i].to)];
      std::swap(open_[i], open_.back());
      open_.pop_back();
      sends_ended_ = true;
    }
    start_waiting();
  }

  /// In order for each peer; a peer whose window is full does not hold up the others.
  void start_waiting() {
    auto kept = backlog_.begin();
    std::fill(blocked_.begin(), blocked_.end(), false);
    blocked_.resize(open_to_.size());
    for (Waiting<M>& waiting : backlog_) {
      const auto peer = static_cast<std::size_t>(waiting.to);
      if (!blocked_[peer] && open_to_[peer] < size_.window && waiting.is_joined(carriers()) &&
          start(waiting.to, waiting.message, waiting.depth, waiting.payload))
        continue;
      blocked_[peer] = true;
      if (&*kept != &waiting) *kept = std::move(waiting);
      ++kept;
    }
    backlog_.erase(kept, backlog_.end());
  }

  MPI_Comm communicator_;
  int tag_;
  TransportSize size_;
  std::unique_ptr<PayloadArenas> own_;  ///< unless they are another's too
  PayloadArenas& arenas_;
  PayloadArena headers_;
  Payload bare_, copy_;         ///< see carrier_of
  std::vector<Posted> posted_;  ///< a ring: receives match in the order of posting
  std::size_t mask_, first_ = 0, receives_ = 0;
  std::vector<Sending> open_;
  std::vector<std::size_t> open_to_;  ///< [peer]
  std::vector<Waiting<M>> backlog_;
  std::vector<bool> blocked_;
  Completion open_requests_;          ///< simulated ranks: see gather_open
  std::vector<MPI_Status> arrivals_;  ///< simulated ranks: of the oldest receives, which are complete
  bool sends_ended_ = false;
};

}  // namespace coordbench
