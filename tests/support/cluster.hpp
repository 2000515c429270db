#pragma once
// N machines of a protocol in one process, on a simulated network. Invariants are checked after every event; a violated one
// ends the run with its English sentence, the seed, the command that replays it and the last lines of the conversation.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/transport/node.hpp"
#include "tests/support/sim_network.hpp"

namespace coordbench::testing {

class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a run has shown so far; invariants are functions of it.
template <Protocol P>
struct History {
  struct Spoken {
    Time at;
    Rank from, to;
    typename P::Message message;
  };
  struct Reached {
    Time at;
    Rank rank;
    Operation operation;
    int mark;
    int depth;
  };
  struct Answered {
    Rank rank;
    Operation operation;
    std::int64_t outcome;
    bool payload_is_right;
  };
  std::vector<Spoken> sent;  ///< in order of sending, lost ones included
  std::vector<Reached> reached;
  std::vector<Answered> answered;
};

/// A sentence that must be true after every event; `holds` may look at what is new only.
template <Protocol P>
struct Invariant {
  std::string sentence;
  std::function<bool(const History<P>&)> holds;
};

template <Protocol P>
class Cluster {
 public:
  using Message = typename P::Message;
  using Describe = std::string (*)(const Message&);

  Cluster(const Shape& shape, const Faults& faults, Describe describe, std::int64_t operations_max = 64)
      : shape_(shape),
        faults_(faults),
        describe_(describe),
        network_(faults),
        arena_(static_cast<std::size_t>(operations_max) + 1, static_cast<std::size_t>(shape.payload_bytes)) {
    for (Rank rank = 0; rank < shape.ranks; ++rank) members_.push_back(std::make_unique<Member>(*this, rank, operations_max));
  }

  void demand(std::vector<Invariant<P>> invariants) { invariants_ = std::move(invariants); }

  /// A user asks rank 0, now.
  void propose(Operation operation) {
    Payload payload = arena_.allocate(static_cast<std::size_t>(shape_.payload_bytes));
    Pattern::of(shape_.seed, operation, 0).fill(payload.bytes());
    members_[0]->node.propose(operation, std::move(payload));
    check_invariants();
  }

  /// The next event (a delivery, or a time-out that is due before it); false when nothing will ever happen again.
  bool step() {
    const Time deadline = earliest_deadline();
    if (network_.empty() && deadline == kNever) return false;
    if (deadline < network_.next_at())
      tick(deadline);
    else
      deliver(network_.take());
    check_invariants();
    return true;
  }
  void run() {
    while (step()) continue;
  }
  void run_until(Time horizon) {
    while (std::min(network_.next_at(), earliest_deadline()) <= horizon && step()) continue;
  }

  void crash(Rank rank) { network_.crash(rank); }

  [[nodiscard]] const History<P>& history() const { return history_; }
  [[nodiscard]] Time now() const { return network_.now(); }
  [[nodiscard]] Traffic traffic() const {
    Traffic sum;
    for (const auto& member : members_) {
      sum.messages_sent += member->counted.traffic().messages_sent;
      sum.bytes_sent += member->counted.traffic().bytes_sent;
      sum.background_messages += member->counted.traffic().background_messages;
    }
    return sum;
  }
  /// The greatest depth at which a mark was reached by any rank; -1 if none reached it.
  [[nodiscard]] int deepest(int mark) const {
    int depth = -1;
    for (const auto& reached : history_.reached)
      if (reached.mark == mark) depth = std::max(depth, reached.depth);
    return depth;
  }
  /// "12  0 → 1  prepare 0": time, ranks, message; the last `lines` of them.
  [[nodiscard]] std::string conversation(std::size_t lines = SIZE_MAX) const {
    std::string text;
    const auto& sent = history_.sent;
    for (std::size_t i = sent.size() > lines ? sent.size() - lines : 0; i < sent.size(); ++i)
      text += fmt::format("{:>4}  {} → {}  {}\n", sent[i].at, sent[i].from, sent[i].to, describe_(sent[i].message));
    return text;
  }

 private:
  using W = Wire<Message>;

  /// Listens at the door of one rank: what it sends, and what its node says of marks and answers.
  struct Member {
    Member(Cluster& cluster_, Rank rank_, std::int64_t operations_max)
        : cluster(cluster_), rank(rank_), counted(*this, rank_), node(cluster_.shape_, rank_, counted, *this, operations_max) {}
    void send(Rank to, const W& wire, const Payload& payload) {
      cluster.history_.sent.push_back({cluster.network_.now(), rank, to, wire.message});
      SimTransport<W>(cluster.network_, rank).send(to, wire, payload);
    }
    [[nodiscard]] Time now() const { return cluster.network_.now(); }
    void reached(Operation operation, int mark, Time at, int depth) {
      cluster.history_.reached.push_back({at, rank, operation, mark, depth});
    }
    void answered(Operation operation, const Answer& answer) {
      const bool right = !answer.payload || Pattern::of(cluster.shape_.seed, operation, 0).matches(answer.payload.bytes());
      cluster.history_.answered.push_back({rank, operation, answer.outcome, right});
    }
    Cluster& cluster;
    Rank rank;
    Counted<Member> counted;
    Node<P, Member, Member> node;
  };

  void deliver(const typename SimNetwork<W>::Event& event) {
    if (network_.is_crashed(event.to)) return;
    members_[static_cast<std::size_t>(event.to)]->node.receive(event.from, event.wire, event.payload);
  }
  void tick(Time now) {
    network_.advance_to(now);
    if constexpr (HasTimeouts<P>)
      for (const auto& member : members_)
        if (!network_.is_crashed(member->rank)) member->node.tick_if_due();
  }
  [[nodiscard]] Time earliest_deadline() const {
    Time earliest = kNever;
    if constexpr (HasTimeouts<P>)
      for (const auto& member : members_)
        if (!network_.is_crashed(member->rank)) earliest = std::min(earliest, member->node.machine().deadline());
    return earliest;
  }

  void check_invariants() const {
    for (const auto& invariant : invariants_)
      if (!invariant.holds(history_)) throw Violation(report(invariant.sentence));
  }
  [[nodiscard]] std::string report(const std::string& sentence) const {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    return fmt::format("violated at {}: {}\nseed {}; replay: COORDBENCH_SEED={} build/unit-tests --gtest_filter={}.{}\n{}",
                       network_.now(), sentence, faults_.seed, faults_.seed, test->test_suite_name(), test->name(),
                       conversation(20));
  }

  Shape shape_;
  Faults faults_;
  Describe describe_;
  SimNetwork<W> network_;
  PayloadArena arena_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<Invariant<P>> invariants_;
  History<P> history_;
};

/// The seeds of a randomised test: the one that COORDBENCH_SEED names, or 1 … count.
inline std::vector<std::uint64_t> seeds(std::uint64_t count) {
  if (const char* one = std::getenv("COORDBENCH_SEED")) return {std::stoull(one)};
  std::vector<std::uint64_t> all(count);
  for (std::uint64_t i = 0; i < count; ++i) all[i] = i + 1;
  return all;
}

}  // namespace coordbench::testing
