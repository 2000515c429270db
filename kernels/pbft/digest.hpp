#pragma once
// Digests of payloads. They stand for the payload in every message that does not carry it.

#include <cstring>

#include "kernels/pbft/message.hpp"

namespace coordbench::pbft {

inline ShortDigest short_of(const coordbench::Digest& digest) {
  ShortDigest first;
  std::memcpy(first.words.data(), digest.bytes.data(), sizeof first.words);
  return first;
}
inline ShortDigest digest_of(const Payload& payload, const Out& out) { return short_of(out.digest(payload)); }

}  // namespace coordbench::pbft
