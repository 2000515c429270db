#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "harness/authentication/primitives.hpp"

namespace coordbench::sodium {
namespace {

static_assert(crypto_sign_SECRETKEYBYTES == sizeof(SigningKey) && crypto_sign_PUBLICKEYBYTES == sizeof(Key));
static_assert(crypto_sign_SEEDBYTES == sizeof(Key) && crypto_sign_BYTES == sizeof(Signature));
static_assert(crypto_generichash_BYTES == sizeof(Digest) && crypto_generichash_BYTES_MIN == sizeof(Mac));

const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

template <std::size_t size>
void hash(std::array<std::byte, size>& to, const std::byte* key, std::size_t key_bytes, Bytes text,
          std::span<const Payload> payloads) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, raw(key), key_bytes, size);
  crypto_generichash_update(&state, raw(text.data()), text.size());
  for (const Payload& payload : payloads) crypto_generichash_update(&state, raw(payload.bytes().data()), payload.size());
  crypto_generichash_final(&state, raw(to.data()), size);
}

}  // namespace

void start() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
}

Digest digest(Bytes text, std::span<const Payload> payloads) {
  Digest digest;
  hash(digest.bytes, nullptr, 0, text, payloads);
  return digest;
}

Mac mac(const Key& key, Bytes text, std::span<const Payload> payloads) {
  Mac mac;
  hash(mac.bytes, key.data(), key.size(), text, payloads);
  return mac;
}

SigningKey signing_key(const Key& seed, Key& open) {
  SigningKey key;
  crypto_sign_seed_keypair(raw(open.data()), raw(key.data()), raw(seed.data()));
  return key;
}

Signature sign(const SigningKey& key, Bytes text) {
  Signature signature;
  crypto_sign_detached(raw(signature.data()), nullptr, raw(text.data()), text.size(), raw(key.data()));
  return signature;
}

bool verifies(const Key& open, Bytes text, const Signature& signature) {
  return crypto_sign_verify_detached(raw(signature.data()), raw(text.data()), text.size(), raw(open.data())) == 0;
}

}  // namespace coordbench::sodium
