#pragma once
// A server that leads a round: it proposes, collects votes, and shows their certificates.
// Source: Yin et al., PODC 2019, algorithm 2 (basic, "as a leader") and algorithm 3 (chained).

#include "kernels/hotstuff/core.hpp"
#include "kernels/replication/asked.hpp"

namespace coordbench::hotstuff {

/// What a leader says in one view, and what the others know of it.
struct Proposal {
  Message message{};
  View extends{};    ///< the view of its certificate
  Digest content{};  ///< the block that it is about
  Block block{};     ///< without bytes if it brings none
  [[nodiscard]] bool has_block() const { return block.bytes.size() > 0; }
  [[nodiscard]] Tip tip() const { return {message.height, content}; }
  [[nodiscard]] Message vote() const {
    Message vote = message;
    vote.kind = Kind::vote;
    return vote;
  }
};

class Leader {
 public:
  explicit Leader(Core& core) : core_(core), votes_(core.setting), new_views_(static_cast<std::size_t>(core.setting.servers)) {}

  /// This server has entered a round.
  [[gnu::noinline, gnu::cold]] void begin_round() {
    votes_.end();
    told_ = 0;
    before_.fill(-1);
  }
  /// A server is ready for this view, and has told its highest certificate.
  void note_new_view(Rank from, View view) {
    View& known = new_views_[static_cast<std::size_t>(from)];
    known = std::max(known, view);
  }

  /// The next proposal, if it is this server's turn and there is something to say. It extends the highest certificate that
  /// the server was told of, and waits for that one's block: what extends a lower one finds servers locked. It waits, too,
  /// while all payloads are on their way to servers that do not receive.
  std::optional<Proposal> next(Out& out) {
    const Rules& rules = core_.rules;
    if (!core_.pacemaker.leads() || votes_.is_open() || rules.has_ahead()) return {};
    if (!out.has_room()) return {};
    const View last = rules.high().view;
    const View view{core_.pacemaker.round(), last.round == core_.pacemaker.round() ? last.step + 1 : 1};
    if (view <= proposed_ || !is_ready(view)) return {};
    if (view.step == 1) recall_asked();
    const Pending::Asked* asked = may_extend() ? next_asked() : nullptr;
    if (!asked && rules.high().height <= (core_.setting.is_chained ? told_ : rules.decided().height)) return {};
    return propose(view, asked, out);
  }

  /// A vote has come, or is this server's own.
  void take_vote(Rank from, const Message& vote, const Digest& block, const Proof& proof, Out& out) {
    votes_.add(from, vote, block, proof);
    end_phase_if_full(out);
  }
  /// A certificate for which there is no room is made later.
  void end_phase_if_full(Out& out) {
    if (votes_.is_full() && out.has_room()) end_phase(out);
  }
  void restart() {
    votes_.end();
    for (View& view : new_views_) view = {};
  }

 private:
  /// Round 0 is rank 0's. Of another N - f must have told their certificates or, if that is wanted, of every view.
  [[nodiscard]] bool is_ready(View view) const {
    if (view == View{0, 1} || (view.step > 1 && !core_.setting.tells_each)) return true;
    const auto count = std::count_if(new_views_.begin(), new_views_.end(),
                                     [&](View known) { return known.round == view.round && known.step >= view.step; });
    return count >= core_.setting.quorum;
  }
  /// A block on top of one that is not decided would do in a chain only, and only as long as all have room.
  [[nodiscard]] bool may_extend() const {
    const Height high = core_.rules.high().height;
    if (!core_.setting.is_chained) return high <= core_.rules.decided().height;
    return high < core_.chain.executed().height + core_.setting.chain_capacity() / 2;
  }
  /// What was asked for is taken once in a round, each client's in their order, and the clients in turns.
  const Pending::Asked* next_asked() {
    const State& state = core_.ledger.state();
    for (int tries = 0; tries < core_.setting.sessions(); ++tries) {
      const std::int32_t client = turn_;
      turn_ = turn_ + 1 == core_.setting.sessions() ? 0 : turn_ + 1;
      if (const Pending::Asked* asked = core_.pending.find(asked_.due(state, client))) return asked;
    }
    return nullptr;
  }
  /// From the blocks that are certified already.
  [[gnu::noinline]] void recall_asked() {
    const State& state = core_.ledger.state();
    asked_.begin(state);
    core_.chain.adopt(Core::tip_of(core_.rules.high()));
    for (Height height = core_.chain.executed().height + 1; height <= core_.rules.high().height; ++height)
      if (const std::int32_t operation = core_.chain[height].operation; operation >= 0 && asked_.is_due(state, operation))
        asked_.note(state, operation);
  }

  Proposal propose(View view, const Pending::Asked* asked, Out& out) {
    const Certificate& high = core_.rules.high();
    const std::size_t offset = core_.certificates.bytes(), bytes = asked ? core_.blocks.bytes(asked->payload.size()) : 0;
    const Payload payload = out.allocate(offset + bytes);
    high.copy_to(payload, 0);
    Proposal proposal{.message = {.kind = Kind::propose, .round = view.round, .step = view.step, .height = high.height},
                      .extends = high.view,
                      .content = high.block};
    if (asked) {
      core_.blocks.write(payload, offset, ++proposal.message.height, high.block, *asked);
      proposal.block = core_.blocks.read(payload.part(offset, bytes), out);
      proposal.content = proposal.block.digest;
      asked_.note(core_.ledger.state(), asked->operation);
    }
    name_operations(proposal, asked ? asked->operation : -1);
    out.send_others(proposal.message, payload);
    proposed_ = view;
    told_ = core_.rules.decided().height;
    votes_.begin(proposal.vote(), proposal.content);
    return proposal;
  }
  /// A block that is certified again in a basic view, in place of another leader's, carries its operation again.
  void name_operations(Proposal& proposal, std::int32_t operation) {
    const bool is_chained = core_.setting.is_chained;
    if (operation < 0 && !is_chained)
      if (const Block* block = core_.chain.find(proposal.tip())) operation = block->operation;
    proposal.message.first = operation < 0 ? 0 : static_cast<std::uint32_t>(operation);
    proposal.message.count = operation < 0 ? 0 : 1;
    if (!is_chained) return;
    proposal.message.before = before_;
    std::copy_backward(before_.begin(), before_.end() - 1, before_.end());
    before_.front() = operation;
  }

  void end_phase(Out& out) {
    const Message vote = votes_.vote();
    const auto phase = static_cast<Phase>(static_cast<std::uint32_t>(vote.kind) - static_cast<std::uint32_t>(Kind::vote));
    const Payload payload = out.allocate(core_.certificates.bytes());
    votes_.write(payload, 0);
    core_.learn_valid(phase, Certificates::certified_by(payload), payload);
    if (core_.setting.is_chained) return votes_.end();
    Message announcement = vote;
    announcement.kind = announcement_of(phase);
    out.send_others(announcement, payload);
    if (phase == commit) return votes_.end();
    Message next = vote;
    next.kind = vote_in(static_cast<Phase>(phase + 1));
    votes_.begin(next, votes_.block());
  }

  Core& core_;
  Votes votes_;
  std::vector<View> new_views_;  ///< [server]
  View proposed_{};              ///< the last view that this server has proposed in; durable
  Height told_ = 0;              ///< in a chain: what its last proposal of this round has let the others decide
  std::int32_t turn_ = 0;
  replication::Asked asked_;
  std::array<std::int32_t, Message::kBefore> before_{-1, -1, -1};
};

}  // namespace coordbench::hotstuff
