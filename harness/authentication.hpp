#pragma once
// What ranks show each other to prove who said what (--authentication): the words for it, and what travels.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace coordbench {

/// How a message tells who sent it. With `none` the source rank of the transport is trusted.
enum class Authentication : std::uint8_t {
  none,
  mac,        ///< a code keyed by the ordered pair of sender and receiver: only the receiver can check it
  signature,  ///< Ed25519: anybody can check it, so a message can be shown to others
};

/// BLAKE2b-256 of some bytes; zeros for no bytes at all.
struct Digest {
  std::array<std::byte, 32> bytes{};
  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

/// That a rank has sent a message: shows it to anybody who has the message and its payload's digest.
struct Proof {
  std::uint64_t number = 0;  ///< the sender's number of the message
  std::array<std::byte, 64> signature{};
  friend bool operator==(const Proof&, const Proof&) = default;
};

/// BLAKE2b keyed by the pair's key: shows the message to one receiver.
struct Mac {
  std::array<std::byte, 16> bytes{};
  friend bool operator==(const Mac&, const Mac&) = default;
};

/// What lies behind the payload of each message: the sender's number of it, and a MAC or a signature.
constexpr std::size_t trailer_bytes(Authentication authentication) {
  switch (authentication) {
    case Authentication::none:
      return 0;
    case Authentication::mac:
      return sizeof(std::uint64_t) + sizeof(Mac);
    case Authentication::signature:
      return sizeof(Proof);
  }
  return 0;
}

/// Messages that arrived and were dropped, because of what lies behind their payloads.
struct Refused {
  std::int64_t forged = 0;     ///< the MAC or the signature is not the sender's
  std::int64_t replayed = 0;   ///< the number came before, or is too old to know
  std::int64_t truncated = 0;  ///< there is no room for a MAC or a signature

  [[nodiscard]] std::int64_t all() const { return forged + replayed + truncated; }
  friend Refused operator+(const Refused& a, const Refused& b) {
    return {.forged = a.forged + b.forged, .replayed = a.replayed + b.replayed, .truncated = a.truncated + b.truncated};
  }
  friend bool operator==(const Refused&, const Refused&) = default;
};

}  // namespace coordbench
