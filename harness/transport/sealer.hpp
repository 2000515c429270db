#pragma once
// Between a node and its authenticator: puts a trailer behind the payloads of what leaves.

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

#include "harness/authentication/authenticator.hpp"
#include "harness/outbox.hpp"

namespace coordbench {

template <class M>
class Sealer {
  static_assert(std::has_unique_object_representations_v<M>, "a message that is signed may have no gaps between fields");

 public:
  using Envelope = typename Outbox<M>::Envelope;

  Sealer(Authenticator* authenticator, std::size_t parts_most)
      : authenticator_(authenticator), trailers_(PayloadArena::Growing{}, sizeof(Proof)) {
    parts_.reserve(parts_most + 2);
    static_cast<void>(trailers_.allocate(0));  // the room that is needed unless messages wait, so that nothing grows later
  }

  [[nodiscard]] bool is_on() const { return authenticator_ != nullptr && authenticator_->is_on(); }

  /// What leaves in place of the envelope's payload: its parts and behind them the trailer, which the transport copies into one
  /// piece. Valid until the next call.
  [[gnu::noinline]] std::span<const Payload> seal(const Envelope& envelope, Rank to, const Outbox<M>& outbox) {
    if (newest_ == &envelope && authenticator_->is_for_all()) return parts_;
    if (newest_ != &envelope) number_ = authenticator_->next_number();
    newest_ = &envelope;
    gather(envelope, outbox);
    const Payload trailer = trailers_.allocate(authenticator_->trailer_bytes());
    authenticator_->seal_message(number_, to, bytes_of(envelope.message), parts_, trailer.data());
    // A single part would leave from where it lies, but trailers lie in this rank's own memory, which others may not see.
    if (parts_.empty()) parts_.push_back(trailer.part(0, 0));
    parts_.push_back(trailer);
    return parts_;
  }
  /// All that the step led to has left.
  void rest() {
    if (newest_ == nullptr) return;
    newest_ = nullptr;
    parts_.clear();
  }

  [[nodiscard, gnu::noinline]] bool admit(Rank from, const M& message, Payload& payload) {
    return authenticator_->admit(from, bytes_of(message), payload);
  }
  void forget() { authenticator_->forget(); }

 private:
  static Bytes bytes_of(const M& message) { return std::as_bytes(std::span(&message, 1)); }
  void gather(const Envelope& envelope, const Outbox<M>& outbox) {
    parts_.clear();
    if (envelope.parts > 0) {
      const auto parts = outbox.parts_of(envelope);
      parts_.assign(parts.begin(), parts.end());
    } else if (envelope.payload.size() > 0) {
      parts_.push_back(envelope.payload);
    }
  }

  Authenticator* authenticator_;
  PayloadArena trailers_;
  const Envelope* newest_ = nullptr;  ///< the message that is being sent
  std::uint64_t number_ = 0;          ///< its number
  std::vector<Payload> parts_;        ///< what leaves of it
};

/// In place of a sealer, where a protocol cannot bear authentication.
struct Trust {
  Trust(Authenticator* /*none*/, std::size_t /*parts_most*/) {}
};

}  // namespace coordbench
