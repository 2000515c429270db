#pragma once
// A certificate: N - f servers have voted for a block in one phase of one view. It holds the vote's message, the block's
// digest, and each voter with its proof, in the order of their ranks. Where votes are not signed it is a list of voters.

#include "kernels/hotstuff/block.hpp"

namespace coordbench::hotstuff {

/// What a certificate says; view 0.0 is the genesis.
struct Certified {
  View view{};
  Height height = 0;
  Digest block{};
  friend bool operator==(const Certified&, const Certified&) = default;
};

/// The vote that it was made of, and the block's digest.
struct Ballot {
  Message vote{};
  Digest block{};
};

/// The same with the bytes that show it, in memory of its own.
struct Certificate : Certified {
  std::vector<std::byte> bytes;

  explicit Certificate(const Setting& setting) : bytes(setting.certificate_bytes()) {}
  void set(const Certified& what, const Payload& payload) {
    static_cast<Certified&>(*this) = what;
    std::copy_n(payload.data(), bytes.size(), bytes.data());
  }
  void copy_to(const Payload& payload, std::size_t offset) const {
    std::copy_n(bytes.data(), bytes.size(), payload.data() + offset);
  }
  [[nodiscard]] Ballot ballot() const {
    Ballot ballot{.block = block};
    std::memcpy(&ballot.vote, bytes.data(), sizeof ballot.vote);
    return ballot;
  }
};

class Certificates {
 public:
  explicit Certificates(const Setting& setting)
      : servers_(setting.servers),
        quorum_(static_cast<std::size_t>(setting.quorum)),
        vote_bytes_(setting.vote_bytes()),
        is_signed_(setting.is_signed) {}

  [[nodiscard]] std::size_t bytes() const { return kVotes + quorum_ * vote_bytes_; }
  static Message vote_of(const Payload& payload) { return read<Message>(payload, 0); }
  static Certified certified_by(const Payload& payload) {
    const Message vote = vote_of(payload);
    return {vote.view(), vote.height, read<Digest>(payload, kDigest)};
  }
  static Payload digest_in(const Payload& payload) { return payload.part(kDigest, sizeof(Digest)); }

  /// The genesis needs no votes: all know it.
  [[nodiscard]] bool is_valid(const Payload& payload, Kind kind, Out& out) const {
    if (vote_of(payload).kind != kind) return false;
    if (const Certified what = certified_by(payload); what.view == View()) return what == Certified();
    const Digest digest = is_signed_ ? out.digest(digest_in(payload)) : Digest();
    std::int64_t last = -1;
    for (std::size_t i = 0; i < quorum_; ++i) {
      const auto voter = read<std::uint32_t>(payload, kVotes + i * vote_bytes_);
      if (voter <= last || voter >= static_cast<std::uint32_t>(servers_)) return false;
      last = voter;
      if (is_signed_ && !is_proved(payload, i, static_cast<Rank>(voter), digest, out)) return false;
    }
    return true;
  }

  static constexpr std::size_t kDigest = sizeof(Message), kVotes = kDigest + sizeof(Digest);

 private:
  [[nodiscard]] bool is_proved(const Payload& payload, std::size_t i, Rank voter, const Digest& digest, Out& out) const {
    const auto proof = read<Proof>(payload, kVotes + i * vote_bytes_ + sizeof(std::uint32_t));
    return out.proves(voter, vote_of(payload), digest, proof);
  }

  int servers_;
  std::size_t quorum_, vote_bytes_;
  bool is_signed_;
};

/// The votes that a leader collects in one phase of one view.
class Votes {
 public:
  explicit Votes(const Setting& setting)
      : vote_bytes_(setting.vote_bytes()),
        is_signed_(setting.is_signed),
        quorum_(setting.quorum),
        cast_(static_cast<std::size_t>(setting.servers)) {}

  /// For this message and block from now on.
  void begin(const Message& vote, const Digest& block) {
    vote_ = vote;
    block_ = block;
    is_open_ = true;
    count_ = 0;
    for (Cast& cast : cast_) cast.has_come = false;
  }
  void end() { is_open_ = false; }
  [[nodiscard]] bool is_full() const { return is_open_ && count_ == quorum_; }
  [[nodiscard]] bool is_open() const { return is_open_; }
  [[nodiscard]] const Message& vote() const { return vote_; }
  [[nodiscard]] const Digest& block() const { return block_; }

  /// Whether the quorum is full now. A server counts once, and only if it votes for exactly this.
  bool add(Rank from, const Message& vote, const Digest& block, const Proof& proof) {
    Cast& cast = cast_[static_cast<std::size_t>(from)];
    if (count_ == quorum_) return false;
    if (!is_open_ || cast.has_come || vote != vote_ || block != block_) return false;
    cast = {true, proof};
    return ++count_ == quorum_;
  }
  /// The certificate, once the quorum is full.
  void write(const Payload& to, std::size_t offset) const {
    hotstuff::write(to, offset, vote_);
    hotstuff::write(to, offset + Certificates::kDigest, block_);
    std::size_t at = offset + Certificates::kVotes;
    for (std::size_t voter = 0; voter < cast_.size(); ++voter) {
      if (!cast_[voter].has_come) continue;
      hotstuff::write(to, at, static_cast<std::uint32_t>(voter));
      if (is_signed_) hotstuff::write(to, at + sizeof(std::uint32_t), cast_[voter].proof);
      at += vote_bytes_;
    }
  }

 private:
  struct Cast {
    bool has_come = false;
    Proof proof{};
  };
  std::size_t vote_bytes_;
  bool is_signed_;
  int quorum_, count_ = 0;
  bool is_open_ = false;
  Message vote_;
  Digest block_;
  std::vector<Cast> cast_;  ///< [server]
};

}  // namespace coordbench::hotstuff
