#pragma once
// Measures a protocol: one rank proposes, one operation at a time behind a start line or a window of them in flight; the
// others serve. Every rank's answers are checked, outside the clock or, in a stream, by a bounded sample.

#include "harness/measure/case_run.hpp"
#include "harness/measure/start_line.hpp"
#include "harness/measure/transports.hpp"
#include "harness/protocol.hpp"
#include "harness/transport/counted.hpp"
#include "harness/transport/node.hpp"

namespace coordbench {

/// Takes a node's marks and answers: stamps into the recorder, answers into the check.
class Witness {
 public:
  Witness(Recorder& recorder, const Shape& shape, std::size_t marks, std::int64_t expected_outcome, bool streams)
      : recorder_(recorder),
        shape_(shape),
        last_mark_(static_cast<int>(marks) - 1),
        expected_outcome_(expected_outcome),
        streams_(streams) {
    unchecked_.reserve(kUnchecked);
  }
  void reached(Operation operation, int mark, Time at, int depth) {
    recorder_.mark(operation, mark, at, depth);
    if (mark == last_mark_) ++ended_;
  }
  void answered(Operation operation, Answer answer) {
    if (streams_ || unchecked_.size() == kUnchecked) return check(operation, answer);
    unchecked_.push_back({operation, std::move(answer)});
  }
  /// Between operations: checks, in full, what was answered since.
  void check_answers() {
    for (const auto& [operation, answer] : unchecked_) check(operation, answer);
    unchecked_.clear();
  }
  [[nodiscard]] std::int64_t ended() const { return ended_; }

 private:
  static constexpr std::size_t kUnchecked = 8;  ///< operations do not overlap where answers wait

  void check(Operation operation, const Answer& answer) {
    recorder_.checked();
    const bool right =
        answer.outcome == expected_outcome_ && answer.payload.size() == static_cast<std::size_t>(shape_.payload_bytes) &&
        Pattern::of(shape_.seed, operation, 0).matches(answer.payload.bytes(), streams_ ? Effort::sampled : Effort::full);
    if (!right) [[unlikely]]
      recorder_.wrong(operation);
  }

  Recorder& recorder_;
  const Shape& shape_;
  int last_mark_;
  std::int64_t expected_outcome_;
  bool streams_;
  std::int64_t ended_ = 0;
  std::vector<std::pair<Operation, Answer>> unchecked_;
};

template <Protocol P, class Over>
class ProtocolBench {
 public:
  explicit ProtocolBench(CaseRun& run)
      : run_(run),
        shape_(run.shape()),
        deadline_(run.setting().deadline),
        proposer_(proposer_of<P>(shape_)),
        blocks_(run.setting().control_communicator, run.setting().tag, run.setting().deadline),
        tree_(run.setting().control_communicator, run.setting().tag + ControlTree::kTags, run.setting().deadline, proposer_),
        line_(tree_, run.sync(), run.setting().clock, run.setting().oversubscribed),
        recorder_(run.setting().rule.operations_max(), P::marks.size()),
        witness_(recorder_, shape_, P::marks.size(), P::expected_outcome(shape_), run.sync() == Sync::none),
        transport_(Over::template transport<P>(run)),
        counted_(transport_, run.rank(), run.setting().neighbours),
        node_(shape_, run.rank(), counted_, witness_, run.setting().rule.operations_max()) {
    Over::meet(run);
    if constexpr (kSimulated && HasTimeouts<P>)
      if (P::times_out(shape_)) throw std::invalid_argument("a simulated rank blocks, and would sleep through its time-outs");
  }

  void measure() {
    run_.drive(blocks_, recorder_, [this](Operation first, std::int64_t count) {
      node_.resume_ticking();
      if (run_.rank() != proposer_) return serve();
      if constexpr (HasRounds<P>)
        propose_in_rounds(first, count);
      else if (run_.sync() == Sync::none)
        stream(first, count);
      else
        propose_one_by_one(first, count);
      drain();
    });
  }

  /// After a case that did not end, of which nothing is ever freed.
  void withdraw() { Over::withdraw(transport_); }

  void conclude() {
    run_.conclude(counted_.traffic(), recorder_, blocks_.messages_sent() + tree_.messages_sent(),
                  P::answers(shape_, run_.rank()) * run_.operations());
  }

 private:
  using Transport = typename Over::template Transport<P>;

  [[gnu::noinline]] void propose_one_by_one(Operation first, std::int64_t count) {
    for (Operation k = first; k < first + count; ++k) {
      Payload payload = fill(k, Effort::full);
      recorder_.slack(k, line_.call_everyone([this] { node_.poll(); }));
      recorder_.start(k, now_ns());
      node_.propose(k, std::move(payload));
      while (!recorder_.ended(k))
        if (!node_.poll()) idle("for an operation to end");
      witness_.check_answers();
    }
  }

