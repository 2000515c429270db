#pragma once
// What keeps a server safe, and is durable: its highest certificate, its lock, what it has voted for, what is decided.
// Source: Yin, Malkhi, Reiter, Gueta, Abraham, "HotStuff: BFT consensus with linearity and responsiveness", PODC 2019,
// algorithms 1 and 2 (basic), 3 (chained). Here a block extends the one that is certified directly, and a proposal without a
// block certifies that one again in a later view: so the locked block is an ancestor if and only if the view of the
// certificate that is extended is the lock's or a later one, and both branches of the paper's safeNode are one comparison.

#include "kernels/hotstuff/certificate.hpp"

namespace coordbench::hotstuff {

class Rules {
 public:
  explicit Rules(const Setting& setting)
      : is_chained_(setting.is_chained), high_(setting), ahead_(setting), recent_(4, Certificate(setting)), shown_(setting) {
    const Message genesis{.kind = Kind::vote};
    std::memcpy(high_.bytes.data(), &genesis, sizeof genesis);
  }

  /// prepareQC, whose block is here with all its ancestors.
  [[nodiscard]] const Certificate& high() const { return high_; }
  /// A higher one whose block is not.
  [[nodiscard]] const Certificate& ahead() const { return ahead_; }
  [[nodiscard]] bool has_ahead() const { return ahead_.view > high_.view; }
  void adopt_ahead() { high_ = ahead_; }
  /// The view of lockedQC.
  [[nodiscard]] View locked() const { return locked_; }
  /// What lockedQC was made of, in basic views.
  [[nodiscard]] const Ballot& locked_ballot() const { return locked_ballot_; }
  /// The highest block that is decided, whether it is here or not.
  [[nodiscard]] const Certified& decided() const { return decided_; }

  /// safeNode: a proposal that extends the block certified in this view.
  [[nodiscard]] bool is_safe(View extended) const { return extended >= locked_; }

  /// Once in each phase of a view, and in no view behind one that it has voted in.
  [[nodiscard]] bool may_vote(Phase phase, View view) const { return view > voted_[phase]; }
  void note_vote(Phase phase, View view) { voted_[phase] = view; }
  [[nodiscard]] View voted(Phase phase) const { return voted_[phase]; }

  /// Whether it is known already that this was certified.
  [[nodiscard]] bool knows(Phase phase, const Certified& what) const {
    if (phase == commit) return what == decided_;
    if (phase == pre_commit) return false;
    return what == high_ || what == ahead_ || what == recent(what.view);
  }
  /// A valid certificate. `is_here`: its block is, with all its ancestors.
  void learn(Phase phase, const Certified& what, const Payload& payload, bool is_here) {
    if (phase == prepare) learn_prepared(what, payload, is_here);
    if (phase == pre_commit && what.view > locked_) {
      locked_ = what.view;
      locked_ballot_ = {Certificates::vote_of(payload), what.block};
    }
    if (phase == commit && what.height > decided_.height) {
      decided_ = what;
      shown_.set(what, payload);
    }
  }

  /// Another server's two certificates, both valid. Later ones may stand in the places where a chain remembers them.
  [[gnu::noinline, gnu::cold]] void learn_shown(const Payload& first, const Payload& third) {
    Certificate one = shown_, other = shown_;
    one.set(Certificates::certified_by(first), first);
    other.set(Certificates::certified_by(third), third);
    decide(one, other);
  }

  /// What shows that the decided block is: the votes to commit or, in a chain, two certificates.
  [[nodiscard]] std::size_t shown_bytes() const { return shown_.bytes.size() * (is_chained_ ? 2 : 1); }
  void show(const Payload& to) const {
    shown_.copy_to(to, 0);
    if (is_chained_) std::copy(shown_after_.begin(), shown_after_.end(), to.data() + shown_.bytes.size());
  }

 private:
  void learn_prepared(const Certified& what, const Payload& payload, bool is_here) {
    if (what.view > high_.view && is_here) high_.set(what, payload);
    if (what.view > high_.view && what.view > ahead_.view) ahead_.set(what, payload);
    if (is_chained_) learn_in_chain(what, payload);
  }
  /// Algorithm 3. Within a round each view extends the one before it, so three certificates in a row are a three-chain, whose
  /// first block is decided; and who votes in a view has locked the view two before it.
  void learn_in_chain(const Certified& what, const Payload& payload) {
    const auto [round, step] = what.view;
    if (step > 1) locked_ = std::max(locked_, View{round, step - 1});
    Certificate& place = recent_[step % recent_.size()];
    if (what.view > place.view) place.set(what, payload);
    if (step > 2) decide(recent({round, step - 2}), recent(what.view));
    decide(recent(what.view), recent({round, step + 2}));
  }
  void decide(const Certificate& first, const Certificate& third) {
    if (first.view.step == 0 || third.view.round != first.view.round || third.view.step != first.view.step + 2) return;
    if (first.height <= decided_.height) return;
    decided_ = first;
    shown_ = first;
    shown_after_ = third.bytes;
  }
  [[nodiscard]] const Certificate& recent(View view) const { return recent_[view.step % recent_.size()]; }

  bool is_chained_;
  Certificate high_, ahead_;
  View locked_{};
  Ballot locked_ballot_{};
  std::array<View, kPhases> voted_{};
  Certified decided_{};
  std::vector<Certificate> recent_;  ///< [step mod 4], in a chain
  Certificate shown_;
  std::vector<std::byte> shown_after_;
};

}  // namespace coordbench::hotstuff
