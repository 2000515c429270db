#pragma once
// What a machine sends and completes, and the answers that it gives. An outbox is bounded: a machine that overfills it has a
// mistake, and gets std::length_error.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/authentication/authenticator.hpp"
#include "harness/copy.hpp"
#include "harness/description.hpp"
#include "harness/payload.hpp"

namespace coordbench {

/// The most that a machine does on one rank. 0 stands for the default, which fits a window of operations.
struct Bounds {
  std::size_t sends = 0;        ///< envelopes of one step; one to several servers counts once
  std::size_t completions = 0;  ///< marks of one step
  std::size_t parts = 0;        ///< payloads that one step gathers into messages of several
  std::size_t receives = 0;     ///< messages that may arrive while this rank does something else
  std::size_t leases = 0;       ///< payloads that the machine keeps, copies included
  std::size_t made = 0;         ///< payloads of the machine's own making, alive at once, those in open sends included
  std::size_t made_bytes = 0;   ///< the largest of them
};

/// A rank's answer to an operation, checked outside the clock.
struct Answer {
  static constexpr Operation initial = -1, itself = -2, nothing = -3;

  std::int64_t outcome = 0;  ///< what was decided, in the protocol's own terms
  Payload payload{};         ///< the value, if there is one
  Operation of = itself;     ///< whose payload it is: an operation, the operation that was asked, `initial`: no operation's
                             ///< yet, or `nothing`: the answer has no payload
  /// `of` with its own number in place of `itself`.
  [[nodiscard]] Operation operation_of(Operation asked) const { return of == itself ? asked : of; }
};

/// Everything that a step leads to; emptied after every step. M is the protocol's message.
template <class M>
class Outbox {
 public:
  /// Several payloads that travel in one message, in order, to any number of receivers.
  struct Gathered {
    std::uint32_t first = 0, count = 0;
  };
  struct Envelope {
    Rank to;  ///< `kOthers`: the next `others` servers behind this one
    M message;
    Payload payload;
    std::uint32_t first_part, parts;  ///< payloads that leave one behind the other, instead of `payload`
    std::uint32_t others;
  };
  struct Completion {
    Operation operation;
    int mark;
  };
  static constexpr Rank kOthers = -1;
  static constexpr int kAll = INT32_MAX;

  /// `eager`: all room is taken now, so that nothing is allocated later; else as it is needed, for worlds of thousands of
  /// ranks.
  explicit Outbox(const Bounds& bounds, bool eager = true, PayloadArena* made = nullptr, PayloadArena* own = nullptr,
                  Authenticator* authenticator = nullptr)
      : bounds_(bounds),
        envelopes_(eager ? bounds.sends : 0),
        completions_(eager ? bounds.completions : 0),
        made_(made),
        own_(own),
        authenticator_(authenticator) {
    if (eager) parts_.reserve(bounds.parts);
  }

  // ---- what a machine calls ------------------------------------------------------------------------------------------

  void send(Rank to, const M& message, Payload payload = {}) {
    Envelope& envelope = next(to, message);
    if (payload) envelope.payload = std::move(payload);
  }
  void send(Rank to, const M& message, Gathered gathered) {
    Envelope& envelope = next(to, message);
    envelope.first_part = gathered.first;
    envelope.parts = gathered.count;
  }
  /// To the other servers, or to the next `count` of them behind this one.
  void send_others(const M& message, Payload payload = {}, int count = kAll) {
    send(kOthers, message, std::move(payload));
    envelopes_[sent_ - 1].others = static_cast<std::uint32_t>(count);
  }
  void send_others(const M& message, Gathered gathered, int count = kAll) {
    send(kOthers, message, gathered);
    envelopes_[sent_ - 1].others = static_cast<std::uint32_t>(count);
  }
  /// The payloads of one message: `payload_of(i)` for i in [0, count).
  template <class PayloadOf>
  Gathered gather(std::size_t count, PayloadOf&& payload_of) {
    if (parts_.size() + count > bounds_.parts) throw std::length_error("outbox: more payloads in one step than declared");
    const Gathered gathered{static_cast<std::uint32_t>(parts_.size()), static_cast<std::uint32_t>(count)};
    for (std::size_t i = 0; i < count; ++i) parts_.push_back(payload_of(i));
    return gathered;
  }
  /// The operation has reached a mark on this rank.
  void complete(Operation operation, int mark) {
    if (completed_ == completions_.size()) [[unlikely]]
      grow(completions_, bounds_.completions, "outbox: more completions in one step than declared");
    completions_[completed_++] = {operation, mark};
  }
  /// The time that this step was handed, ns on this rank's clock; 0 where nothing times out, because no clock is read there.
  [[nodiscard]] Time now() const { return now_; }
  /// A payload that the machine fills itself. Throws std::length_error beyond the declared bounds.
  [[nodiscard]] Payload allocate(std::size_t bytes) {
    if (bytes > bounds_.made_bytes) throw std::length_error("outbox: a payload is made that is larger than declared");
    Payload payload = made_->allocate(bytes);
    if (!payload) [[unlikely]]
      throw std::length_error("outbox: more payloads made than declared");
    return payload;
  }
  /// Whether a payload could be made now: for messages that a machine may as well leave out.
  [[nodiscard]] bool has_room() const { return made_->has_free(1); }
  /// The payload, or a copy of it if its bytes lie in another rank's memory. A copy that is kept is one of the declared leases.
  [[nodiscard]] Payload in_own_memory(const Payload& payload) {
    if (!payload.is_borrowed()) [[likely]]
      return payload;
    return copied(payload);
  }

