#include <cstring>
#include <utility>

#include "harness/authentication/primitives.hpp"
#include "harness/pattern.hpp"

namespace coordbench::fast {
namespace {

/// A keyed hash of 64 bits, word by word, wherever one piece ends and the next begins.
class Hash {
 public:
  explicit Hash(std::uint64_t key) : state_(mix(key)) {}
  void add(Bytes bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      if (held_ == 0 && bytes.size() >= sizeof word_) {
        std::memcpy(&word_, bytes.data(), sizeof word_);
        absorb();
        bytes = bytes.subspan(sizeof word_);
      } else {
        word_ |= static_cast<std::uint64_t>(bytes.front()) << 8 * held_;
        if (++held_ == sizeof word_) absorb();
        bytes = bytes.subspan(1);
      }
    }
  }
  std::uint64_t end() {
    absorb();
    return state_ = mix(state_ ^ size_);
  }

 private:
  void absorb() {
    state_ = mix(state_ ^ std::exchange(word_, 0));
    held_ = 0;
  }
  std::uint64_t state_, word_ = 0, size_ = 0;
  std::size_t held_ = 0;
};

/// As many bytes as `to` has, of which no more than the first 64 bits are a hash.
template <std::size_t size>
void hash(std::array<std::byte, size>& to, std::uint64_t key, Bytes text, std::span<const Payload> payloads) {
  Hash hash(key);
  hash.add(text);
  for (const Payload& payload : payloads) hash.add(payload.bytes());
  const std::uint64_t word = hash.end();
  to = {};
  std::memcpy(to.data(), &word, sizeof word);
}

std::uint64_t word_of(const Key& key) {
  std::uint64_t word;
  std::memcpy(&word, key.data(), sizeof word);
  return word;
}

}  // namespace

Digest digest(Bytes text, std::span<const Payload> payloads) {
  Digest digest;
  hash(digest.bytes, 0, text, payloads);
  return digest;
}

Mac mac(const Key& key, Bytes text, std::span<const Payload> payloads) {
  Mac mac;
  hash(mac.bytes, word_of(key), text, payloads);
  return mac;
}

Signature sign(const Key& key, Bytes text) {
  Signature signature;
  hash(signature, word_of(key), text, {});
  return signature;
}

}  // namespace coordbench::fast
