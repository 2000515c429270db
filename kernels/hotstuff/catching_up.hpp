#pragma once
// How a server that was cut off or asleep gets what it lacks. It fetches blocks, whose digests it knows, one behind the other;
// of blocks that the others have compacted it takes the state, if f + 1 servers show the same. Servers that have executed
// something tell it to those that may not have, until they have said that they have it too. All of it is background and runs
// on time-outs. Source: Castro, Liskov, "Practical Byzantine fault tolerance", OSDI 1999, 4.3 (checkpoints), 4.6 (state
// transfer).

#include "kernels/hotstuff/voter.hpp"

namespace coordbench::hotstuff {

class CatchingUp {
 public:
  CatchingUp(Core& core, const Voter& voter)
      : core_(core), voter_(voter), servers_(static_cast<std::size_t>(core.setting.servers)) {}

  [[nodiscard]] Time alarm() const { return alarm_; }

  // ---- blocks and states that this server lacks -------------------------------------------------------------------------

  /// Called after every step: asks for the first block that is missing, and again after a while, somebody else.
  void fetch_missing(Out& out) {
    if (core_.setting.timeout == 0) return;
    const Tip missing = find_missing();
    if (missing.height == 0) return rest();
    if (missing == wanted_ && out.now() < alarm_) return;
    fetch(missing, out);
  }
  [[gnu::noinline, gnu::cold]] void take_block(const Payload& payload, Out& out) {
    if (!core_.blocks.fits(payload.size())) return;
    Block block = core_.blocks.read(payload, out);
    if (Tip{block.height, block.digest} == wanted_ && core_.can_keep(block.height, block.bytes, out))
      core_.keep(std::move(block), out);
  }
  /// A faulty server may show any state, but not f + 1.
  [[gnu::noinline, gnu::cold]] void take_snapshot(Rank from, const Message& message, const Payload& payload, Out& out) {
    if (message.height <= core_.chain.executed().height || payload.size() != core_.setting.snapshot_bytes()) return;
    const Tip shown{message.height, out.digest(payload)};
    servers_[static_cast<std::size_t>(from)].shows = shown;
    is_far_behind_ = true;
    const auto equal = std::count_if(servers_.begin(), servers_.end(), [&](const Server& one) { return one.shows == shown; });
    if (equal <= core_.setting.faults) return;
    core_.install({message.height, read<Digest>(payload, 0)}, payload, out);
    rest();
  }

  // ---- what others lack -------------------------------------------------------------------------------------------------

  [[gnu::noinline, gnu::cold]] void serve_fetch(Rank to, const Message& message, const Payload& payload, Out& out) {
    if (payload.size() != sizeof(Digest)) return;
    const Chain& chain = core_.chain;
    const bool wants_block = message.step != kOnlyState;
    const Block* block = wants_block ? chain.find({message.height, read<Digest>(payload, 0)}) : nullptr;
    if (block) {
      if (core_.allowance.takes_one_of_many(to, out.now()))
        out.send(to, {.kind = Kind::block, .height = block->height}, block->bytes);
    } else if (chain.base().height > 0 && (!wants_block || message.height <= chain.base().height) && out.has_room() &&
               core_.allowance.takes(to, Kind::snapshot, out.now())) {
      const Payload snapshot = out.allocate(core_.setting.snapshot_bytes());
      core_.ledger.write_snapshot(chain.base(), snapshot);
      out.send(to, {.kind = Kind::snapshot, .height = chain.base().height}, snapshot);
    }
  }
  /// How far another server is. One that is behind is shown what is decided. One that is ahead is asked for it, but only once
  /// for each height that it tells, or a liar could keep both busy for ever.
  [[gnu::noinline, gnu::cold]] void note_height(Rank from, Height height, bool wants_answer, Out& out) {
    Height& known = servers_[static_cast<std::size_t>(from)].executed;
    const Height own = core_.chain.executed().height;
    const bool asks = height > std::max(own, known);
    known = std::max(known, height);
    if (height < own && core_.rules.decided().height > height)
      show(from, out);
    else if ((wants_answer || asks) && core_.allowance.takes_one_of_many(from, out.now()))
      out.send(from, {.kind = Kind::status, .step = asks ? 1U : 0U, .height = own});
  }
  [[gnu::noinline, gnu::cold]] void take_decided(Rank from, const Message& message, const Payload& payload, Out& out) {
    Height& known = servers_[static_cast<std::size_t>(from)].executed;
    known = std::max(known, message.height);
    const std::size_t bytes = core_.certificates.bytes();
    if (!core_.setting.is_chained) return void(core_.learn(commit, payload, out));
    if (payload.size() != 2 * bytes) return;
    const Payload third = payload.part(bytes, bytes);
    if (core_.learn(prepare, payload, out) && core_.learn(prepare, third, out)) core_.rules.learn_shown(payload, third);
  }

