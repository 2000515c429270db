#pragma once
// A block: the digest of the one that it extends, its height, one operation with the asker's proof, and the operation's
// bytes. Blocks are known by their digests.

#include <algorithm>
#include <cstring>

#include "kernels/hotstuff/setting.hpp"

namespace coordbench::hotstuff {

/// The digest of a payload, or zeros if there are no bytes: what a message's proof is about besides the message.
inline Digest digest_of(const Payload& payload, Out& out) { return payload.size() > 0 ? out.digest(payload) : Digest(); }

template <class T>
T read(const Payload& payload, std::size_t offset) {
  T value;
  std::memcpy(&value, payload.data() + offset, sizeof value);
  return value;
}
template <class T>
void write(const Payload& payload, std::size_t offset, const T& value) {
  std::memcpy(payload.data() + offset, &value, sizeof value);
}

struct Block {
  Height height = 0;
  std::int32_t operation = -1;
  Digest digest{}, parent{};
  Payload bytes{};  ///< header and operation, which the digest is of
};

/// What a client, or rank 0 in place of clients, has asked for.
struct Request {
  std::int32_t operation = -1;  ///< -1: nothing
  Proof proof{};
  Payload payload{};
};

class Blocks {
 public:
  explicit Blocks(const Setting& setting)
      : header_bytes_(setting.header_bytes()), setting_(setting), shows_requests_(setting.shows_requests()) {}

  /// Into a payload with room behind `offset`, on top of `parent`.
  void write(const Payload& to, std::size_t offset, Height height, const Digest& parent, const Request& request) const {
    hotstuff::write(to, offset, parent);
    hotstuff::write(to, offset + kHeight, height);
    hotstuff::write(to, offset + kOperation, request.operation);
    if (shows_requests_) hotstuff::write(to, offset + kProof, request.proof);
    if (request.payload.size() > 0)
      std::memcpy(to.data() + offset + header_bytes_, request.payload.data(), request.payload.size());
  }
  [[nodiscard]] Block read(const Payload& bytes, Out& out) const {
    return {.height = hotstuff::read<Height>(bytes, kHeight),
            .operation = hotstuff::read<std::int32_t>(bytes, kOperation),
            .digest = out.digest(bytes),
            .parent = hotstuff::read<Digest>(bytes, 0),
            .bytes = bytes};
  }
  [[nodiscard]] std::size_t bytes(std::size_t command) const { return header_bytes_ + command; }
  [[nodiscard]] Payload command(const Payload& bytes) const { return bytes.part(header_bytes_, bytes.size() - header_bytes_); }
  /// Whether somebody has asked for what the block holds. Rank 0 need not prove what it asks for and proposes itself.
  [[nodiscard]] bool was_asked(const Block& block, Rank proposer, const Turns& turns, Out& out) const {
    if (block.operation < 0) return false;
    const Rank asker = setting_.asker_of(turns.of(block.operation).client);
    if (!shows_requests_ || proposer == asker) return true;
    const Proof proof = hotstuff::read<Proof>(block.bytes, kProof);
    return out.proves(asker, request_of(block.operation), digest_of(command(block.bytes), out), proof);
  }
  /// The message with which an operation is asked for.
  static Message request_of(std::int32_t operation) {
    return {.first = static_cast<std::uint32_t>(operation), .count = 1, .kind = Kind::request};
  }
  /// Whether so many bytes can be a block.
  [[nodiscard]] bool fits(std::size_t bytes) const { return bytes >= header_bytes_; }

 private:
  static constexpr std::size_t kHeight = sizeof(Digest), kOperation = kHeight + sizeof(Height);
  static constexpr std::size_t kProof = kOperation + sizeof(std::int32_t);

  std::size_t header_bytes_;
  Setting setting_;
  bool shows_requests_;
};

/// A copy of its own where the bytes lie in another rank's memory: that may be lost with the rank.
inline Payload in_own_memory(const Payload& payload, Out& out) {
  if (!payload.is_borrowed()) return payload;
  Payload copy = out.allocate(payload.size());
  std::copy_n(payload.data(), payload.size(), copy.data());
  return copy;
}

}  // namespace coordbench::hotstuff
