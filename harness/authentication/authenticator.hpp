#pragma once
// One rank's part in a case with --authentication: numbers and seals what it sends, checks what arrives, and signs and checks
// what machines show each other. It outlives the node, as keys and numbers outlive a crash.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/authentication.hpp"
#include "harness/authentication/keys.hpp"
#include "harness/authentication/replay_window.hpp"
#include "harness/payload.hpp"

namespace coordbench {

class Authenticator {
 public:
  /// Derives all keys. Throws std::runtime_error if libsodium does not start.
  Authenticator(const Shape& shape, Rank self, Primitives primitives = Primitives::libsodium);

  /// Whether messages carry a trailer.
  [[nodiscard]] bool is_on() const { return way_ != Authentication::none; }
  [[nodiscard]] std::size_t trailer_bytes() const { return coordbench::trailer_bytes(way_); }
  /// Whether one trailer is for all receivers of a message.
  [[nodiscard]] bool is_for_all() const { return way_ == Authentication::signature; }

  // ---- what a node calls ---------------------------------------------------------------------------------------------

  /// The number of the next message, however many receive it.
  [[nodiscard]] std::uint64_t next_number() { return ++number_; }
  /// Two machines of one rank, as there are in simulated worlds, count together.
  void count_on_from(const Authenticator& other) { number_ = std::max(number_, other.number_); }
  /// Writes a message's trailer, of trailer_bytes().
  void seal_message(std::uint64_t number, Rank to, Bytes message, std::span<const Payload> payloads, std::byte* trailer) const;
  /// Checks what has arrived, and takes the trailer off its payload. False: it is counted as refused, and is to be dropped.
  [[nodiscard]] bool admit(Rank from, Bytes message, Payload& payload);
  /// The step that was handed the message is over.
  void forget() { handed_ = {}; }
  [[nodiscard]] const Refused& refused() const { return refused_; }

  // ---- what a machine calls, through its outbox ----------------------------------------------------------------------

  [[nodiscard]] Digest digest(std::span<const Payload> payloads) const;
  [[nodiscard]] const Proof& proof() const { return handed_; }
  [[nodiscard]] Proof prove(Bytes message, const Digest& payload);
  [[nodiscard]] bool proves(Rank from, Bytes message, const Digest& payload, const Proof& proof) const;
  [[nodiscard]] Mac seal(Rank to, Bytes message, const Digest& payload) const;
  [[nodiscard]] bool opens(Rank from, Bytes message, const Digest& payload, const Mac& mac) const;

 private:
  [[nodiscard]] Mac mac(const Key& key, Bytes text, std::span<const Payload> payloads) const;
  [[nodiscard]] Signature sign(Bytes text) const;
  [[nodiscard]] bool is_genuine(Rank from, std::uint64_t number, Bytes message, const Payload& payload, const std::byte* tag);

  Authentication way_;
  Primitives primitives_;
  Rank self_;
  Keys keys_;
  std::uint64_t number_ = 0;           ///< of this rank's newest message
  std::vector<ReplayWindow> windows_;  ///< [sender]
  Proof handed_;                       ///< of the message that was admitted last
  Refused refused_;
};

}  // namespace coordbench
