#pragma once
// What every rank does in a protocol's case: it proposes its share, polls, waits and checks. Rank 0 conducts besides.

#include <initializer_list>

#include "harness/measure/bell.hpp"
#include "harness/measure/case_run.hpp"
#include "harness/measure/hot_line.hpp"
#include "harness/measure/start_line.hpp"
#include "harness/measure/transports.hpp"
#include "harness/measure/witness.hpp"
#include "harness/protocol_traits.hpp"
#include "harness/transport/counted.hpp"
#include "harness/transport/lossy.hpp"
#include "harness/transport/node.hpp"
#include "harness/transport/simulated_alarm.hpp"

namespace coordbench {

template <Protocol P, class Over>
class ProtocolRank {
 public:
  explicit ProtocolRank(CaseRun& run)
      : run_(run),
        shape_(run.shape()),
        deadline_(run.deadline()),
        proposers_(proposers_of<P>(shape_)),
        silence_(silence_of<P>(shape_)),
        bell_(run.bell()),
        tree_(run.setting().control_communicator, run.setting().tag, run.deadline()),
        hot_line_(run.setting().control_communicator, tag(ControlTree::kHotLine), uses_hot_line()),
        line_(tree_, run.sync(), run.setting().clock, run.setting().oversubscribed),
        recorder_(run.setting().rule.operations_max(), P::marks.size(), HasKinds<P>, MeasuresItself<P>),
        witness_(recorder_, shape_, streams()),
        transport_(Over::template transport<P>(run)),
        way_(way_to(transport_, shape_, run.rank())),
        counted_(way_, run.rank(), run.setting().reaches),
        authenticator_(shape_, run.rank(), kSimulated ? Primitives::fast : Primitives::libsodium),
        node_(shape_, run.rank(), counted_, witness_, run.setting().rule.operations_max(), authenticator()),
        alarm_(run.setting().control_communicator, tag(ControlTree::kAlarm),
               times_out<P>(shape_) || silence_.first > 0 || shape_.loss.delay_ns > 0),
        closing_(static_cast<std::size_t>(shape_.in_flight)) {}

  /// Ends the rank's part in a case that did not end; its buffers are never freed.
  void withdraw() { Over::withdraw(transport_); }
  void conclude() {
    run_.conclude(traffic(), recorder_, tree_.messages_sent() + hot_line_.messages_sent(), answers_due_);
    if constexpr (CountsApplications<P>) run_.note_applied(node_.machine().applied());
    if constexpr (CountsPrematureResends<P>) run_.note_premature_resends(node_.machine().premature_resends());
  }

 protected:
  using Transport = typename Over::template Transport<P>;
  static constexpr int kLast = static_cast<int>(P::marks.size()) - 1;
  /// Protocols that face loss always send through the layer that makes it; the others never do.
  using Way = std::conditional_t<FacesLoss<P>, Lossy<Transport, typename P::Message>, Transport>;
  using WayHeld = std::conditional_t<FacesLoss<P>, Way, Transport&>;
  static WayHeld way_to(Transport& transport, [[maybe_unused]] const Shape& shape, [[maybe_unused]] Rank self) {
    if constexpr (FacesLoss<P>)
      return {transport, shape, self};
    else
      return transport;
  }

  struct NoAuthenticator {
    NoAuthenticator(const Shape& /*shape*/, Rank /*self*/, Primitives /*primitives*/) {}
  };
  using AuthenticatorHeld = std::conditional_t<Authenticates<P>, Authenticator, NoAuthenticator>;
  Authenticator* authenticator() {
    if constexpr (Authenticates<P>)
      return &authenticator_;
    else
      return nullptr;
  }

  [[nodiscard]] Rank self() const { return run_.rank(); }
  [[nodiscard]] bool streams() const {
    return IsAsked<P> && run_.sync() == Sync::none && !runs_in_rounds<P>(shape_) && silence_.first == 0;
  }
  [[nodiscard]] bool is_proposer(Rank rank) const {
    const Rank first = shape_.clients > 0 ? shape_.ranks : 0;
    return IsAsked<P> && rank >= first && rank < first + proposers_;
  }

