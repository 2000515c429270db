#pragma once
// Hashes, MACs and signatures of bytes: libsodium's, or one fast hash in place of all three.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/authentication.hpp"
#include "harness/payload.hpp"

namespace coordbench {

/// `fast` keeps nobody out who wants in: it is for simulated worlds, where nobody forges but on purpose, and millions of
/// messages are checked.
enum class Primitives : std::uint8_t { libsodium, fast };

using Bytes = std::span<const std::byte>;
using Key = std::array<std::byte, 32>;
using SigningKey = std::array<std::byte, 64>;
using Signature = decltype(Proof::signature);

// Payloads count as if they lay one behind the other, behind the text.

namespace sodium {
/// Throws std::runtime_error if the library does not start. To be called before the others.
void start();
Digest digest(Bytes text, std::span<const Payload> payloads);
Mac mac(const Key& key, Bytes text, std::span<const Payload> payloads);
/// The pair of keys that follows from a seed; the public one is written to `open`.
SigningKey signing_key(const Key& seed, Key& open);
Signature sign(const SigningKey& key, Bytes text);
bool verifies(const Key& open, Bytes text, const Signature& signature);
}  // namespace sodium

namespace fast {
Digest digest(Bytes text, std::span<const Payload> payloads);
Mac mac(const Key& key, Bytes text, std::span<const Payload> payloads);
/// Checked by signing again, with the same key.
Signature sign(const Key& key, Bytes text);
}  // namespace fast

}  // namespace coordbench
