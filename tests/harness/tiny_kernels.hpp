#pragma once
// Protocols as small as they can be, for what no kernel of the build does yet, and with faults that a case must find.

#include <cstring>

#include "harness/protocol.hpp"

namespace coordbench::testing {

/// Operations begin at every rank: each greets all others, and is done once all have greeted it.
class Greeting {
 public:
  struct Message {
    std::uint32_t first;
    std::uint32_t count = 1;
  };
  using Out = Outbox<Message>;
  static constexpr About about{.group = "all-to-all",
                               .promise = "every rank has heard of every other",
                               .messages = "N(N - 1)",
                               .delays = "1",
                               .source = "none",
                               .latency = Latency::makespan,
                               .has_payload = false};
  static constexpr std::array marks{Mark{.name = "greeted", .where = Where::everywhere, .answers = true}};
  static Cost cost(const Shape& shape, Operation /*operation*/) {
    return {.messages = shape.ranks * (shape.ranks - 1), .delays = {shape.ranks > 1 ? 1 : 0}};
  }

  Greeting(const Shape& shape, Rank /*self*/) : others_(shape.ranks - 1) {}
  void begin(Operation operation, Out& out) {
    out.send_others({.first = static_cast<std::uint32_t>(operation)});
    begun_ = operation;
    if (heard_ == others_) greeted(out);
  }
  /// Of the operation that runs, or of one that has not begun here yet.
  void step(Rank /*from*/, const Message& message, const Payload& /*payload*/, Out& out) {
    if (++heard_ == others_ && begun_ == message.first) greeted(out);
  }
  [[nodiscard]] Answer answer(Operation operation) const {
    return {.outcome = operation == begun_ ? 1 : 0, .of = Answer::nothing};
  }
  static bool accepts(const Shape& /*shape*/, Operation /*operation*/, const Answer& answer) { return answer.outcome == 1; }

 private:
  void greeted(Out& out) {
    heard_ = 0;
    out.complete(begun_, 0);
  }
  int others_, heard_ = 0;
  Operation begun_ = -1;
};

/// Whoever is asked passes the payload on, so that an operation ends at another rank: a server's at the next one, a client's at
/// any. It goes wrong as it is told, at operation 3 of each case.
class Relay {
 public:
  enum Fault : std::int64_t { none, twice, unseen, unknown_mark, beats };
  struct Message {
    std::uint32_t first;
    std::uint32_t count;
  };
  using Out = Outbox<Message>;
  static constexpr About about{.group = "delivery",
                               .promise = "another rank has the payload",
                               .messages = "1",
                               .delays = "1",
                               .source = "none",
                               .latency = Latency::makespan};
  static constexpr std::array parameters{
      Parameter{.name = "proposers", .initial = 1, .lowest = 1, .highest = 64, .help = "servers that are asked"},
      Parameter{.name = "fault",
                .highest = 4,
                .help = "what goes wrong",
                .choices = {"none", "twice", "unseen", "unknown_mark", "beats"}}};
  enum { passed, seen, arrived };
  static constexpr std::array marks{Mark{.name = "passed"}, Mark{.name = "seen"}, Mark{.name = "arrived", .answers = true}};
  static constexpr int clients_most = 2;

  static int proposers(const Shape& shape) { return static_cast<int>(shape["proposers"]); }
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation k) {
    return rank == (mark == passed ? asked(shape, k) : receiver(shape, k));
  }
  static Cost cost(const Shape& shape, Operation k) {
    const int sent = receiver(shape, k) == asked(shape, k) ? 0 : 1;
    return {.messages = sent, .delays = {0, sent, sent}};
  }

