#pragma once
// Measures a protocol. Rank 0 conducts: it says which operation begins when, and when a block of them is over. Operations begin
// one at a time behind a start line, or each proposer has a window of them in flight; all ranks serve meanwhile. Every rank's
// answers are checked, outside the clock or, in a stream, by a bounded sample.

#include "harness/measure/protocol_rank.hpp"

namespace coordbench {

template <Protocol P, class Over>
class ProtocolBench : public ProtocolRank<P, Over> {
  using Base = ProtocolRank<P, Over>;

 public:
  using Base::Base;

  void measure() {
    run_.meet(tree_);
    run_.drive(tree_, recorder_, [this](Operation first, std::int64_t count) {
      const Operations block{first, count};
      node_.resume_ticking();
      if (this->self() == 0)
        conduct(block);
      else
        serve(block);
      this->check_marks(block);
    });
  }

 private:
  using Base::deadline_;
  using Base::hot_line_;
  using Base::line_;
  using Base::node_;
  using Base::proposers_;
  using Base::recorder_;
  using Base::run_;
  using Base::shape_;
  using Base::silence_;
  using Base::tree_;
  using Base::witness_;

  /// Whether an operation ends at other ranks than its proposer, so that no single rank knows when it is over. Where operations
  /// end in silence nobody waits for marks, because some may never come.
  [[nodiscard]] bool ends_everywhere() const {
    return P::about.latency != Latency::proposer && P::about.count_rule != CountRule::expected && !HasRounds<P> &&
           silence_.first == 0;
  }

  // ---- the conductor ---------------------------------------------------------------------------------------------------

  void conduct(Operations block) {
    if (runs_in_rounds<P>(shape_))
      propose_in_rounds(block);
    else if (this->streams())
      conduct_streams(block);
    else
      begin_one_by_one(block);
    if (ends_everywhere()) call_everyone(block.first + block.count);
    drain();
  }
  void conduct_streams(Operations block) {
    if constexpr (IsAsked<P>) this->stream(block);
    await_done(this->is_proposer(0) ? proposers_ - 1 : proposers_);
  }

  void begin_one_by_one(Operations block) {
    for (Operation k = block.first; k < block.first + block.count; ++k) {
      if (begins_everywhere<P>(shape_))
        begin_at_every_rank(k);
      else if (const Rank proposer = proposer_of<P>(shape_, k); proposer == 0)
        propose_here(k);
      else
        have_proposed(k, proposer);
      if (silence_.first > 0) await_silence();
    }
  }
  void propose_here(Operation operation) {
    if constexpr (IsAsked<P>) {
      Payload payload = this->fill(operation, Effort::full);
      call_everyone(operation);
      this->propose_alone(operation, std::move(payload));
    }
  }
  /// The hop to the proposer lies outside the clock: it stamps the start when it hears the word.
  void have_proposed(Operation operation, Rank proposer) {
    call_everyone(operation);
    hot_line_.tell(proposer, {Cue::go, operation}, [this](MPI_Request& request) { this->wait_for(request); });
    await_done(1);
  }
  void begin_at_every_rank(Operation operation) {
    Payload payload;
    if (is_next(operation)) payload = this->fill(operation, Effort::full);
    call_everyone(operation);
    tree_.say({Cue::line_up, operation}, this->progress());
    this->begin_together(operation, std::move(payload));
  }

  /// The operation is over once nobody ticks and all that was sent has arrived: two waves, as at the end of a block, but beside
  /// the running protocol, and none before the protocol has had the time that it declares.
  void await_silence() {
    const std::int64_t sent_before = last_wave_.sent;
    poll_until(now_ns() + silence_.first);
    for (bool is_over = false; !is_over;) {
      tree_.say({Cue::whether}, this->progress());
      const Tally before = tree_.gather(this->tally(), this->progress());
      tree_.say({Cue::whether}, this->progress());
      last_wave_ = tree_.gather(this->tally(), this->progress());
      is_over = before.ticking + last_wave_.ticking == 0 && last_wave_.arriving == before.received;
      if (!is_over) poll_until(now_ns() + silence_.again);
      this->give_up_if_late("for an operation to come to rest");
    }
    run_.note_end(last_wave_.sent - sent_before, now_ns());
    witness_.check_answers();
  }
  void poll_until(Time until) {
    while (now_ns() < until)
      if (!this->take_one()) this->idle("for an operation to come to rest", {}, until);
  }

  /// Every rank says that it has finished with the operations before this one.
  void call_everyone(Operation operation) {
    for (;;) {
      tree_.say({Cue::get_ready, operation}, this->progress());
      const Tally all = tree_.gather(this->tally(), this->progress());
      if (!ends_everywhere() || all.ended >= ends_due_before(operation)) return;
      this->take_all();
      this->give_up_if_late("for operations to end everywhere");
    }
  }
  /// Last marks that all ranks together have had once every operation before this one is over.
  std::int64_t ends_due_before(Operation end) {
    for (; ends_counted_ < end; ++ends_counted_)
      for (Rank rank = 0; rank < shape_.members(); ++rank)
        ends_due_ += reaches<P>(shape_, Base::kLast, rank, ends_counted_) ? 1 : 0;
    return ends_due_;
  }
  /// How many other ranks have said that they are done.
  void await_done(int proposers) {
    for (Word word; proposers > 0;)
      if (hot_line_.hear(word))
        --proposers;
      else if (!this->take_one())
        this->idle("for a proposer to be done", {&hot_line_.next_word()});
  }

