#pragma once
// A case of Raft as its servers and clients see it, and the closed forms that follow.

#include <bit>

#include "kernels/parts/raft_state.hpp"

namespace coordbench {

inline constexpr std::array kRaftParameters{
    Parameter{.name = "client",
              .initial = 0,
              .lowest = 0,
              .highest = 1,
              .help = "who asks: the leader itself, or a rank of its own",
              .choices = {"co_located", "own_rank"}},
    Parameter{.name = "batch", .initial = 1, .lowest = 1, .highest = 4096, .help = "operations in one AppendEntries"},
    Parameter{.name = "commit_broadcast",
              .initial = 0,
              .lowest = 0,
              .highest = 1,
              .help = "how followers learn the commit index: with the next entries, or at once",
              .choices = {"piggybacked", "eager"}},
    Parameter{.name = "thrifty",
              .initial = 0,
              .lowest = 0,
              .highest = 1,
              .help = "entries go to everyone, or to no more followers than a majority needs",
              .choices = {"off", "on"}},
    Parameter{.name = "election_timeout_us",
              .initial = 0,
              .lowest = 0,
              .highest = 60'000'000,
              .help = "least election time-out, 0 = none; an election fails a case"}};

struct RaftSetting {
  explicit RaftSetting(const Shape& shape)
      : servers(shape.ranks),
        clients(static_cast<int>(shape["client"])),
        window(shape.in_flight),
        batch(shape["batch"]),
        eager(shape["commit_broadcast"] == 1),
        thrifty(shape["thrifty"] == 1),
        timeout(shape["election_timeout_us"] * 1000) {}

  /// Followers that entries are sent to while nothing fails: all, or those a majority needs beside the leader.
  [[nodiscard]] int targets() const { return thrifty ? servers / 2 : servers - 1; }
  [[nodiscard]] int sessions() const { return clients > 0 ? clients : 1; }

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

  /// Applied entries kept for followers behind; without time-outs nothing is lost, and nobody is behind what has been sent.
  [[nodiscard]] std::size_t retained() const {
    return timeout > 0 ? static_cast<std::size_t>(window) + static_cast<std::size_t>(batch) : 0;
  }
  /// Beside those, a window applied just now, which must still be answered for, and as many again, and more, that are not
  /// committed; and the no-ops of terms in which nothing was.
  [[nodiscard]] std::size_t log_capacity() const {
    return std::bit_ceil(retained() + 3 * static_cast<std::size_t>(window) + (timeout > 0 ? 64 : 2));
  }

  int servers, clients, window;
  std::int64_t batch;
  bool eager, thrifty;
  Time timeout;
};

}  // namespace coordbench
