#pragma once
// quorum_register — servers hold copies of one register; any proposer reads or writes it through majorities, without a leader.
//
//   proposer p ──query──►  servers           which value do you hold, and how new is it?
//              ◄──held───                    `chosen`  once a majority has told: a write takes a stamp above all that it heard,
//              ──store──►  servers                     a read takes the newest value, and writes it back
//              ◄─stored──                    `ended`   once a majority holds it
//
// A proposer that is a server counts its own copy, without a message: 4n messages and 4 delays, n = N - 1; a client sends to
// all N. Without the write-back a read costs half, but two reads may see a new value and then the old one. `if_needed` leaves
// it out where the majority that answered agrees. `thrifty` asks no more servers than a majority needs: floor(N/2) for n.
// It is linearizable although messages are lost, duplicated or delayed and servers crash, if a server that comes back has its
// copy. It is live while a majority can talk.
// Source: Attiya, Bar-Noy, Dolev, JACM 42(1) 1995; several writers, and so two phases of a write: Lynch, Shvartsman, FTCS 1997.

#include <algorithm>

#include "harness/protocol.hpp"
#include "kernels/parts/draw.hpp"
#include "kernels/parts/replicate.hpp"
#include "kernels/parts/window.hpp"

namespace coordbench {

class QuorumRegister {
 public:
  enum WriteBack : std::int64_t { always, never, if_needed };
  enum class Kind : std::uint32_t { query_stamp, query_value, held, store, stored, nothing };

  /// How new a value is: above all that its writer had heard of, then by its writer, an operation. No two values share one.
  struct Stamp {
    std::uint32_t sequence = 0;
    std::uint32_t writer = 0;  ///< the operation that wrote it, plus 1; 0: the initial value
    [[nodiscard]] bool is_newer_than(const Stamp& other) const {
      return sequence != other.sequence ? sequence > other.sequence : writer > other.writer;
    }
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Message {
    static constexpr int count = 1;  ///< every message is of one operation
    std::uint32_t first;             ///< the operation
    Kind kind;
    Stamp stamp;
  };
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 3,
      .group = "register",
      .promise = "a linearizable register, available while a majority is up; only a regular one with write_back=never",
      .messages =
          "4n, n = N - 1; --clients: 4N; reads with write_back=never: 2n, if_needed: 2n to 4n; thrifty: floor(N/2) in "
          "place of n",
      .delays = "chosen 2, ended 4; reads with write_back=never: ended 2, if_needed: 2 or 4",
      .source = "Attiya, Bar-Noy, Dolev, JACM 1995; Lynch, Shvartsman, FTCS 1997",
      .latency = Latency::proposer,
      .count_rule = CountRule::range};
  static constexpr std::array parameters{
      Parameter{.name = "reads",
                .initial = 50,
                .highest = 100,
                .help = "percent of the operations that read; the seed decides which"},
      Parameter{.name = "write_back",
                .highest = 2,
                .help = "whether a read also stores what it returns at a majority",
                .choices = {"always", "never", "if_needed"}},
      Parameter{.name = "thrifty", .highest = 1, .help = "ask only as many servers as a majority needs"},
      Parameter{.name = "proposers", .highest = 1'048'576, .help = "how many servers propose if there are no clients, 0: all"},
      Parameter{.name = "timeout_us",
                .highest = 60'000'000,
                .help = "wait before asking again, 0: never; a time-out that expires makes the case fail"},
      kReplicate};
  enum { chosen, ended };
  static constexpr std::array marks{Mark{.name = "chosen"}, Mark{.name = "ended", .answers = true}};
  static constexpr std::array<std::string_view, 2> kinds{"write", "read"};
  static constexpr int clients_most = 4096;

