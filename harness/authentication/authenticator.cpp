#include "harness/authentication/authenticator.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <stdexcept>

#include "harness/local_work.hpp"

namespace coordbench {
namespace {

/// What a code is for: one that is made for one use does not open where another is asked for.
enum class Use : std::uint32_t { message = 1, sealed };

/// What is authenticated of a message: its sender, its number, its bytes and, where it can be checked without its payload, the
/// payload's digest.
class Text {
 public:
  Text(Use use, Rank from, std::uint64_t number, Bytes message) {
    add(std::as_bytes(std::span(&use, 1)));
    add(std::as_bytes(std::span(&from, 1)));
    add(std::as_bytes(std::span(&number, 1)));
    if (message.size() > kMessageMost) throw std::length_error("a message is too large to be authenticated");
    add(message);
  }
  Text(Use use, Rank from, std::uint64_t number, Bytes message, const Digest& payload) : Text(use, from, number, message) {
    add(payload.bytes);
  }
  operator Bytes() const { return Bytes(bytes_).first(size_); }

 private:
  void add(Bytes more) {
    std::copy(more.begin(), more.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += more.size();
  }
  static constexpr std::size_t kMessageMost = 40;
  std::array<std::byte, sizeof(Use) + sizeof(Rank) + sizeof(std::uint64_t) + kMessageMost + sizeof(Digest)> bytes_;
  std::size_t size_ = 0;
};

std::size_t size_of(std::span<const Payload> payloads) {
  return std::accumulate(payloads.begin(), payloads.end(), std::size_t{0},
                         [](std::size_t sum, const Payload& payload) { return sum + payload.size(); });
}

Primitives started(Primitives primitives) {
  if (primitives == Primitives::libsodium) sodium::start();
  return primitives;
}

}  // namespace

Authenticator::Authenticator(const Shape& shape, Rank self, Primitives primitives)
    : way_(shape.authentication),
      primitives_(started(primitives)),
      self_(self),
      keys_(shape, self, primitives),
      windows_(is_on() ? static_cast<std::size_t>(shape.members()) : 0) {}

void Authenticator::seal_message(std::uint64_t number, Rank to, Bytes message, std::span<const Payload> payloads,
                                 std::byte* trailer) const {
  std::memcpy(trailer, &number, sizeof number);
  if (way_ == Authentication::mac) {
    const Mac code = mac(keys_.to(to), Text(Use::message, self_, number, message), payloads);
    std::memcpy(trailer + sizeof number, &code, sizeof code);
  } else {
    const Signature signature = sign(Text(Use::message, self_, number, message, digest(payloads)));
    std::memcpy(trailer + sizeof number, &signature, sizeof signature);
  }
}

bool Authenticator::admit(Rank from, Bytes message, Payload& payload) {
  if (payload.size() < trailer_bytes()) return ++refused_.truncated, false;
  const std::size_t size = payload.size() - trailer_bytes();
  const std::byte* trailer = payload.data() + size;
  std::uint64_t number;
  std::memcpy(&number, trailer, sizeof number);
  ReplayWindow& window = windows_[static_cast<std::size_t>(from)];
  if (window.has_seen(number)) return ++refused_.replayed, false;
  const Payload stripped = size > 0 ? payload.resized(size) : Payload();
  if (!is_genuine(from, number, message, stripped, trailer + sizeof number)) return ++refused_.forged, false;
  window.note(number);
  payload = stripped;
  return true;
}

bool Authenticator::is_genuine(Rank from, std::uint64_t number, Bytes message, const Payload& payload, const std::byte* tag) {
  if (way_ == Authentication::mac) {
    const Mac code = mac(keys_.from(from), Text(Use::message, from, number, message), {&payload, 1});
    return std::memcmp(&code, tag, sizeof code) == 0;
  }
  Proof proof{.number = number};
  std::memcpy(&proof.signature, tag, sizeof proof.signature);
  if (!proves(from, message, digest({&payload, 1}), proof)) return false;
  handed_ = proof;
  return true;
}

Digest Authenticator::digest(std::span<const Payload> payloads) const {
  const std::size_t bytes = size_of(payloads);
  if (bytes == 0) return {};
  detail::take_as_long_as(LocalWork::digest, bytes);
  return primitives_ == Primitives::fast ? fast::digest({}, payloads) : sodium::digest({}, payloads);
}

Proof Authenticator::prove(Bytes message, const Digest& payload) {
  if (way_ != Authentication::signature) return {};
  const std::uint64_t number = next_number();
  return {.number = number, .signature = sign(Text(Use::message, self_, number, message, payload))};
}

bool Authenticator::proves(Rank from, Bytes message, const Digest& payload, const Proof& proof) const {
  if (!is_on()) return true;
  if (way_ != Authentication::signature) return false;
  const Text text(Use::message, from, proof.number, message, payload);
  detail::take_as_long_as(LocalWork::verify, Bytes(text).size());
  return keys_.verifies(from, text, proof.signature);
}

Mac Authenticator::seal(Rank to, Bytes message, const Digest& payload) const {
  return way_ == Authentication::mac ? mac(keys_.to(to), Text(Use::sealed, self_, 0, message, payload), {}) : Mac();
}

bool Authenticator::opens(Rank from, Bytes message, const Digest& payload, const Mac& code) const {
  if (!is_on()) return true;
  return way_ == Authentication::mac && mac(keys_.from(from), Text(Use::sealed, from, 0, message, payload), {}) == code;
}

Mac Authenticator::mac(const Key& key, Bytes text, std::span<const Payload> payloads) const {
  detail::take_as_long_as(LocalWork::mac, text.size() + size_of(payloads));
  return primitives_ == Primitives::fast ? fast::mac(key, text, payloads) : sodium::mac(key, text, payloads);
}

Signature Authenticator::sign(Bytes text) const {
  detail::take_as_long_as(LocalWork::sign, text.size());
  return keys_.sign(text);
}

}  // namespace coordbench
