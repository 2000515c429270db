#pragma once
// What a server of HotStuff has whatever its role, and the execution of what is decided. Votes, lock, certificates,
// blocks, what is executed and what was asked for are durable. What the pacemaker was told and the allowance are not.

#include "kernels/hotstuff/allowance.hpp"
#include "kernels/hotstuff/ledger.hpp"
#include "kernels/hotstuff/pacemaker.hpp"
#include "kernels/hotstuff/pending.hpp"
#include "kernels/hotstuff/rules.hpp"

namespace coordbench::hotstuff {

struct Core {
  Core(const Shape& shape, Rank self_)
      : setting(shape),
        self(self_),
        blocks(setting),
        certificates(setting),
        chain(setting),
        ledger(setting),
        pending(setting),
        rules(setting),
        pacemaker(setting, self),
        allowance(setting) {}

  static Tip tip_of(const Certified& what) { return {what.height, what.block}; }

  /// The certificate at the beginning of a payload. False if it shows nothing.
  bool learn(Phase phase, const Payload& payload, Out& out) {
    if (payload.size() < certificates.bytes()) return false;
    const Certified what = Certificates::certified_by(payload);
    if (rules.knows(phase, what)) return true;
    if (!certificates.is_valid(payload, vote_in(phase), out)) return false;
    learn_valid(phase, what, payload);
    return true;
  }
  void learn_valid(Phase phase, const Certified& what, const Payload& payload) {
    rules.learn(phase, what, payload, phase == prepare && chain.path_to(tip_of(what)).is_whole);
    pacemaker.enter(what.view.round);
  }

  /// A block of this height, with these bytes. Beyond what was declared nothing is kept, or whoever sends too much would be
  /// the end of this server.
  [[nodiscard]] bool can_keep(Height height, const Payload& bytes, const Out& out) const {
    return chain.has_room(height) && (!bytes.is_borrowed() || out.has_room());
  }
  void keep(Block block, Out& out) {
    block.bytes = in_own_memory(block.bytes, out);
    chain.put(std::move(block), tip_of(rules.high()));
  }
  /// What earlier steps have executed is answered.
  void compact() {
    if (const Height height = ledger.compactable(chain.executed().height); height > chain.base().height)
      chain.compact_to(height);
  }
  /// Blocks may have come since.
  void execute_decided(Out& out) {
    if (rules.has_ahead() && chain.path_to(tip_of(rules.ahead())).is_whole) rules.adopt_ahead();
    const Tip decided = tip_of(rules.decided());
    if (decided.height <= chain.executed().height) return;
    if (!chain.path_to(decided).is_whole) return;
    chain.adopt(decided);
    while (chain.executed().height < decided.height) execute(chain.execute_next(), out);
  }

  /// Another server's state, after the block of this tip.
  [[gnu::noinline, gnu::cold]] void install(const Tip& tip, const Payload& snapshot, Out& out) {
    ledger.install(tip.height, snapshot);
    chain.install(tip);
    pending.remove_executed(ledger.state(), [&](std::int32_t operation, bool was_mine) {
      if (setting.clients == 0 && was_mine) out.complete(operation, answered);
    });
  }

  /// Whether somebody waits for something that this server knows of.
  [[nodiscard]] bool is_waiting() const {
    const Height executed = chain.executed().height;
    return !pending.is_empty() || rules.high().height > executed || rules.decided().height > executed;
  }

  /// A request, unless it is executed; then the client is answered again.
  void ask(Pending::Asked asked, Out& out) {
    const std::int32_t operation = asked.operation;
    const State& state = ledger.state();
    if (operation <= state.session(state.turns().of(operation).client).operation) return reply_again(operation, out);
    if (!pending.admits(operation, state)) return;  // bounded: the client asks again
    asked.since = chain.executed().height;
    pending.add(std::move(asked));
  }
  void reply(Operation operation, std::uint32_t value, Out& out) const {
    out.send(setting.asker_of(ledger.state().turns().of(operation).client),
             Message{.first = static_cast<std::uint32_t>(operation),
                     .count = 1,
                     .kind = Kind::reply,
                     .round = pacemaker.round(),
                     .value = value});
  }

  /// Outcome 1: executed in its place (only one session tells where that is). Empty once the block is compacted.
  [[nodiscard]] Answer answer(Operation operation) const {
    const replication::Answers::Place& place = ledger.answers().place_of(operation);
    if (place.operation != operation || place.index <= chain.base().height) return {};
    return {outcome_of(operation, place.value), blocks.command(chain[place.index].bytes)};
  }
  [[nodiscard]] std::int64_t outcome_of(Operation operation, std::uint32_t value) const {
    return setting.sessions() > 1 ? 1 : 1 + static_cast<std::int64_t>(value) - operation;
  }

  Setting setting;
  Rank self;
  Blocks blocks;
  Certificates certificates;
  Chain chain;
  Ledger ledger;
  Pending pending;
  Rules rules;
  Pacemaker pacemaker;
  Allowance allowance;

 private:
  void execute(const Block& block, Out& out) {
    const Ledger::Value value = ledger.execute(block);
    if (!value.has_effect) return;
    if (pacemaker.leads()) out.complete(block.operation, hotstuff::decided);
    out.complete(block.operation, executed);
    const bool was_mine = pending.remove(block.operation);
    if (setting.clients > 0)
      reply(block.operation, value.value, out);
    else if (was_mine)
      out.complete(block.operation, answered);
  }
  [[gnu::noinline, gnu::cold]] void reply_again(std::int32_t operation, Out& out) {
    std::uint32_t value = 0;
    if (setting.clients == 0 || !ledger.answers().recall_again(operation, ledger.state(), value)) return;
    const Rank client = setting.asker_of(ledger.state().turns().of(operation).client);
    if (allowance.takes_one_of_many(client, out.now())) reply(operation, value, out);
  }
};

}  // namespace coordbench::hotstuff