  /// When to ask those who may not have executed what this server has: kNever if all have said that they have.
  [[nodiscard]] Time idle_alarm(Time now) {
    const Height own = core_.chain.executed().height;
    const bool is_any_behind = std::any_of(servers_.begin(), servers_.end(), [&](const Server& one) {
      return &one != &servers_[static_cast<std::size_t>(core_.self)] && one.executed < own;
    });
    if (own != asked_height_) asked_height_ = own, asked_times_ = 0, idle_alarm_ = kNever;
    if (!is_any_behind) return idle_alarm_ = kNever;
    if (idle_alarm_ == kNever) idle_alarm_ = now + (core_.setting.timeout << std::min(asked_times_, 6));
    return idle_alarm_;
  }
  [[gnu::noinline, gnu::cold]] void ask_those_behind(Out& out) {
    idle_alarm_ = kNever;
    ++asked_times_;
    for (Rank rank = 0; rank < core_.setting.servers; ++rank)
      if (rank != core_.self && servers_[static_cast<std::size_t>(rank)].executed < core_.chain.executed().height)
        out.send(rank, {.kind = Kind::status, .step = 1, .height = core_.chain.executed().height});
  }

  void restart() {
    rest();
    for (Server& server : servers_) server = {};
    asked_height_ = 0;
  }

 private:
  enum : std::uint32_t { kFromOne, kFromAll, kOnlyState };  ///< what a fetch says of itself
  struct Server {
    Height executed = 0;  ///< as it said
    Tip shows{};          ///< the height of its snapshot, and the snapshot's digest
  };

  void show(Rank to, Out& out) {
    if (!out.has_room() || !core_.allowance.takes(to, Kind::decided, out.now())) return;
    const Payload payload = out.allocate(core_.rules.shown_bytes());
    core_.rules.show(payload);
    out.send(to, {.kind = Kind::decided, .height = core_.chain.executed().height}, payload);
  }
  void rest() {
    wanted_ = {};
    attempts_ = 0;
    alarm_ = kNever;
    is_far_behind_ = false;
  }
  /// Of what is decided first, then of what is certified, then of what waits to be voted for; height 0: nothing is missing.
  [[nodiscard]] Tip find_missing() const {
    const Rules& rules = core_.rules;
    if (rules.decided().height > core_.chain.executed().height) return missing_on(Core::tip_of(rules.decided()));
    if (rules.has_ahead())
      if (const Tip missing = missing_on(Core::tip_of(rules.ahead())); missing.height > 0) return missing;
    const Proposal& held = voter_.held();
    if (held.message.step == 0 || held.message.round < core_.pacemaker.round()) return {};
    return missing_on(held.has_block() ? Tip{held.block.height - 1, held.block.parent} : held.tip());
  }
  [[nodiscard]] Tip missing_on(const Tip& tip) const { return core_.chain.path_to(tip).missing.value_or(Tip()); }

  [[gnu::noinline, gnu::cold]] void fetch(const Tip& missing, Out& out) {
    if (missing == wanted_) ++attempts_;  // else who gave the last one may have this one too
    wanted_ = missing;
    alarm_ = out.now() + std::max<Time>(1, (core_.setting.timeout / 4) << std::min(attempts_ / core_.setting.servers, 6));
    if (!out.has_room()) return;
    const std::uint32_t step = !core_.chain.has_room(missing.height) ? kOnlyState : is_far_behind_ ? kFromAll : kFromOne;
    const Payload digest = out.allocate(sizeof(Digest));
    write(digest, 0, missing.digest);
    const Message message{.kind = Kind::fetch, .step = step, .height = missing.height};
    if (step != kFromOne) return out.send_others(message, digest);
    const Rank first = core_.pacemaker.leader();
    Rank to = (first + attempts_) % core_.setting.servers;
    if (to == core_.self) to = (to + 1) % core_.setting.servers;
    out.send(to, message, digest);
  }

  Core& core_;
  const Voter& voter_;
  std::vector<Server> servers_;
  Tip wanted_{};  ///< the block that was asked for last; height 0: none
  int attempts_ = 0;
  Time alarm_ = kNever;
  bool is_far_behind_ = false;  ///< somebody has compacted what is missing
  Height asked_height_ = 0;     ///< the others were asked whether they have executed that much …
  int asked_times_ = 0;         ///< … so often
  Time idle_alarm_ = kNever;
};

}  // namespace coordbench::hotstuff
