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

struct Memory {
  parts::Message vote{};  ///< that it has asked for, for a block of which its own machine knows nothing; step 0: none
  Digest block{};
  std::deque<Payload> certificates{};  ///< the highest that its machine had at one time or another, the newest last
};

void remember_highest(auto& lie) {
  static constexpr std::size_t kKept = 4;
  const parts::Certificate& high = lie.machine.core().rules.high();
  auto& known = lie.memory.certificates;
  if (!known.empty() && parts::Certificates::certified_by(known.back()).view >= high.view) return;
  const Payload copy = lie.make(high.bytes.size());
  high.copy_to(copy, 0);
  known.push_back(copy);
  if (known.size() > kKept) known.pop_front();
}

void note_false_block(auto& lie) {
  const std::size_t bytes = lie.machine.core().certificates.bytes();
  lie.memory.vote = lie.message;
  lie.memory.vote.kind = Kind::vote;
  lie.memory.block = lie.out.digest(lie.payload.part(bytes, lie.payload.size() - bytes));
}

/// As if it knew of nothing that was certified since.
bool propose_on_older(auto& lie) {
  const parts::Core& core = lie.machine.core();
  const std::size_t bytes = core.certificates.bytes(), block = lie.payload.size() - bytes;
  const auto& known = lie.memory.certificates;
  if (lie.message.step > 1 || known.size() < 2) return false;
  const Payload& older = known[lie.random.below(known.size() - 1)];
  const parts::Certified below = parts::Certificates::certified_by(older);
  const std::array<Payload, 2> both{older, lie.payload.part(bytes, block)};
  lie.payload = lie.arena.join(both);
  lie.message.height = below.height + 1;
  parts::write(lie.payload, bytes, below.block);
  parts::write(lie.payload, bytes + sizeof(Digest), lie.message.height);
  note_false_block(lie);
  return true;
}

/// Instead of a new block: the one before again, one on top of an earlier one, other bytes than those that the client has
/// signed, or an operation that is executed already.
bool propose_otherwise(auto& lie) {
  const parts::Core& core = lie.machine.core();
  const std::size_t bytes = core.certificates.bytes();
  const int which = lie.random.below(3);
  if (lie.payload.size() == bytes) return false;
  if (lie.random.below(2) == 0 && propose_on_older(lie)) return true;
  if (which == 0 && lie.message.height > 1) {
    lie.payload = lie.copy(lie.payload.part(0, bytes));
    --lie.message.height;
    return true;
  }
  const parts::Block& executed = core.chain[core.chain.executed().height];
  if (which == 1 && executed.bytes.size() > 0) {
    const std::size_t below = sizeof(Digest) + sizeof(parts::Height);
    const std::array<Payload, 2> both{lie.payload.part(0, bytes + below),
                                      executed.bytes.part(below, executed.bytes.size() - below)};
    lie.payload = lie.arena.join(both);
  } else {
    lie.payload = altered(lie, lie.payload.size() - 1);
  }
  note_false_block(lie);
  return true;
}

/// Its own vote and those that others have cast for its false block; whether they are N - f.
bool count_votes(auto& lie, parts::Votes& votes) {
  const auto& [vote, digest, certificates] = lie.memory;
  votes.begin(vote, digest);
  const Payload block = lie.make(sizeof(Digest));
  parts::write(block, 0, digest);
  votes.add(lie.self, vote, digest, lie.out.prove(vote, lie.out.digest(block)));
  for (const auto& heard : lie.heard) {
    const bool is_server = heard.from < lie.machine.core().setting.servers;  // what is forged may have a client's name
    if (!is_server || heard.message != vote || heard.payload.size() != sizeof(Digest)) continue;
    const auto proof = parts::read<Proof>(heard.sealed, sizeof(Digest));
    if (votes.add(heard.from, vote, parts::read<Digest>(heard.payload, 0), proof)) return true;
  }
  return false;
}

/// Tells late of its false block, with true votes, which it has kept to itself.
bool show_false_block(auto& lie) {
  if (lie.memory.vote.step == 0) return false;
  parts::Votes votes(lie.machine.core().setting);
  if (!count_votes(lie, votes)) return false;
  lie.payload = lie.make(lie.machine.core().certificates.bytes());
  votes.write(lie.payload, 0);
  return true;
}

/// A round that it leads, but that nobody will ever enter.
bool propose_far(auto& lie) {
  const parts::Certificate& high = lie.machine.core().rules.high();
  const auto self = static_cast<std::uint32_t>(lie.self);
  const auto servers = static_cast<std::uint32_t>(lie.machine.core().setting.servers);
  if (high.height == 0) return false;
  lie.message = {.kind = Kind::propose, .round = UINT32_MAX - (UINT32_MAX - self) % servers, .step = 1, .height = high.height};
  lie.payload = lie.make(high.bytes.size());
  high.copy_to(lie.payload, 0);
  return true;
}

/// Where rank 0 asks for all: asks in its place for what it may ask for next, with other bytes.
bool ask_for_another(auto& lie) {
  const parts::Core& core = lie.machine.core();
  if (core.setting.clients > 0 || core.setting.payload_bytes == 0) return false;
  const std::int32_t last = core.ledger.state().session(0).operation;
  lie.message = parts::Blocks::request_of(last + 1 + static_cast<std::int32_t>(lie.random.below(2)));
  lie.payload = lie.make(static_cast<std::size_t>(core.setting.payload_bytes));
  std::fill_n(lie.payload.data(), lie.payload.size(), static_cast<std::byte>(lie.random.below(256)));
  return true;
}

bool lie(auto& lie) {
  if (!lie.machine.core().setting.is_signed) return false;  // certificates would be believed
  remember_highest(lie);
  switch (lie.message.kind) {
    case Kind::propose:
      return propose_otherwise(lie);
    case Kind::vote:
    case Kind::vote_pre_commit:
    case Kind::vote_commit:
      if (lie.random.below(4) == 0 && ask_for_another(lie)) return true;
      if (lie.random.below(4) == 0 && propose_far(lie)) return true;
      if (lie.random.below(2) == 0) return forge_certificate(lie);
      lie.payload = altered(lie, 0);
      return true;
    case Kind::new_view:  // else it knows of nothing
      if (show_false_block(lie)) return true;
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
      if (show_false_block(lie)) return true;
      if (lie.random.below(4) == 0 && ask_for_another(lie)) return true;
      if (lie.random.below(4) == 0 && propose_far(lie)) return true;
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
      lie.payload = altered(lie, lie.payload.size() - 1);
      return true;
    case Kind::snapshot:
      lie.payload = altered(lie, lie.random.below(lie.payload.size()));
      return true;
    default:
      return false;
  }
}

}  // namespace coordbench::testing::hotstuff