  Relay(const Shape& shape, Rank self) : shape_(shape), self_(self), fault_(shape["fault"]) {}
  void propose(Operation operation, Payload payload, Out& out) {
    const Rank to = receiver(shape_, operation);
    const auto first = static_cast<std::uint32_t>(operation);
    if (to != self_) out.send(to, {.first = first, .count = 1}, payload);
    if (to != self_ && fault_ == beats) out.send(to, {.first = first, .count = 0});
    out.complete(operation, passed);
    if (fault_ == twice && operation == 3) out.complete(operation, seen);
    if (to == self_) arrive(operation, std::move(payload), out);
  }
  void step(Rank /*from*/, const Message& message, const Payload& payload, Out& out) {
    if (message.count > 0) arrive(message.first, payload, out);
  }
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {.outcome = 1, .payload = last_}; }

 private:
  static Rank asked(const Shape& shape, Operation k) {
    return shape.clients > 0 ? shape.ranks + static_cast<Rank>(k % shape.clients) : static_cast<Rank>(k % shape["proposers"]);
  }
  static Rank receiver(const Shape& shape, Operation k) {
    return shape.clients > 0 ? static_cast<Rank>(k % shape.ranks) : (asked(shape, k) + 1) % shape.ranks;
  }
  void arrive(Operation operation, Payload payload, Out& out) {
    last_ = std::move(payload);
    if (fault_ == unknown_mark && operation == 3) out.complete(operation, /*mark=*/7);
    if (fault_ != unseen || operation != 3) out.complete(operation, seen);
    out.complete(operation, arrived);
  }
  Shape shape_;
  Rank self_;
  std::int64_t fault_;
  Payload last_{};
};

/// Rank 0 tells rank 1, which shows rank 2 that it was told: by the message's proof, and by a MAC of rank 0's for rank 2.
class Hearsay {
 public:
  enum Kind : std::uint32_t { code, told, shown };
  struct Message {
    std::uint32_t first;
    std::uint32_t count = 1;
    Kind kind;
    std::uint32_t gap = 0;
  };
  using Out = Outbox<Message>;
  static constexpr About about{.group = "delivery",
                               .promise = "a third rank knows what the first has told the second",
                               .messages = "3",
                               .delays = "2",
                               .source = "none",
                               .latency = Latency::makespan};
  static constexpr std::array authentications{Authentication::none, Authentication::mac, Authentication::signature};
  static constexpr std::array marks{Mark{.name = "shown", .answers = true}};
  static bool reaches(const Shape& /*shape*/, int /*mark*/, Rank rank, Operation /*k*/) { return rank == 2; }
  static Cost cost(const Shape& /*shape*/, Operation /*k*/) { return {.messages = 3, .delays = {2}}; }
  static Bounds bounds(const Shape& /*shape*/, Rank /*rank*/) {
    return {.leases = 4, .made = 16, .made_bytes = sizeof(Evidence)};
  }
  static std::string unfit(const Shape& shape) { return shape.ranks < 3 ? "it takes three ranks" : ""; }

  Hearsay(const Shape& /*shape*/, Rank /*self*/) {}
  void propose(Operation operation, const Payload& payload, Out& out) {
    const Message telling = of(operation, told);
    Payload sealed = out.allocate(sizeof(Mac));
    put(sealed, out.seal(2, telling, out.digest(payload)));
    out.send(1, of(operation, code), sealed);
    out.send(1, telling, payload);
  }
  void step(Rank /*from*/, const Message& message, const Payload& payload, Out& out) {
    if (message.kind == code) {
      code_ = got<Mac>(payload);
    } else if (message.kind == told) {
      Payload evidence = out.allocate(sizeof(Evidence));
      put(evidence, Evidence{out.digest(payload), out.proof(), code_});
      out.send(2, of(message.first, shown), evidence);
    } else {
      const auto shows = got<Evidence>(payload);
      const Message telling = of(message.first, told);
      believed_ = out.proves(0, telling, shows.digest, shows.proof) || out.opens(0, telling, shows.digest, shows.code);
      digest_ = shows.digest;
      out.complete(message.first, 0);
    }
  }
  [[nodiscard]] Answer answer(Operation /*operation*/) const { return {.outcome = believed_ ? 1 : 0, .of = Answer::nothing}; }
  static bool accepts(const Shape& /*shape*/, Operation /*operation*/, const Answer& answer) { return answer.outcome == 1; }
  [[nodiscard]] const Digest& digest() const { return digest_; }

 private:
  struct Evidence {
    Digest digest;
    Proof proof;
    Mac code;
  };
  static Message of(Operation operation, Kind kind) { return {.first = static_cast<std::uint32_t>(operation), .kind = kind}; }
  template <class T>
  static void put(const Payload& payload, const T& value) {
    std::memcpy(payload.data(), &value, sizeof value);
  }
  template <class T>
  static T got(const Payload& payload) {
    T value;
    std::memcpy(&value, payload.data(), sizeof value);
    return value;
  }
  Mac code_{};
  bool believed_ = false;
  Digest digest_{};
};

}  // namespace coordbench::testing