  /// Round after round until every rank has reached the last mark. A round is over when its messages have arrived, which the
  /// same two waves tell as at the end of a block; they are control traffic, and the messages between them the operation's.
  void propose_in_rounds(Operations block) {
    for (Operation k = block.first; k < block.first + block.count; ++k)
      if constexpr (HasRounds<P>) propose_in_rounds(k);
  }
  void propose_in_rounds(Operation k) requires HasRounds<P> {
    Payload payload = this->fill(k, Effort::full);
    call_everyone(k);
    recorder_.slack(k, line_.pause());
    recorder_.start(k, now_ns());
    node_.propose(k, std::move(payload));
    std::int64_t rounds = 0;
    const std::int64_t members = tree_.ranks(), sent_before = last_wave_.sent;
    for (Tally all = quiesce(); all.ended < members * (k + 1); all = quiesce()) {
      ++rounds;
      tree_.say({Cue::round, k, rounds}, this->progress());
      node_.round(k, static_cast<int>(rounds));
    }
    run_.note_end(last_wave_.sent - sent_before, now_ns(), rounds);
    witness_.check_answers();
  }

  /// The end of a block: what was held back leaves, and everything arrives, so that nothing leaks into the next one.
  void drain() {
    quiesce();
    witness_.check_answers();
    tree_.say({Cue::block_done}, this->progress());
  }
  /// Nobody proposes or ticks; step until what was sent by the second of two waves is what had been received by the first
  /// (Mattern, Distributed Computing 2(3) 1987, the four-counter method). The first may be the last one of the time before: if
  /// nothing has been sent since, one is enough. Returns the last wave's sums.
  Tally quiesce() {
    this->come_to_rest();
    for (;;) {
      const std::int64_t received_before = last_wave_.received;
      tree_.say({Cue::tally}, this->progress());
      last_wave_ = tree_.gather(this->tally(), this->progress());
      if (last_wave_.arriving == received_before) return last_wave_;
      this->take_all();
      this->give_up_if_late("for the last messages of a block or a round to arrive");
    }
  }

  // ---- every other rank ------------------------------------------------------------------------------------------------

  /// Steps, and every so often hears what the conductor wants.
  [[gnu::noinline]] void serve(Operations block) {
    if constexpr (IsAsked<P>)
      if (this->streams() && this->is_proposer(this->self())) {
        this->stream(block);
        say_done();
      }
    for (unsigned turns = 0;;) {
      if (node_.poll()) continue;
      if (!kSimulated && ++turns % kIdleTurns != 0) continue;
      Word word;
      if (!hot_line_.hear(word) && !tree_.hear(word, this->progress())) {
        this->idle("for messages of the protocol or the end of the block", {&tree_.next_word(), &hot_line_.next_word()});
        continue;
      }
      if (word.cue == Cue::block_done) return witness_.check_answers();
      obey(word);
    }
  }
  void obey(const Word& word) {
    if (word.cue == Cue::get_ready) {
      get_ready(word.value);
    } else if (word.cue == Cue::go) {
      if constexpr (IsAsked<P>) this->propose_alone(word.value, std::exchange(prepared_, {}));
      say_done();
    } else if (word.cue == Cue::line_up) {
      this->begin_together(word.value, std::exchange(prepared_, {}));
    } else if (word.cue == Cue::round) {
      if constexpr (HasRounds<P>) node_.round(word.value, static_cast<int>(word.round));
    } else if (word.cue == Cue::whether) {
      tree_.gather(this->tally(), this->progress());
    } else {
      this->come_to_rest();
      tree_.gather(this->tally(), this->progress());
    }
  }
  void get_ready(Operation operation) {
    witness_.check_answers();
    if (!this->streams() && is_next(operation) && !prepared_) prepared_ = this->fill(operation, Effort::full);
    tree_.gather(this->tally(), this->progress());
  }
  /// Whether the conductor will tell this rank to propose that operation.
  [[nodiscard]] bool is_next(Operation operation) const {
    const bool exists = operation < run_.setting().rule.operations_max();
    return IsAsked<P> && exists && proposer_of<P>(shape_, operation) == this->self();
  }
  void say_done() {
    hot_line_.tell(0, {Cue::go}, [this](MPI_Request& request) { this->wait_for(request); });
  }

  static constexpr unsigned kIdleTurns = 16;  ///< listening to the harness at every turn would slow the protocol down

  Tally last_wave_;   ///< sums over all ranks
  Payload prepared_;  ///< of the operation that this rank is to begin next
  std::int64_t ends_due_ = 0;
  Operation ends_counted_ = 0;
};

}  // namespace coordbench
