#pragma once
// Digests of payloads. They stand for the payload in every message that does not carry it.

#include <cstring>

#include "kernels/pbft/message.hpp"

namespace coordbench::pbft {

inline ShortDigest digest_of(const Payload& payload, Out& /*out*/) {
  ShortDigest digest;
  std::array<std::uint64_t, 2> lanes{mix(payload.size()), mix(~std::uint64_t{payload.size()})};
  for (std::size_t i = 0; i < payload.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, payload.data() + i, std::min<std::size_t>(8, payload.size() - i));
    lanes = {mix(lanes[0] ^ word), mix(lanes[1] + word)};
  }
  std::memcpy(digest.words.data(), lanes.data(), sizeof digest.words);
  return digest;
}

}  // namespace coordbench::pbft
