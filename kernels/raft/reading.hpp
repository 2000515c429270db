#pragma once
// Which operations of a case read and how, and what reads cost that are no entries of the log.
//
// log      a read is an entry like a write
// index    ReadIndex: the leader asks whether it still leads, and shows its state once a majority has answered
// lease    a leader that a majority has answered shows its state at once, until its lease ends: nobody else is elected
// meanwhile
//
// A lease begins when the question was sent, not when it was answered. It is shorter than the election time-out by the bound on
// how much slower than another clock the leader's may run. Where it has ended, a read costs what it costs with index.
// Source: Ongaro's dissertation, 2014, 6.4 (ReadIndex), 6.4.1 (leases).

#include "kernels/parts/reads.hpp"

namespace coordbench::raft {

enum class ReadBy : std::int64_t { log, index, lease };

inline constexpr std::array kReadParameters{
    Reads::parameter(0),
    Parameter{.name = "read",
              .highest = static_cast<std::int64_t>(ReadBy::lease),
              .help = "how operations read: as entries of the log, once a majority says who leads, or while a lease holds",
              .choices = {"log", "index", "lease"}},
    Parameter{
        .name = "lease_us",
        .highest = 60'000'000,
        .help = "how long a majority's answers let the leader read, 0: the election time-out; without time-outs for ever"},
    Parameter{.name = "drift_percent",
              .initial = 10,
              .highest = 99,
              .help = "how much slower than another server's clock the leader's may run; a lease is shorter by so much"}};

struct Reading {
  /// `timeout`: the least election time-out, ns; 0: none.
  Reading(const Shape& shape, Time timeout)
      : reads(shape),
        any(shape["reads"] > 0),
        apart(any && by(shape) != ReadBy::log),
        leases(any && by(shape) == ReadBy::lease),
        expires(timeout > 0),
        outlives(expires && leases && shape["lease_us"] * 1000 > timeout),
        lease((shape["lease_us"] > 0 ? shape["lease_us"] * 1000 : timeout) * (100 - shape["drift_percent"]) / 100) {}

  [[nodiscard]] bool is_read(Operation k) const { return any && reads.is_read(k); }
  /// A read that is no entry of the log.
  [[nodiscard]] bool is_apart(Operation k) const { return apart && reads.is_read(k); }
  [[nodiscard]] std::int64_t count_apart(Operations operations) const {
    std::int64_t count = 0;
    for (Operation k = operations.first; apart && k < operations.first + operations.count; ++k) count += is_apart(k) ? 1 : 0;
    return count;
  }

  /// `count` reads apart. A round asks `asked` servers and confirms what is open, at most `window` reads; with one at a time
  /// each read has its own. A lease that holds costs nothing; it may have ended where there are time-outs.
  [[nodiscard]] Cost cost(std::int64_t count, int asked, int window, bool has_clients) const {
    const std::int64_t least = leases ? 0 : (count + window - 1) / window, most = leases && !expires ? 0 : count;
    const std::int64_t asks = has_clients ? 2 : 0;
    const Range delays = asked == 0 ? Range(asks) : Range(asks + (leases ? 0 : 2), asks + (most > 0 ? 2 : 0));
    return {.messages = {2 * asked * least + asks * count, 2 * asked * most + asks * count}, .delays = {-1, -1, delays}};
  }

  [[nodiscard]] std::string unfit() const {
    return outlives ? "a lease longer than election_timeout_us may hold when somebody else leads; give a smaller lease_us" : "";
  }

  Reads reads;
  bool any, apart;  ///< there are reads; there are reads apart
  bool leases;
  bool expires;   ///< there are time-outs: somebody else may be elected, and a lease ends
  bool outlives;  ///< a lease is longer than the time for which nobody else is elected
  Time lease;     ///< less the drift, ns

 private:
  static ReadBy by(const Shape& shape) { return static_cast<ReadBy>(shape["read"]); }
};

}  // namespace coordbench::raft