  /// The hot loop of latencies. The operation is over for this rank with the last of its marks that comes here.
  [[gnu::noinline]] void propose_alone(Operation operation, Payload payload) requires IsAsked<P> {
    const int closing = closing_mark(operation);
    recorder_.slack(operation, line_.pause());
    recorder_.start(operation, now_ns());
    node_.propose(operation, std::move(payload));
    while (!is_closed(operation, closing))
      if (!node_.poll()) idle("for an operation to end");
    witness_.check_answers();
  }
  /// At the instant that all ranks agree on. The operation's proposer, if it has one, is asked first.
  void begin_together(Operation operation, [[maybe_unused]] Payload payload) {
    if constexpr (BeginsEverywhere<P>) {
      recorder_.slack(operation, line_.line_up());
      recorder_.start(operation, now_ns());
      if constexpr (IsAsked<P>)
        if (proposer_of<P>(shape_, operation) == self()) node_.propose(operation, std::move(payload));
      node_.begin(operation);
    }
  }

  /// A proposer's share of a block, at most `in_flight` of it open at a time, counted from the oldest. A proposer that has
  /// nothing open, because its operations are over at once, takes what has come before it goes on.
  [[gnu::noinline]] void stream(Operations block) requires IsAsked<P> {
    const Operation end = block.first + block.count, stride = proposers_, window = shape_.in_flight * stride;
    Operation oldest = first_of_mine(block), next = oldest;
    const auto after = [this](std::size_t place) { return place + 1 == closing_.size() ? 0 : place + 1; };
    std::size_t eldest = 0, newest = 0;  // of the operations open, in closing_
    while (oldest < end) {
      const auto has_room = [&] { return next < end && next - oldest < window && node_.is_ready(); };
      bool lacks_payload = false;
      while (has_room()) {
        Payload payload = leased(next, Effort::sampled);
        lacks_payload = !payload;
        if (lacks_payload) break;  // they come back as what is in flight ends
        closing_[std::exchange(newest, after(newest))] = closing_mark(next);
        recorder_.start(next, now_ns());
        node_.propose(next, std::move(payload));
        next += stride;
        if (next >= end) node_.flush();  // nothing will fill the last batch
      }
      while (oldest < next && is_closed(oldest, closing_[eldest])) oldest += stride, eldest = after(eldest);
      if (oldest >= end) return;
      if (oldest == next) take_all();
      const bool may_go_on = has_room() && !lacks_payload;  // without a message: a simulated rank that idles would wait for one
      if (!may_go_on && !node_.poll()) idle("for operations in flight to end");
    }
  }

  /// The operation's payload, outside the clock of the operation. Polls while every lease is taken, or something waits.
  Payload fill(Operation operation, Effort effort) {
    for (;;) {
      if (node_.is_ready())
        if (Payload payload = leased(operation, effort)) return payload;
      if (!take_one()) idle("for a free payload");
    }
  }

  /// The operation's payload; empty while every lease is taken.
  Payload leased(Operation operation, Effort effort) {
    Payload payload = transport_.allocate(static_cast<std::size_t>(shape_.payload_bytes));
    if (payload) Pattern::of(shape_.seed, operation, 0).fill(payload.bytes(), effort);
    return payload;
  }

  void come_to_rest() {
    node_.pause_ticking();
    node_.flush();
  }
  void check_marks(Operations block) {
    recorder_.check_marks(block, [this](int mark, Operation k) {
      const bool due = reaches<P>(shape_, mark, self(), k);
      // Where an operation ends in silence, a rank that it did not reach answers nothing: how many it reached is a result.
      const bool is_answer_due = due && (silence_.first == 0 || recorder_.has(k, mark));
      answers_due_ += is_answer_due && P::marks[static_cast<std::size_t>(mark)].answers ? 1 : 0;
      return due;
    });
  }
  [[nodiscard]] Traffic traffic() const {
    Traffic traffic = counted_.traffic();
    if constexpr (FacesLoss<P>) {
      traffic.messages_lost = way_.lost();
      traffic.messages_doubled = way_.doubled();
    }
    if constexpr (Authenticates<P>) traffic.refused = authenticator_.refused();
    return traffic;
  }
  [[nodiscard]] Tally tally() const {
    const Traffic mine = traffic();
    return {.sent = mine.carrying_sent(),
            .arriving = mine.arriving(),
            .received = mine.messages_received,
            .ended = witness_.ended(),
            .ticking = node_.deadline() == kNever ? 0 : 1};
  }

  // ---- waiting -----------------------------------------------------------------------------------------------------------