  static int kind(const Shape& shape, Operation operation) { return is_read(shape.seed, shape["reads"], operation) ? 1 : 0; }
  /// Range where timing decides whether the majority agrees.
  static Cost cost(const Shape& shape, Operation operation) {
    const int phase = 2 * asked(shape), there_and_back = phase > 0 ? 2 : 0;
    if (kind(shape, operation) == 1 && shape["write_back"] == never)
      return {.messages = phase, .delays = {there_and_back, there_and_back}};
    if (kind(shape, operation) == 1 && shape["write_back"] == if_needed)
      return {.messages = {phase, 2 * phase}, .delays = {there_and_back, Range{there_and_back, 2 * there_and_back}}};
    return {.messages = 2 * phase, .delays = {there_and_back, 2 * there_and_back}};
  }
  static int proposers(const Shape& shape) {
    return shape["proposers"] > 0 ? static_cast<int>(shape["proposers"]) : shape.ranks;
  }
  static std::string unfit(const Shape& shape) {
    if (shape.clients > 0 && shape["proposers"] > 0) return "with --clients no server asks; leave proposers at 0";
    return shape["proposers"] > shape.ranks ? "more proposers than servers; 0 stands for all of them" : "";
  }
  /// A write returns nothing; a read returns what some write wrote, or the initial value, which has no bytes.
  static bool accepts(const Shape& shape, Operation operation, const Answer& answer) {
    const bool has_value = answer.of >= 0;
    const auto bytes = static_cast<std::size_t>(has_value ? shape.payload_bytes : 0);
    if (answer.outcome != 1 || answer.payload.size() != bytes) return false;
    if (kind(shape, operation) == 0) return answer.of == Answer::nothing;
    return answer.of == Answer::initial || (has_value && kind(shape, answer.of) == 0);
  }
  static bool times_out(const Shape& shape) { return shape["timeout_us"] > 0; }
  /// A step sends at most one envelope, two without other servers; a tick one to each server for each open operation. Kept are
  /// the values of open operations, of the last one that ended, and of the register.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    const auto open = static_cast<std::size_t>(shape.in_flight);
    return {.sends = 2 + (times_out(shape) ? open * static_cast<std::size_t>(shape.ranks) : 0),
            .completions = 2,
            .leases = open + 2};
  }

  QuorumRegister(const Shape& shape, Rank self)
      : self_(self),
        servers_(shape.ranks),
        asked_(asked(shape)),
        own_copies_(self < shape.ranks ? 1 : 0),
        majority_(shape.ranks / 2 + 1),
        seed_(shape.seed),
        reads_(shape["reads"]),
        write_back_(shape["write_back"]),
        replicate_(shape["replicate"]),
        timeout_(shape["timeout_us"] * 1000),
        proposers_(static_cast<std::uint32_t>(shape.clients > 0 ? shape.clients : proposers(shape))),
        open_(Window<Open>::length(shape)),
        words_((static_cast<std::size_t>(shape.ranks) + 63) / 64),
        replied_(open_.size() * words_) {}

  // ---- the proposer ------------------------------------------------------------------------------------------------------

  /// Call it for operations of which at most in_flight of this proposer are open.
  void propose(Operation operation, Payload payload, Out& out) {
    Open& open = slot(operation);
    open.operation = operation;
    open.reads = is_read(seed_, reads_, operation);
    open.newest = held_;
    open.holders = own_copies_;
    open.payload = open.reads ? value_ : std::move(payload);
    ask(open, Kind::held, out);
    if (open.missing == 0) choose(open, out);
  }

  void step(Rank from, const Message& message, const Payload& payload, Out& out) {
    switch (message.kind) {
      case Kind::query_stamp:
        return out.send(from, {message.first, Kind::held, held_});
      case Kind::query_value:
        return out.send(from, {message.first, Kind::held, held_}, value_);
      case Kind::store:
        keep(message.stamp, payload, out);
        return out.send(from, {message.first, Kind::stored, message.stamp});
      case Kind::held:
        return hear(from, message, payload, out);
      default:
        return count_copy(from, message, out);
    }
  }

