#pragma once
// A case of Raft as its servers and clients see it: parameters, marks, and the closed forms that follow.

#include <bit>

#include "kernels/parts/replicate.hpp"
#include "kernels/raft/message.hpp"
#include "kernels/raft/reading.hpp"
#include "kernels/replication/marks.hpp"
#include "kernels/replication/state.hpp"

namespace coordbench::raft {

inline constexpr std::array parameters{
    Parameter{
        .name = "batch", .initial = 1, .lowest = 1, .highest = 4096, .help = "most operations in one AppendEntries message"},
    Parameter{.name = "commit_broadcast",
              .initial = 0,
              .lowest = 0,
              .highest = 1,
              .help = "how followers learn the commit index: with the next entries, or by a message of its own",
              .choices = {"piggybacked", "eager"}},
    Parameter{.name = "thrifty",
              .initial = 0,
              .lowest = 0,
              .highest = 1,
              .help = "on: entries go only to as many followers as a majority needs",
              .choices = {"off", "on"}},
    Parameter{.name = "election_timeout_us",
              .initial = 0,
              .lowest = 0,
              .highest = 60'000'000,
              .help = "least election time-out, 0: no elections; an unexpected election makes the case fail"},
    Parameter{.name = "leader",
              .initial = 0,
              .lowest = 0,
              .highest = 1,
              .help = "at the start rank 0 leads term 1, or nobody leads and the servers elect a leader",
              .choices = {"seated", "elected"}},
    Parameter{.name = "pre_vote",
              .initial = 1,
              .lowest = 0,
              .highest = 1,
              .help = "on: a server asks who would vote for it before it raises the term",
              .choices = {"off", "on"}},
    kReplicate,
    kReadParameters[0],
    kReadParameters[1],
    kReadParameters[2],
    kReadParameters[3]};

using replication::answered;
using replication::applied;
using replication::committed;
using replication::marks;
using replication::State;
using replication::Turns;

struct Setting {
  explicit Setting(const Shape& shape)
      : servers(shape.ranks),
        clients(shape.clients),
        in_flight(shape.in_flight),
        window(shape.in_flight * sessions()),
        batch(shape["batch"]),
        payload_bytes(shape.payload_bytes),
        eager(shape["commit_broadcast"] == 1),
        thrifty(shape["thrifty"] == 1),
        seated(shape["leader"] == 0),
        pre_vote(shape["pre_vote"] == 1),
        replicate(shape["replicate"]),
        timeout(shape["election_timeout_us"] * 1000),
        reading(shape, timeout),
        counts_in_order(sessions() == 1 && !reading.apart) {}

  /// Followers that entries are sent to while nothing fails: all, or those a majority needs beside the leader.
  [[nodiscard]] int targets() const { return thrifty ? servers / 2 : servers - 1; }
  [[nodiscard]] int sessions() const { return clients > 0 ? clients : 1; }

  [[nodiscard]] Cost cost(Operations operations) const {
    const std::int64_t reads = reading.count_apart(operations), entries = operations.count - reads;
    const Cost logged{.messages = messages(entries), .delays = {delays_committed(), delays_applied(), delays_answered()}};
    if (reads == 0) return logged;
    Cost cost = reading.cost(reads, targets(), window, clients > 0);
    return entries == 0 ? cost : cost += logged;
  }
  /// Why the case cannot run; empty if it can.
  [[nodiscard]] std::string unfit() const {
    constexpr std::int64_t kMessageMax = std::int64_t{4} << 20U;
    if (batch > window) return "a batch larger than the operations in flight never fills; raise --in-flight";
    if (payload_bytes > kMessageMax) return "a log entry of more than 4 MiB; give a smaller --bytes";
    if (batch * payload_bytes > kMessageMax)
      return "a batch of entries of more than 4 MiB together; give a smaller batch or --bytes";
    if (!seated && timeout == 0) return "nobody is elected without time-outs; give election_timeout_us";
    return reading.unfit();
  }
  /// Why the clock decides how many messages there are; empty if it does not.
  [[nodiscard]] std::string uncountable() const {
    if (batch > 1 && clients > 1) return "which operations of several clients share a batch follows from the clock";
    if (batch > 1 && reading.apart)
      return "which writes share a batch follows from the clock where reads are no entries of the log";
    if (timeout > 0 && (batch > 1 || thrifty))  // a heartbeat sends what waits for its batch, and what thrifty holds back
      return "with time-outs the messages of a batch, and of thrifty, follow from the clock";
    return "";
  }

  /// 8: parts of a snapshot that say what one of several clients was answered before the last, two answers each: it may ask for
  /// any of those that it has open. A client alone needs none if its operations are counted without a gap.
  [[nodiscard]] std::uint32_t answer_parts() const {
    return !counts_in_order && timeout > 0 ? static_cast<std::uint32_t>(in_flight) / 2 : 0;
  }
  [[nodiscard]] std::uint32_t snapshot_parts() const { return written_part() + (reading.any ? 1 : 0); }
  /// The part that says what was written last, where operations read it.
  [[nodiscard]] std::uint32_t written_part() const {
    return State::kParts + answer_parts() * static_cast<std::uint32_t>(sessions());
  }

  /// Applied entries kept for followers behind; without time-outs nothing is lost, and nobody is behind what has been sent.
  [[nodiscard]] std::size_t retained() const {
    return timeout > 0 ? static_cast<std::size_t>(window) + static_cast<std::size_t>(batch) : 0;
  }
  /// Plus one window applied but not yet answered, two windows uncommitted, and the no-ops.
  [[nodiscard]] std::size_t log_capacity() const {
    return std::bit_ceil(retained() + 3 * static_cast<std::size_t>(window) + (timeout > 0 ? 64 : 2));
  }

  int servers, clients;
  int in_flight;  ///< operations of one client that may be open at once
  int window;     ///< the same, all clients' together
  std::int64_t batch, payload_bytes;
  bool eager, thrifty;
  bool seated;    ///< rank 0 leads from the start
  bool pre_vote;  ///< dissertation, 9.6
  std::int64_t replicate;
  Time timeout;  ///< the least election time-out, ns; 0: none
  Reading reading;
  bool counts_in_order;  ///< one session whose operations are all entries: their values follow from their numbers

 private:
  /// Entries and their acknowledgements once a batch, the same again for an eager commit, request and reply once an operation.
  [[nodiscard]] std::int64_t messages(std::int64_t operations) const {
    const std::int64_t batches = (operations + batch - 1) / batch;
    return batches * targets() * (eager ? 4 : 2) + (clients > 0 ? 2 * operations : 0);
  }
  /// A client is one delay away from the leader, and a single server commits at once. A commit index that travels with later
  /// entries comes with their delays, so `applied` counts the leader's own, until it is pushed.
  [[nodiscard]] int delays_committed() const { return (clients > 0 ? 1 : 0) + (servers > 1 ? 2 : 0); }
  [[nodiscard]] int delays_applied() const { return delays_committed() + (eager && servers > 1 ? 1 : 0); }
  [[nodiscard]] int delays_answered() const { return delays_committed() + (clients > 0 ? 1 : 0); }
};

}  // namespace coordbench::raft
