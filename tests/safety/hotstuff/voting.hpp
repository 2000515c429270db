#pragma once
// Yin et al., PODC 2019, 4.2 (safeNode, lockedQC) and lemma 1: for two certificates of one phase and view that are valid, the
// blocks are the same.

#include "tests/safety/hotstuff/servers.hpp"

namespace coordbench::testing::hotstuff {

struct OneVote {
  static constexpr std::string_view sentence =
      "One Vote: a correct server votes once in each phase of a view, and in no view behind one that it has voted in";
  explicit OneVote(const Schedule& schedule) : voted_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    std::array<View, parts::kPhases>& voted = voted_[static_cast<std::size_t>(step.rank)];
    const parts::Message* before = nullptr;  // what goes to a leader that is there twice is told twice
    for (const auto& sent : step.sent) {
      if (sent.message.kind < Kind::vote || sent.message.kind > Kind::vote_commit) continue;
      if (const parts::Message* same = std::exchange(before, &sent.message); same && *same == sent.message) continue;
      View& last = voted[static_cast<std::size_t>(sent.message.kind) - static_cast<std::size_t>(Kind::vote)];
      if (sent.message.view() <= last || sent.message.view() < voted.front()) return false;
      last = sent.message.view();
    }
    return true;
  }

 private:
  std::vector<std::array<View, parts::kPhases>> voted_;  ///< [rank]
};

/// Held against the blocks' own parents and what the server's votes say that it has seen, not against what it compares.
struct Lock {
  static constexpr std::string_view sentence =
      "Lock: a correct server votes for what extends the block that it is locked on, or a certificate of a later view";
  explicit Lock(const Schedule& schedule) : known_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    const parts::Core& core = server->core();
    note(core.rules.high());
    note(core.rules.ahead());
    Known& known = known_[static_cast<std::size_t>(step.rank)];
    const parts::Proposal& current = server->voter().current();
    const bool is_new = current.message.view() > known.voted;
    if (is_new && current.message.count + current.message.height > 0) learn_parent(core, current);
    const bool is_kept = !is_new || current.extends > known.locked || extends(current.tip(), known.locked);
    known.voted = current.message.view();
    known.locked = std::max(known.locked, core.rules.locked());
    for (const auto& sent : step.sent) known.locked = std::max(known.locked, locked_by(core, sent.message));
    return is_kept;
  }

 private:
  struct Known {
    View voted{}, locked{};
  };
  /// In a chain who votes has seen two certificates in a row below, unless the round has begun just now.
  static View locked_by(const parts::Core& core, const parts::Message& vote) {
    if (vote.kind == Kind::vote_commit) return vote.view();
    const bool is_on_two = core.setting.is_chained && vote.kind == Kind::vote && vote.step > 2;
    return is_on_two ? View{vote.round, vote.step - 2} : View();
  }
  void note(const parts::Certified& what) {
    if (what.view > View()) certified_.emplace(what.view, parts::Core::tip_of(what));
  }
  void learn_parent(const parts::Core& core, const parts::Proposal& proposal) {
    if (const parts::Block* block = core.chain.find(proposal.tip())) parents_[block->digest] = block->parent;
  }
  /// Whether the block that was certified in the lock's view is the tip or below it.
  [[nodiscard]] bool extends(parts::Tip tip, View locked) const {
    const auto found = certified_.find(locked);
    if (locked == View() || found == certified_.end()) return true;
    while (tip.height > found->second.height) {
      const auto parent = parents_.find(tip.digest);
      if (parent == parents_.end()) return false;
      tip = {tip.height - 1, parent->second};
    }
    return tip == found->second;
  }

  std::vector<Known> known_;  ///< [rank]
  std::map<View, parts::Tip> certified_;
  std::map<Digest, Digest> parents_;
};

/// So whatever is certified can be had from f + 1 correct servers.
struct Held {
  static constexpr std::string_view sentence =
      "Held: a correct server votes for a block that it has, with all blocks between that one and what it has executed";
  explicit Held(const Schedule& schedule) : voted_(static_cast<std::size_t>(schedule.shape.ranks)) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    View& voted = voted_[static_cast<std::size_t>(step.rank)];
    const parts::Proposal& current = server->voter().current();
    if (current.message.view() <= voted) return true;
    voted = current.message.view();
    return has(server->core().chain, current.tip());
  }

 private:
  static bool has(const parts::Chain& chain, parts::Tip tip) {
    while (tip.height > chain.executed().height) {
      const parts::Block* block = chain.find(tip);
      if (!block) return false;
      tip = {tip.height - 1, block->parent};
    }
    return tip == chain.executed() || tip == chain.base() || chain.find(tip) != nullptr;
  }

  std::vector<View> voted_;  ///< [rank]
};

struct OneCertificate {
  static constexpr std::string_view sentence = "One Certificate: in a phase of a view at most one block is certified";
  explicit OneCertificate(const Schedule& schedule) : is_chained_(schedule.shape["mode"] == 1) {}

  bool holds(const Step& step, const auto& world) {
    const Hotstuff* server = server_of(step, world);
    if (!server) return true;
    const parts::Rules& rules = server->core().rules;
    return is_one(prepared_, rules.high()) && is_one(prepared_, rules.ahead()) &&
           is_one(is_chained_ ? prepared_ : committed_, rules.decided());
  }

 private:
  using Blocks = std::map<View, parts::Certified>;
  static bool is_one(Blocks& known, const parts::Certified& what) {
    return known.emplace(what.view, what).first->second == what;
  }

  bool is_chained_;
  Blocks prepared_, committed_;
};

}  // namespace coordbench::testing::hotstuff
