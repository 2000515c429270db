#pragma once
// A replica's part: it votes for proposals that are safe, once all blocks up to them are here, so that whatever is certified
// is held by f + 1 correct servers. Source: Yin et al., PODC 2019, algorithm 2 ("as a replica") and algorithm 3.

#include "kernels/hotstuff/leader.hpp"

namespace coordbench::hotstuff {

class Voter {
 public:
  Voter(Core& core, Leader& leader) : core_(core), leader_(leader) {}

  /// A proposal has come. One that cannot be voted for yet waits; of two that do, the later.
  void take(Rank from, const Message& message, const Payload& payload, Out& out) {
    Proposal proposal;
    if (from != core_.setting.leader_of(message.round) || !read(message, payload, proposal, out)) return;
    if (!core_.learn(prepare, payload, out)) return;
    if (accept(proposal, out)) return;
    if (message.view() > held_.message.view() && message.view() > current_.message.view()) hold(std::move(proposal), out);
  }
  /// What waited may be due: blocks have come, or the round is entered. Whether it is accepted now.
  bool retry(Out& out) {
    if (held_.message.step == 0) return false;
    const bool is_accepted = accept(held_, out);
    if (is_accepted || held_.message.view() <= current_.message.view()) held_ = {};
    return is_accepted;
  }
  /// True if it is safe to vote for now, or was voted for.
  bool accept(const Proposal& proposal, Out& out) {
    const Rules& rules = core_.rules;
    const View view = proposal.message.view();
    if (view <= current_.message.view() || view.round != core_.pacemaker.round() || !rules.is_safe(proposal.extends))
      return false;
    if (!core_.chain.path_to(needed_by(proposal)).is_whole || !core_.chain.has_room(proposal.message.height)) return false;
    current_ = proposal;
    if (proposal.has_block()) core_.keep(std::move(current_.block), out);
    current_.block = {};
    return true;
  }

  /// Votes in the current view as far as its certificates have come.
  void vote(Out& out) {
    const View view = current_.message.view();
    if (view.round != core_.pacemaker.round() || view.step == 0) return;
    if (core_.rules.may_vote(prepare, view)) cast(prepare, out);
    if (core_.setting.is_chained) return;
    if (core_.rules.high().view == view && core_.rules.may_vote(pre_commit, view)) cast(pre_commit, out);
    if (core_.rules.locked() == view && core_.rules.may_vote(commit, view)) cast(commit, out);
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
           proposal.block.parent == extended.block && core_.blocks.was_asked(proposal.block, core_.ledger.state().turns(), out);
  }
  /// What must be here: the block below or, up to the height that is executed, the block itself. Another one there
  /// contradicts what is decided, and could not be kept.
  [[nodiscard]] Tip needed_by(const Proposal& proposal) const {
    if (!proposal.has_block() || proposal.message.height <= core_.chain.executed().height) return proposal.tip();
    return {proposal.block.height - 1, proposal.block.parent};
  }
  [[gnu::noinline, gnu::cold]] void hold(Proposal proposal, Out& out) {
    if (proposal.has_block()) proposal.block.bytes = in_own_memory(proposal.block.bytes, out);
    held_ = std::move(proposal);
  }

  void cast(Phase phase, Out& out) {
    core_.rules.note_vote(phase, current_.message.view());
    Message vote = current_.vote();
    vote.kind = vote_in(phase);
    const Payload block = out.allocate(sizeof(Digest));
    write(block, 0, current_.content);
    if (!core_.pacemaker.leads()) return out.send(core_.pacemaker.leader(), vote, block);
    const Proof proof = core_.setting.is_signed ? out.prove(vote, out.digest(block)) : Proof();
    leader_.take_vote(core_.self, vote, current_.content, proof, out);
  }

  Core& core_;
  Leader& leader_;
  Proposal current_, held_;  ///< durable: the first
};

}  // namespace coordbench::hotstuff
