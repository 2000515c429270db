#pragma once
// One server of HotStuff by itself, and what the others say to it, or do not receive.

#include "tests/safety/hotstuff/servers.hpp"
#include "tests/support/growing_arena.hpp"
#include "tests/support/shapes.hpp"

namespace coordbench::testing::hotstuff {

/// It makes as many payloads as it declares, and no more.
class LoneServer {
 public:
  using Message = parts::Message;
  struct Word {
    Message message;
    Payload payload;
  };
  using Said = std::vector<Word>;

  explicit LoneServer(const Shape& shape, Rank self = 3)
      : shape_(shape),
        bounds_(bounds_of<Hotstuff>(shape, self)),
        made_(bounds_.made, bounds_.made_bytes),
        authenticator_(shape, self, Primitives::fast),
        machine_(shape, self),
        out_(bounds_, true, &made_, &made_, &authenticator_) {}

  // ---- what happens to it; each says what it answers --------------------------------------------------------------------

  Said hears(Rank from, const Message& message, const Payload& payload = {}) {
    machine_.step(from, message, payload, out_);
    return taken();
  }
  Said is_asked(Operation operation) {
    machine_.propose(operation, command(), out_);
    return taken();
  }
  /// Its next alarm.
  Said wakes() {
    out_.hand(machine_.deadline());
    machine_.tick(out_);
    return taken();
  }
  /// A proposal of the round's leader: a block with this operation on top of the one `below`, which is certified.
  Said is_proposed(View view, std::int32_t operation, const parts::Certified& below = {}, const Proof& proof = {}) {
    const std::size_t offset = core().certificates.bytes();
    const Payload payload = bytes_.allocate(offset + core().blocks.bytes(static_cast<std::size_t>(shape_.payload_bytes)));
    genesis_to(payload);
    if (below.height > 0) write_certificate(payload, 0, Kind::vote, below);
    const parts::Request request{.operation = operation, .proof = proof, .payload = command()};
    core().blocks.write(payload, offset, below.height + 1, below.block, request);
    block_ = payload.part(offset, payload.size() - offset);
    proposed_ = {view, below.height + 1, out_.digest(block_)};
    const Message message{.kind = Kind::propose, .round = view.round, .step = view.step, .height = proposed_.height};
    return hears(core().setting.leader_of(view.round), message, payload);
  }
  /// Ranks 0 to 2 have voted for what was proposed last, by this vote.
  Said is_shown(Kind announcement, Kind vote) {
    const Payload payload = certificates(1);
    write_certificate(payload, 0, vote, proposed_);
    return hears(core().pacemaker.leader(),
                 {.kind = announcement, .round = proposed_.view.round, .step = proposed_.view.step, .height = proposed_.height},
                 payload);
  }
  Said is_told_that_it_is_decided() { return is_shown(Kind::decide, Kind::vote_commit); }
  /// That two others are in this round; the last answer.
  Said is_told_of(std::uint32_t round) {
    hears(1, {.kind = Kind::wish, .round = round, .value = round}, genesis());
    return hears(2, {.kind = Kind::wish, .round = round, .value = round}, genesis());
  }

  // ---- payloads ---------------------------------------------------------------------------------------------------------

  void write_certificate(const Payload& to, std::size_t offset, Kind vote, const parts::Certified& what) const {
    parts::write(to, offset, Message{.kind = vote, .round = what.view.round, .step = what.view.step, .height = what.height});
    parts::write(to, offset + parts::Certificates::kDigest, what.block);
    for (std::uint32_t voter = 0; voter < 3; ++voter)
      parts::write(to, offset + parts::Certificates::kVotes + sizeof voter * voter, voter);
  }
  [[nodiscard]] Payload certificates(std::size_t count) { return bytes_.allocate(count * core().certificates.bytes()); }
  [[nodiscard]] Payload genesis() {
    const Payload payload = certificates(1);
    genesis_to(payload);
    return payload;
  }
  [[nodiscard]] Payload digest(const Digest& of) {
    const Payload payload = bytes_.allocate(sizeof of);
    parts::write(payload, 0, of);
    return payload;
  }
  /// The bytes of every operation.
  [[nodiscard]] Payload command() {
    const Payload payload = bytes_.allocate(static_cast<std::size_t>(shape_.payload_bytes));
    std::fill_n(payload.data(), payload.size(), std::byte{});
    return payload;
  }
  /// Who asks for an operation has signed that.
  [[nodiscard]] Proof proof_of(Rank asker, std::int32_t operation) {
    const Message request = parts::Blocks::request_of(operation);
    return Authenticator(shape_, asker, Primitives::fast)
        .prove(std::as_bytes(std::span(&request, 1)), parts::digest_of(command(), out_));
  }
  /// All that it could still make: as if it were on its way to servers that do not receive.
  [[nodiscard]] std::vector<Payload> hoard() {
    std::vector<Payload> all;
    while (made_.has_free(1)) all.push_back(made_.allocate(1));
    return all;
  }

  [[nodiscard]] const parts::Core& core() const { return machine_.core(); }
  [[nodiscard]] const Hotstuff& machine() const { return machine_; }
  [[nodiscard]] const parts::Certified& proposed() const { return proposed_; }  ///< last
  [[nodiscard]] const Payload& block() const { return block_; }                 ///< the same, in its bytes

 private:
  void genesis_to(const Payload& payload) const {
    std::fill_n(payload.data(), core().certificates.bytes(), std::byte{});
    parts::write(payload, 0, Message{.kind = Kind::vote});
  }
  Said taken() {
    Said said;
    for (auto& envelope : out_.envelopes()) said.push_back({envelope.message, std::exchange(envelope.payload, {})});
    out_.clear();
    return said;
  }

  Shape shape_;
  Bounds bounds_;
  PayloadArena made_;
  GrowingArena bytes_;
  Authenticator authenticator_;
  Hotstuff machine_;
  Hotstuff::Out out_;
  parts::Certified proposed_{};
  Payload block_{};
};

inline std::ptrdiff_t count(const LoneServer::Said& said, Kind kind) {
  return std::count_if(said.begin(), said.end(), [kind](const LoneServer::Word& word) { return word.message.kind == kind; });
}

}  // namespace coordbench::testing::hotstuff