  /// What goes on while the harness waits for its own messages. Simulated ranks block, and wake for the protocol only where
  /// some of it may be under way then: where it has time-outs, or where an operation goes on once its proposer is done.
  [[nodiscard]] bool may_be_under_way() const {
    return times_out<P>(shape_) || shape_.loss.delay_ns > 0 ||
           (P::about.latency != Latency::proposer && !runs_in_rounds<P>(shape_));
  }
  struct Progress {
    ProtocolRank& rank;
    void operator()() const {
      if (!rank.take_one()) rank.heed_bell();
    }
    void until(MPI_Request& request) const {
      if (rank.may_be_under_way())
        rank.wait_for(request);
      else
        MPI_Wait(&request, MPI_STATUS_IGNORE);
    }
  };
  Progress progress() { return {*this}; }
  void wait_for(MPI_Request& request) {
    while (!is_complete(request))
      if (!take_one()) idle("for a message of the harness", {&request});
  }
  /// A poll in loops outside the clock: each copy of it that is inlined has to be compiled.
  [[gnu::noinline]] bool take_one() { return node_.poll(); }
  /// Takes what has come, at most so many messages: two ranks could keep each other busy for ever.
  void take_all() {
    constexpr int kMost = 4096;
    for (int taken = 0; taken < kMost && take_one(); ++taken) continue;
  }

  /// Called when there is nothing to do. A simulated rank blocks until a message or one of the words comes, or until `until`.
  void idle(const char* what, std::initializer_list<MPI_Request*> words = {}, Time until = kNever) {
    if constexpr (kSimulated)
      sleep_until_something_happens(words, until);
    else
      heed_bell();
    give_up_if_late(what);
  }
  void heed_bell() {
    if ((++late_looks_ & bell_turns_) == 0) bell_.heed();
  }
  void give_up_if_late(const char* what) {
    if (deadline_.passed()) [[unlikely]]
      deadline_.give_up(std::string("waiting ") + what + ", " + std::to_string(witness_.ended()) + " ended so far");
  }

  CaseRun& run_;
  const Shape& shape_;
  Deadline deadline_;
  int proposers_;
  Silence silence_;
  Bell& bell_;
  ControlTree tree_;
  HotLine hot_line_;
  StartLine line_;
  Recorder recorder_;
  Witness<P> witness_;
  Transport transport_;
  WayHeld way_;
  Counted<Way> counted_;
  [[no_unique_address]] AuthenticatorHeld authenticator_;
  Node<P, Way, Witness<P>> node_;

 private:
  [[nodiscard]] int tag(int offset) const { return run_.setting().tag + offset; }
  /// Whether rank 0 has to tell others to propose.
  [[nodiscard]] bool uses_hot_line() const {
    if (!IsAsked<P>) return false;
    return self() == 0 ? proposers_ > (is_proposer(0) ? 1 : 0) : is_proposer(self());
  }
  [[nodiscard]] Operation first_of_mine(Operations block) const {
    if (!is_proposer(self())) return block.first + block.count;
    const Operation mine = self() - (shape_.clients > 0 ? shape_.ranks : 0);
    return block.first + ((mine - block.first) % proposers_ + proposers_) % proposers_;
  }
  /// The last of an operation's marks that comes to its proposer; -1: none does, and the operation is over at once.
  [[nodiscard]] int closing_mark(Operation operation) const {
    int mark = kLast;
    while (mark >= 0 && !reaches<P>(shape_, mark, self(), operation)) --mark;
    return mark;
  }
  [[nodiscard]] bool is_closed(Operation operation, int closing) const {
    return closing < 0 || recorder_.has(operation, closing);
  }

  /// When a message that is held back leaves.
  [[nodiscard]] Time held_until() const {
    if constexpr (FacesLoss<P>)
      return way_.due();
    else
      return kNever;
  }
  void sleep_until_something_happens(std::initializer_list<MPI_Request*> words, Time until) {
    words_.assign(words);
    words_.push_back(&bell_.request());
    if (MPI_Request* ringing = alarm_.set(std::min({node_.deadline(), deadline_.at(), until, held_until()})))
      words_.push_back(ringing);
    if constexpr (requires { transport_.wait(words_); }) transport_.wait(words_);
    alarm_.note();
    bell_.heed();
  }

  SimulatedAlarm alarm_;
  std::vector<int> closing_;  ///< of this rank's open operations in a stream, a ring: see closing_mark
  std::vector<MPI_Request*> words_;
  /// Idle turns without a look, which takes as long as a poll; with more ranks than cores a turn takes much longer.
  const unsigned bell_turns_ = run_.setting().oversubscribed ? 7 : 63;
  unsigned late_looks_ = 0;
  std::int64_t answers_due_ = 0;
};

}  // namespace coordbench