  // ---- what a machine of a protocol with `authentications` calls besides -----------------------------------------------
  // A message's bytes are taken as they are. Without a payload its digest is zeros.

  [[nodiscard]] Digest digest(const Payload& payload) const {
    return authenticator_ ? authenticator_->digest({&payload, 1}) : fast::digest({}, {&payload, 1});
  }
  /// Of the message that this step was handed; zeros unless the case has signatures.
  [[nodiscard]] const Proof& proof() const { return authenticator_ ? authenticator_->proof() : kNoProof; }
  /// Of a message of this rank's own that is not sent. Zeros unless the case has signatures.
  [[nodiscard]] Proof prove(const M& message, const Digest& payload) const {
    return authenticator_ ? authenticator_->prove(bytes_of(message), payload) : Proof();
  }
  /// Whether `from` has sent or proved exactly that. True where nothing is authenticated; MACs prove nothing to others.
  [[nodiscard]] bool proves(Rank from, const M& message, const Digest& payload, const Proof& proof) const {
    return !authenticator_ || authenticator_->proves(from, bytes_of(message), payload, proof);
  }
  /// For one receiver, to whom others may carry it. Zeros unless the case has MACs.
  [[nodiscard]] Mac seal(Rank to, const M& message, const Digest& payload) const {
    return authenticator_ ? authenticator_->seal(to, bytes_of(message), payload) : Mac();
  }
  /// Whether `from` has sealed exactly that for this rank. True where nothing is authenticated; false with signatures.
  [[nodiscard]] bool opens(Rank from, const M& message, const Digest& payload, const Mac& mac) const {
    return !authenticator_ || authenticator_->opens(from, bytes_of(message), payload, mac);
  }

  // ---- what a node calls ---------------------------------------------------------------------------------------------

  void hand(Time now) { now_ = now; }
  /// More room than declared, for what a traitor of a simulated world says besides.
  void widen(std::size_t sends) { bounds_.sends = std::max(bounds_.sends, sends); }
  [[nodiscard]] std::span<Envelope> envelopes() { return {envelopes_.data(), sent_}; }
  [[nodiscard]] std::span<const Payload> parts_of(const Envelope& envelope) const {
    return {parts_.data() + envelope.first_part, envelope.parts};
  }
  [[nodiscard]] std::span<const Completion> completions() const { return {completions_.data(), completed_}; }
  void clear() {
    sent_ = completed_ = 0;
    parts_.clear();
  }

 private:
  [[nodiscard, gnu::noinline]] Payload copied(const Payload& payload) {
    const Payload copy = own_->allocate(payload.size());
    if (!copy) throw std::length_error("outbox: more payloads kept than declared");
    std::copy_n(payload.data(), payload.size(), copy.data());
    return copy;
  }
  Envelope& next(Rank to, const M& message) {
    if (sent_ == envelopes_.size()) [[unlikely]]
      grow(envelopes_, bounds_.sends, "outbox: more messages in one step than declared");
    Envelope& envelope = envelopes_[sent_++];  // member by member: most messages carry nothing, and this is the hot path
    envelope.to = to;
    copy_narrowly(&envelope.message, message);
    envelope.parts = 0;
    return envelope;
  }
  template <class T>
  [[gnu::noinline, gnu::cold]] static void grow(std::vector<T>& room, std::size_t most, const char* overfull) {
    if (room.size() >= most) throw std::length_error(overfull);
    room.resize(std::min(most, 2 * room.size() + 8));
  }

  static Bytes bytes_of(const M& message) { return std::as_bytes(std::span(&message, 1)); }
  static constexpr Proof kNoProof{};

  Bounds bounds_;
  std::vector<Envelope> envelopes_;
  std::vector<Completion> completions_;
  std::vector<Payload> parts_;
  PayloadArena *made_, *own_;
  Time now_ = 0;
  std::size_t sent_ = 0, completed_ = 0;
  Authenticator* authenticator_;  ///< null where nothing is authenticated
};

}  // namespace coordbench
