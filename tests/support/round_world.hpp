#pragma once
// N machines of a protocol in synchronous rounds, in one process and without time: nothing is lost, and nothing costs but what
// the machines do. For distributions over many operations.

#include <deque>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "harness/transport/node.hpp"

namespace coordbench::testing {

/// In which order word of a round and its messages arrive. A machine may not care.
enum class Delivery : std::uint8_t {
  after_the_word,  ///< every rank is told of the round before any message arrives
  at_once,         ///< a message arrives as soon as it is sent, often before its receiver is told of the round
  shuffled,        ///< anything that may happen next may be next
};

template <Protocol P>
requires HasRounds<P>
class RoundWorld {
 public:
  using Message = typename P::Message;

  /// What an operation took; `rumours` are the messages that carried the payload.
  struct Spread {
    int rounds = 0;
    std::int64_t messages = 0, rumours = 0;
    friend bool operator==(const Spread&, const Spread&) = default;
  };
  struct Letter {
    Rank from, to;
    Message message;
    Depth depth;
    Payload payload;
  };
  struct Answered {
    Rank rank;
    Answer answer;
  };

  RoundWorld(const Shape& shape, std::int64_t operations_max, Delivery delivery = Delivery::after_the_word)
      : shape_(shape), delivery_(delivery), arena_(8, static_cast<std::size_t>(shape.payload_bytes)) {
    for (Rank rank = 0; rank < shape.ranks; ++rank) members_.emplace_back(*this, rank, operations_max);
  }

  /// Rank 0 proposes; rounds follow until every rank has reached the last mark.
  Spread spread(Operation operation) {
    letters_.clear();
    answered_.clear();
    delivered_ = 0;
    Payload payload = arena_.allocate(static_cast<std::size_t>(shape_.payload_bytes));
    Pattern::of(shape_.seed, operation, 0).fill(payload.bytes());
    members_.front().node.propose(operation, std::move(payload));
    Spread spread;
    while (answered_.size() < members_.size()) hold_round(operation, ++spread.rounds);
    spread.messages = static_cast<std::int64_t>(letters_.size());
    spread.rumours = std::count_if(letters_.begin(), letters_.end(), [](const Letter& letter) { return bool(letter.payload); });
    return spread;
  }

  /// Of the last operation, in order of arrival.
  [[nodiscard]] const std::vector<Letter>& letters() const { return letters_; }
  [[nodiscard]] const std::vector<Answered>& answered() const { return answered_; }

 private:
  /// One rank: its transport, and the witness of its node.
  struct Member {
    Member(RoundWorld& world_, Rank rank_, std::int64_t operations_max)
        : world(world_), rank(rank_), counted(*this, rank_), node(world_.shape_, rank_, counted, *this, operations_max) {}
    void send(Rank to, const Message& message, Depth depth, const Payload& payload) {
      world.letters_.push_back({rank, to, message, depth, payload});
    }
    [[nodiscard]] Time now() const { return 0; }
    static constexpr bool shares_its_process = true;
    [[nodiscard]] bool has_waiting() const { return false; }
    [[nodiscard]] PayloadArena& made() { return world.arena_; }
    [[nodiscard]] PayloadArena& own() { return world.arena_; }
    void reached(Operation /*operation*/, int /*mark*/, Time /*at*/, int /*depth*/) {}
    void answered(Operation /*operation*/, Answer answer) { world.answered_.push_back({rank, std::move(answer)}); }
    RoundWorld& world;
    Rank rank;
    Counted<Member> counted;
    Node<P, Member, Member> node;
  };

  void hold_round(Operation operation, int round) {
    if (round > kRoundsMax) throw std::runtime_error("a rumour does not reach every rank");
    untold_.resize(members_.size());
    std::iota(untold_.rbegin(), untold_.rend(), 0);  // rank 0 is the last, and so the first to be told
    while (!untold_.empty() || delivered_ < letters_.size()) {
      if (delivery_ == Delivery::shuffled) shuffle();
      if (letter_is_next())
        deliver(letters_[delivered_++]);
      else
        tell(operation, round);
    }
  }

  /// Puts any of those that wait, of the letters and of the ranks, to the front.
  void shuffle() {
    const std::size_t waiting = letters_.size() - delivered_;
    if (waiting > 0) std::swap(letters_[delivered_], letters_[delivered_ + draw() % waiting]);
    if (!untold_.empty()) std::swap(untold_.back(), untold_[draw() % untold_.size()]);
  }
  bool letter_is_next() {
    const std::size_t waiting = letters_.size() - delivered_;
    if (waiting == 0 || untold_.empty()) return waiting > 0;
    if (delivery_ == Delivery::shuffled) return draw() % (waiting + untold_.size()) < waiting;
    return delivery_ == Delivery::at_once;
  }
  std::uint64_t draw() { return mix(++draws_); }

  void tell(Operation operation, int round) {
    const Rank rank = untold_.back();
    untold_.pop_back();
    members_[static_cast<std::size_t>(rank)].node.round(operation, round);
  }
  void deliver(const Letter& letter) {
    const Letter read = letter;  // what is sent meanwhile may move the others
    members_[static_cast<std::size_t>(read.to)].node.receive(read.from, read.message, read.depth, read.payload);
  }

  static constexpr int kRoundsMax = 10'000;

  Shape shape_;
  Delivery delivery_;
  PayloadArena arena_;
  std::vector<Letter> letters_;  ///< delivered ones first
  std::size_t delivered_ = 0;
  std::vector<Rank> untold_;  ///< of the round, the next one last
  std::vector<Answered> answered_;
  std::uint64_t draws_ = 0;
  std::deque<Member> members_;
};

}  // namespace coordbench::testing
