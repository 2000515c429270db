#pragma once
// A client on a rank of its own. It asks the server that it believes to lead, and believes an answer once f + 1 servers give
// it. After a time-out it asks everyone. Source: Castro, Liskov, "Practical Byzantine fault tolerance", OSDI 1999, 4.1.

#include <functional>

#include "kernels/hotstuff/block.hpp"

namespace coordbench::hotstuff {

class Client {
 public:
  explicit Client(const Setting& setting)
      : setting_(setting),
        turns_(setting.sessions()),
        asked_(std::bit_ceil(2 * static_cast<std::size_t>(setting.in_flight))),
        replies_(asked_.size() * static_cast<std::size_t>(setting.servers)),
        rounds_(static_cast<std::size_t>(setting.servers)) {}

  [[nodiscard]] Time alarm() const { return alarm_; }

  void propose(Operation operation, Payload payload, Out& out) {
    const bool is_only = oldest_ == next_;
    if (is_only) oldest_ = operation;
    next_ = operation + turns_.clients();
    if (is_only) set_alarm(out.now());
    asked_[slot(operation)] = {.payload = std::move(payload)};
    for (int server = 0; server < setting_.servers; ++server) reply_of(operation, server) = {};
    out.send(leader(), Blocks::request_of(static_cast<std::int32_t>(operation)), asked_[slot(operation)].payload);
  }
  void step(Rank from, const Message& message, Out& out) {
    const Operation operation = message.first;
    if (message.kind != Kind::reply || from >= setting_.servers || !is_open(operation)) return;
    rounds_[static_cast<std::size_t>(from)] = message.round;
    reply_of(operation, from) = {true, message.value};
    int equal = 0;
    for (int server = 0; server < setting_.servers; ++server) {
      const Reply& reply = reply_of(operation, server);
      equal += reply.has_come && reply.value == message.value ? 1 : 0;
    }
    if (equal > setting_.faults) end(operation, message.value, out);
  }
  [[gnu::noinline, gnu::cold]] void tick(Out& out) {
    if (alarm_ > out.now()) return;
    for (Operation k = oldest_; k != next_; k += turns_.clients())
      if (is_open(k)) out.send_others(Blocks::request_of(static_cast<std::int32_t>(k)), asked_[slot(k)].payload);
    set_alarm(out.now());
  }
  void restart(Out& out) { set_alarm(out.now()); }

  [[nodiscard]] std::uint32_t value_of(Operation operation) const { return asked_[slot(operation)].value; }
  [[nodiscard]] const Payload& payload_of(Operation operation) const { return asked_[slot(operation)].payload; }

 private:
  struct Asked {
    bool is_answered = false;
    std::uint32_t value = 0;
    Payload payload{};
  };
  struct Reply {
    bool has_come = false;
    std::uint32_t value = 0;
  };

  [[nodiscard]] bool is_open(Operation k) const {
    return k >= oldest_ && k < next_ && turns_.of(k).client == turns_.of(oldest_).client && !asked_[slot(k)].is_answered;
  }
  void end(Operation operation, std::uint32_t value, Out& out) {
    asked_[slot(operation)].is_answered = true;
    asked_[slot(operation)].value = value;
    out.complete(operation, answered);
    while (oldest_ != next_ && asked_[slot(oldest_)].is_answered) oldest_ += turns_.clients();
    set_alarm(out.now());
  }
  /// f + 1 servers are in its round or a later one, so that one correct server is.
  [[nodiscard]] Rank leader() {
    if (setting_.timeout == 0) return 0;
    std::vector<std::uint32_t>& rounds = sorted_ = rounds_;
    std::nth_element(rounds.begin(), rounds.begin() + setting_.faults, rounds.end(), std::greater<>());
    return setting_.leader_of(rounds[static_cast<std::size_t>(setting_.faults)]);
  }
  [[nodiscard]] std::size_t slot(Operation operation) const { return turns_.of(operation).number & (asked_.size() - 1); }
  Reply& reply_of(Operation operation, Rank server) {
    return replies_[slot(operation) * static_cast<std::size_t>(setting_.servers) + static_cast<std::size_t>(server)];
  }
  void set_alarm(Time now) { alarm_ = setting_.timeout > 0 && oldest_ != next_ ? now + 2 * setting_.timeout : kNever; }

  Setting setting_;
  Turns turns_;
  Time alarm_ = kNever;
  Operation oldest_ = 0, next_ = 0;             ///< open are [oldest, next), but for those answered out of order
  std::vector<Asked> asked_;                    ///< [turn mod twice the operations in flight]
  std::vector<Reply> replies_;                  ///< [the same, server]
  std::vector<std::uint32_t> rounds_, sorted_;  ///< [server]: where it was last; scratch
};

}  // namespace coordbench::hotstuff
