#pragma once
// What a traitor among HotStuff's servers says that is not so. It signs with its own key only; what it forges of others is
// void.

#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

/// The payload with one byte of it changed.
Payload altered(auto& lie, std::size_t at) {
  Payload copy = lie.copy(lie.payload);
  copy.data()[at] ^= std::byte{1};
  return copy;
}

/// As if this server had been all N - f voters: for a block of its own choice, in the view that it votes in.
bool forge_certificate(auto& lie) {
  const parts::Core& core = lie.machine.core();
  const parts::Phase phase = core.setting.is_chained ? parts::prepare : parts::commit;
  parts::Message vote = lie.message;
  vote.kind = parts::vote_in(phase);
  if (lie.random.below(2) == 0) vote.step += static_cast<std::uint32_t>(lie.random.below(3));
  const Payload payload = lie.make(core.certificates.bytes());
  const Payload block = lie.copy(lie.payload);
  if (lie.random.below(2) == 0) block.data()[0] ^= std::byte{1};
  parts::write(payload, 0, vote);
  std::copy_n(block.data(), sizeof(Digest), payload.data() + parts::Certificates::kDigest);
  const Proof proof = lie.out.prove(vote, lie.out.digest(block));
  for (std::size_t at = parts::Certificates::kVotes; at < payload.size(); at += core.setting.vote_bytes()) {
    parts::write(payload, at, static_cast<std::uint32_t>(lie.self));
    parts::write(payload, at + sizeof(std::uint32_t), proof);
  }
  lie.message = {.kind = core.setting.is_chained ? Kind::new_view : Kind::decide,
                 .round = vote.round,
                 .step = vote.step,
                 .height = vote.height};
  lie.payload = payload;
  return true;
}

/// The block before once more instead of a new one, or other bytes than those that the client has signed.
bool propose_otherwise(auto& lie) {
  const std::size_t bytes = lie.machine.core().certificates.bytes();
  if (lie.payload.size() == bytes) return false;
  if (lie.message.height > 1 && lie.random.below(2) == 0) {
    lie.payload = lie.copy(lie.payload.part(0, bytes));
    --lie.message.height;
  } else {
    lie.payload = altered(lie, lie.payload.size() - 1);
  }
  return true;
}

bool lie(auto& lie) {
  if (!lie.machine.core().setting.is_signed) return false;  // certificates would be believed
  switch (lie.message.kind) {
    case Kind::propose:
      return propose_otherwise(lie);
    case Kind::vote:
    case Kind::vote_pre_commit:
    case Kind::vote_commit:
      if (lie.random.below(2) == 0) return forge_certificate(lie);
      lie.payload = altered(lie, 0);
      return true;
    case Kind::new_view:  // it knows of nothing
      lie.payload = lie.copy(lie.payload);
      std::fill_n(lie.payload.data(), lie.payload.size(), std::byte{});
      parts::write(lie.payload, 0, parts::Message{.kind = Kind::vote});
      return true;
    case Kind::pre_commit:
    case Kind::commit:
    case Kind::decide:
      lie.payload = altered(lie, parts::Certificates::kDigest);
      return true;
    case Kind::wish:
      lie.message.round += 1 + static_cast<std::uint32_t>(lie.random.below(20));
      lie.message.value = lie.message.round;
      return true;
    case Kind::status:
      lie.message.height += static_cast<std::uint32_t>(lie.random.below(20));
      return true;
    case Kind::reply:
      ++lie.message.value;
      return true;
    case Kind::block:
    case Kind::snapshot:
      lie.payload = altered(lie, lie.payload.size() - 1);
      return true;
    default:
      return false;
  }
}

}  // namespace coordbench::testing::hotstuff
