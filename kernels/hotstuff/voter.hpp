#pragma once
// A replica's part: it votes for safe proposals. It waits until it has all blocks up to the proposal's, so f + 1 correct
// servers have each certified block. Source: Yin et al., PODC 2019, algorithm 2 ("as a replica") and algorithm 3.

#include "kernels/hotstuff/leader.hpp"

namespace coordbench::hotstuff {

class Voter {
 public:
  Voter(Core& core, Leader& leader) : core_(core), leader_(leader) {}

  /// A proposal has come. One that cannot be voted for yet waits.
  void take(Rank from, const Message& message, const Payload& payload, Out& out) {
    Proposal proposal;
    if (from != core_.setting.leader_of(message.round) || !read(message, payload, proposal, out)) return;
    if (!core_.learn(prepare, payload, out)) return;
    if (accept(proposal, out)) return;
    if (is_due_before_held(message)) hold(std::move(proposal), out);
  }
  /// What waited may be due: blocks have come, or the round is entered. Whether it is accepted now.
  bool retry(Out& out) {
    if (held_.message.step == 0) return false;
    const bool is_accepted = accept(held_, out);
    if (is_accepted || is_past(held_.message)) held_ = {};
    return is_accepted;
  }
  /// True if it is safe to vote for now, or was voted for.
  bool accept(const Proposal& proposal, Out& out) {
    const Rules& rules = core_.rules;
    const View view = proposal.message.view();
    if (view <= current_.message.view() || view.round != core_.pacemaker.round() || !rules.is_safe(proposal.extends))
      return false;
    if (!core_.chain.path_to(needed_by(proposal)).is_whole) return false;
    if (!core_.can_keep(proposal.message.height, proposal.block.bytes, out)) return false;
    current_ = proposal;
    if (proposal.has_block()) core_.keep(std::move(current_.block), out);
    current_.block = {};
    return true;
  }

  /// Votes in the current view as far as its certificates have come: in the second and third phase for what those name, which
  /// may be another block than a leader that lies has proposed here.
  void vote(Out& out) {
    const View view = current_.message.view();
    if (view.round != core_.pacemaker.round() || view.step == 0) return;
    if (may_cast(prepare, out)) cast(prepare, {current_.vote(), current_.content}, out);
    if (core_.setting.is_chained) return;
    if (core_.rules.high().view == view && may_cast(pre_commit, out)) cast(pre_commit, core_.rules.high().ballot(), out);
    if (core_.rules.locked() == view && may_cast(commit, out)) cast(commit, core_.rules.locked_ballot(), out);
  }

  /// The proposal that was accepted last, and the one that waits; its block is missing if the view is above 0.0.
  [[nodiscard]] const Proposal& current() const { return current_; }
  [[nodiscard]] const Proposal& held() const { return held_; }

  void restart() { held_ = {}; }

 private:
  /// False if it is no proposal at all: within a round each view extends the one before it, and a block the one certified.
  bool read(const Message& message, const Payload& payload, Proposal& proposal, Out& out) const {
    const std::size_t offset = core_.certificates.bytes();
    if (message.step == 0 || payload.size() < offset) return false;
    const Certified extended = Certificates::certified_by(payload);
    const View view = message.view();
    if (view.step > 1 ? extended.view != View{view.round, view.step - 1} : extended.view >= view) return false;
    proposal = {.message = message, .extends = extended.view, .content = extended.block};
    if (payload.size() == offset) return message.height == extended.height && message.height > 0;
    if (!core_.blocks.fits(payload.size() - offset)) return false;
    proposal.block = core_.blocks.read(payload.part(offset, payload.size() - offset), out);
    proposal.content = proposal.block.digest;
    return message.height == extended.height + 1 && proposal.block.height == message.height &&
           proposal.block.parent == extended.block &&
           core_.blocks.was_asked(proposal.block, core_.setting.leader_of(view.round), core_.ledger.state().turns(), out);
  }
  /// What must be here: the block below or, up to the height that is executed, the block itself. Another one there
  /// contradicts what is decided, and could not be kept.
  [[nodiscard]] Tip needed_by(const Proposal& proposal) const {
    if (!proposal.has_block() || proposal.message.height <= core_.chain.executed().height) return proposal.tip();
    return {proposal.block.height - 1, proposal.block.parent};
  }
  /// Of a round that is over, or not behind the last that was voted for.
  [[nodiscard]] bool is_past(const Message& proposal) const {
    return proposal.round < core_.pacemaker.round() || proposal.view() <= current_.message.view();
  }
  /// Whether it is to wait in place of the one that does. The earlier round is due first: a faulty server leads rounds that
  /// nobody will ever enter. Within a round the leader has gone on.
  [[nodiscard]] bool is_due_before_held(const Message& proposal) const {
    const Message& held = held_.message;
    if (is_past(proposal)) return false;
    if (held.step == 0 || is_past(held)) return true;
    return proposal.round == held.round ? proposal.step > held.step : proposal.round < held.round;
  }
  [[gnu::noinline, gnu::cold]] void hold(Proposal proposal, Out& out) {
    if (proposal.block.bytes.is_borrowed() && !out.has_room()) return;
    if (proposal.has_block()) proposal.block.bytes = in_own_memory(proposal.block.bytes, out);
    held_ = std::move(proposal);
  }

  /// Without room the vote waits for it.
  [[nodiscard]] bool may_cast(Phase phase, const Out& out) const {
    return core_.rules.may_vote(phase, current_.message.view()) && out.has_room();
  }
  void cast(Phase phase, Ballot ballot, Out& out) {
    Message& vote = ballot.vote;
    core_.rules.note_vote(phase, vote.view());
    vote.kind = vote_in(phase);
    const Payload block = out.allocate(sizeof(Digest));
    write(block, 0, ballot.block);
    if (!core_.pacemaker.leads()) return out.send(core_.pacemaker.leader(), vote, block);
    const Proof proof = core_.setting.is_signed ? out.prove(vote, out.digest(block)) : Proof();
    leader_.take_vote(core_.self, vote, ballot.block, proof, out);
  }

  Core& core_;
  Leader& leader_;
  Proposal current_, held_;  ///< durable: the first
};

}  // namespace coordbench::hotstuff