  /// Round after round until every rank has reached the last mark. A round is over when its messages have arrived, which the
  /// same two waves tell as at the end of a block; they are control traffic, and the messages between them the operation's.
  void propose_in_rounds(Operation first, std::int64_t count) requires HasRounds<P> {
    for (Operation k = first; k < first + count; ++k) {
      Payload payload = fill(k, Effort::full);
      recorder_.slack(k, line_.call_everyone([this] { node_.poll(); }));
      recorder_.start(k, now_ns());
      node_.propose(k, std::move(payload));
      std::int64_t rounds = 0;
      const std::int64_t members = tree_.ranks(), sent_before = last_wave_.sent;
      for (Tally all = quiesce(); all.ended < members * (k + 1); all = quiesce()) {
        ++rounds;
        tree_.say({Cue::round, k, rounds}, [this] { node_.poll(); });
        node_.round(k, static_cast<int>(rounds));
      }
      run_.note_rounds(rounds, last_wave_.sent - sent_before, now_ns());
      witness_.check_answers();
    }
  }

  /// A window of operations that have not ended at their proposer, counted from the oldest such.
  [[gnu::noinline]] void stream(Operation first, std::int64_t count) {
    Operation oldest = first, next = first;
    const Operation end = first + count;
    while (oldest < end) {
      while (next < end && next - oldest < shape_.in_flight) {
        Payload payload = fill(next, Effort::sampled);
        recorder_.start(next, now_ns());
        node_.propose(next++, std::move(payload));
        if (next == end) node_.flush();  // nothing will fill the last batch
      }
      while (oldest < next && recorder_.ended(oldest)) ++oldest;
      if (oldest < end && !node_.poll()) idle("for operations in flight to end");
    }
  }

  /// Everyone but the proposer: step, and every so often hear what the harness wants.
  [[gnu::noinline]] void serve() {
    for (unsigned turns = 0;;) {
      if (node_.poll()) continue;
      if (!kSimulated && ++turns % kIdleTurns != 0) continue;
      Word word;
      if (!tree_.hear(word, [this] { node_.poll(); })) {
        idle("for messages of the protocol or the end of the block", tree_.next_word());
        continue;
      }
      if (word.cue == Cue::round) {
        if constexpr (HasRounds<P>) node_.round(word.value, static_cast<int>(word.round));
        continue;
      }
      if (word.cue == Cue::tally)
        come_to_rest();
      else
        witness_.check_answers();  // not at a tally: there may be one between two rounds of an operation
      if (word.cue == Cue::block_done) return;
      tree_.gather(tally(), [this] { node_.poll(); });
    }
  }

  /// The end of a block: what was held back leaves, and everything arrives, so that nothing leaks into the next one.
  void drain() {
    quiesce();
    witness_.check_answers();
    tree_.say({Cue::block_done}, [this] { node_.poll(); });
  }

  /// Nobody proposes or ticks; step until what was sent by the second of two waves is what had been received by the first
  /// (Mattern, Distributed Computing 2(3) 1987, the four-counter method). The first may be the last one of the time before: if
  /// nothing has been sent since, one is enough. Returns the last wave's sums.
  Tally quiesce() {
    come_to_rest();
    for (;;) {
      const std::int64_t received_before = last_wave_.received;
      tree_.say({Cue::tally}, [this] { node_.poll(); });
      last_wave_ = tree_.gather(tally(), [this] { node_.poll(); });
      if (last_wave_.sent == received_before) return last_wave_;
      while (node_.poll() && kSimulated) {  // while the waves ran, a simulated rank took nothing
      }
      give_up_if_late("for the last messages of a block or a round to arrive");
    }
  }

  void come_to_rest() {
    node_.pause_ticking();
    node_.flush();
  }

  [[nodiscard]] Tally tally() const {
    return {
        .sent = counted_.traffic().messages_sent, .received = counted_.traffic().messages_received, .ended = witness_.ended()};
  }

  /// The operation's payload, outside the clock of the operation. Polls while every lease is taken.
  Payload fill(Operation operation, Effort effort) {
    for (;;) {
      Payload payload = transport_.allocate(static_cast<std::size_t>(shape_.payload_bytes));
      if (payload) {
        Pattern::of(shape_.seed, operation, 0).fill(payload.bytes(), effort);
        return payload;
      }
      if (!node_.poll()) idle("for a free payload");
    }
  }

  /// Nothing is to be done now. A simulated rank blocks until there may be, or a word has come.
  void idle(const char* what, MPI_Request& word) {
    if constexpr (kSimulated && requires { transport_.wait(word); })
      transport_.wait(word);
    else
      give_up_if_late(what);
  }
  void idle(const char* what) {
    MPI_Request no_word = MPI_REQUEST_NULL;
    idle(what, no_word);
  }
  void give_up_if_late(const char* what) {
    if (deadline_.passed()) [[unlikely]]
      throw TimedOut(std::string("waiting ") + what + ", " + std::to_string(witness_.ended()) + " ended so far");
  }

  static constexpr unsigned kIdleTurns = 16;  ///< listening to the harness at every turn would slow the protocol down

  CaseRun& run_;
  const Shape& shape_;
  Deadline deadline_;
  Rank proposer_;
  ControlTree blocks_;  ///< rooted at rank 0: which block is next, and its samples
  ControlTree tree_;    ///< rooted at the proposer: what happens within a block
  StartLine line_;
  Recorder recorder_;
  Witness witness_;
  Tally last_wave_;  ///< sums over all ranks
  Transport transport_;
  Counted<Transport> counted_;
  Node<P, Transport, Witness> node_;
};

}  // namespace coordbench