  /// Asks again for what has been missing for too long.
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    for (Open& open : open_)
      if (open.alarm <= out.now()) ask_again(open, out);
  }
  [[nodiscard]] Time deadline() const {
    Time earliest = kNever;
    for (const Open& open : open_) earliest = std::min(earliest, open.alarm);
    return earliest;
  }

  /// Of the operation that ended last.
  [[nodiscard]] Answer answer(Operation operation) const { return operation == answered_ ? answer_ : Answer{}; }
  /// How new the value of this server is.
  [[nodiscard]] Stamp held() const { return held_; }

 private:
  /// An operation of this proposer.
  struct Open {
    Operation operation = -1;
    Kind awaits = Kind::nothing;  ///< held, stored, or nothing once it has ended
    bool reads = false;
    int missing = 0;  ///< replies until a majority has answered
    int holders = 0;  ///< of those who answered the query: how many hold the newest value
    Stamp newest{};   ///< that was heard of, then the stamp to store
    Payload payload{};
    Time alarm = kNever;
  };

  static bool is_read(std::uint64_t seed, std::int64_t percent, Operation operation) {
    return Draw(seed, operation).below(100) < percent;
  }
  /// Servers that a proposer sends to.
  static int asked(const Shape& shape) {
    const int own_copies = shape.clients > 0 ? 0 : 1;
    return (shape["thrifty"] == 1 ? shape.ranks / 2 + 1 : shape.ranks) - own_copies;
  }

  /// A phase of an operation begins: `reply` is awaited from a majority, in which this server's own copy counts.
  void ask(Open& open, Kind reply, Out& out) {
    open.awaits = reply;
    open.missing = majority_ - own_copies_;
    std::fill_n(replied_to(open), words_, 0);
    if (timeout_ > 0) open.alarm = out.now() + timeout_;
    out.send_others(question_of(open), reply == Kind::stored ? open.payload : Payload(), asked_);
  }
  static Message question_of(const Open& open) {
    const Kind query = open.reads ? Kind::query_value : Kind::query_stamp;
    return {static_cast<std::uint32_t>(open.operation), open.awaits == Kind::held ? query : Kind::store, open.newest};
  }

  void hear(Rank from, const Message& message, const Payload& payload, Out& out) {
    Open& open = slot(message.first);
    if (!is_first_reply(open, from, message)) return;
    if (message.stamp.is_newer_than(open.newest)) {
      open.newest = message.stamp;
      open.holders = 0;
      if (open.reads) open.payload = payload;
    }
    if (message.stamp == open.newest) ++open.holders;
    if (--open.missing == 0) choose(open, out);
  }

  void choose(Open& open, Out& out) {
    out.complete(open.operation, chosen);
    if (!open.reads)
      open.newest = {open.newest.sequence + 1, static_cast<std::uint32_t>(open.operation) + 1};
    else if (write_back_ == never || (write_back_ == if_needed && open.holders >= majority_))
      return end(open, out);
    if (own_copies_ > 0) keep(open.newest, open.payload, out);
    ask(open, Kind::stored, out);
    if (open.missing == 0) end(open, out);
  }

  void count_copy(Rank from, const Message& message, Out& out) {
    Open& open = slot(message.first);
    if (!is_first_reply(open, from, message)) return;
    if (--open.missing == 0) end(open, out);
  }

  void end(Open& open, Out& out) {
    open.awaits = Kind::nothing;
    open.alarm = kNever;
    answered_ = open.operation;
    answer_ = {.outcome = 1, .of = Answer::nothing};
    if (open.reads) answer_ = {1, open.payload, static_cast<Operation>(open.newest.writer) - 1};
    open.payload = {};
    out.complete(open.operation, ended);
  }

  /// Replies may be late, of an earlier phase or of an operation that this slot has forgotten, or come twice.
  bool is_first_reply(const Open& open, Rank from, const Message& message) {
    if (open.operation != message.first || open.awaits != message.kind) return false;
    std::uint64_t& word = replied_to(open)[from / 64];
    const std::uint64_t bit = std::uint64_t{1} << (from % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }
  /// Everyone who has not answered, however few were asked at first.
  [[gnu::noinline, gnu::cold]] void ask_again(Open& open, Out& out) {
    open.alarm = out.now() + timeout_;
    for (Rank to = 0; to < servers_; ++to) {
      if (to == self_ || (replied_to(open)[to / 64] >> (to % 64) & 1U) != 0) continue;
      out.send(to, question_of(open), open.awaits == Kind::stored ? open.payload : Payload());
    }
  }

  Open& slot(Operation operation) {
    return open_[proposers_.quotient(static_cast<std::uint32_t>(operation)) & (open_.size() - 1)];
  }
  [[nodiscard]] std::uint64_t* replied_to(const Open& open) {
    return replied_.data() + static_cast<std::size_t>(&open - open_.data()) * words_;
  }

  // ---- the server --------------------------------------------------------------------------------------------------------

  void keep(const Stamp& stamp, const Payload& payload, Out& out) {
    if (!stamp.is_newer_than(held_)) return;
    held_ = stamp;
    value_ = kept(replicate_, payload, out);
  }

  Rank self_;
  int servers_, asked_, own_copies_, majority_;
  std::uint64_t seed_;
  std::int64_t reads_, write_back_, replicate_;
  Time timeout_;
  Divisor proposers_;
  std::vector<Open> open_;  ///< [operation div proposers, mod their number]: only this proposer's own
  std::size_t words_;
  std::vector<std::uint64_t> replied_;  ///< [slot of open_, server / 64]: a bit for each reply to the phase
  Operation answered_ = -1;
  Answer answer_{};
  Stamp held_{};  ///< of a client always the initial one
  Payload value_{};
};

}  // namespace coordbench
