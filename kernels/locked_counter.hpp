#pragma once
// locked_counter — one server, rank 0, owns a counter that all others increment: what the counters of this group avoid.
//
//   lock                                               compare_and_swap
//   proposer ──lock──►    server                       proposer ──read──►     server
//            ◄──grant──            `granted`                    ◄──value v──
//            ──read──►                                          ──swap v──►            v + 1, if it still is v
//            ◄──value v──                                       ◄──swapped──           `released`
//            ──write v+1──►                                     ◄──refused v'──        or another was faster:
//            ◄──written──                                       ──swap v'──►           again
//            ──unlock──►           `released`
//            ◄──unlocked──         (acknowledged_lock: `released` only here)
//
// The lock is granted in the order of requests, so the time until `granted` is waiting, and from there to `released` holding:
// one round trip is the least of the first, two (acknowledged three) of the second, and while one holds, all others wait.
// messages = 7, acknowledged 8, however many wait. A swap waits for nobody: 4, and 2 more each time that another operation was
// faster. A success makes each other open operation fail once at most, so K operations of which A are open at once take at most
// 2(A - 1)K more. No single operation is sure to end. An operation of the server itself takes 0 messages. Values are
// 1, 2, 3, … and no two operations have the same.
// Messages may be duplicated and overtaken. Nothing is sent again: a message or a server that is lost stops its operation, and
// a holder that crashes stops all of them. So the level is 2: one server, and nobody to replace it.
// Source: mutual exclusion: Dijkstra, CACM 8(9) 1965; compare-and-swap: Herlihy, ACM TOPLAS 13(1) 1991.

#include <optional>

#include "harness/protocol.hpp"
#include "kernels/locked_counter/proposer.hpp"
#include "kernels/locked_counter/server.hpp"
#include "kernels/parts/delays.hpp"

namespace coordbench {

class LockedCounter {
 public:
  using Message = locked_counter::Message;
  using Out = Outbox<Message>;

  static constexpr About about{
      .level = 2,
      .group = "avoidance",
      .promise = "no update is lost: every increment returns a different value",
      .survives = "nothing: no message is sent again",
      .blocks = "after a loss; while the server or the holder of the lock is down",
      .messages =
          "lock: 7; acknowledged_lock: 8; compare_and_swap: 4, and 2 more each time another was faster; 0 if rank 0 "
          "itself increments",
      .delays =
          "granted 2, released 6; acknowledged_lock: released 8; compare_and_swap: 4, and 2 more each time another was "
          "faster; 0 if rank 0 itself increments",
      .source = "Dijkstra, CACM 1965; Herlihy, ACM TOPLAS 1991",
      .latency = Latency::proposer,
      .count_rule = CountRule::range,
      .has_payload = false};
  static constexpr std::array parameters{
      Parameter{.name = "mode",
                .highest = locked_counter::compare_and_swap,
                .help = "how an increment keeps others from interfering",
                .choices = {"lock", "acknowledged_lock", "compare_and_swap"}},
      Parameter{.name = "proposers", .highest = 1 << 20, .help = "how many servers increment: ranks 0, 1, …; 0: all"}};
  enum { granted = locked_counter::granted, released = locked_counter::released };
  static constexpr std::array marks{Mark{.name = "granted"}, Mark{.name = "released", .answers = true}};
  static constexpr int clients_most = 4096;

  static int proposers(const Shape& shape) { return locked_counter::count_of(shape); }
  static std::string unfit(const Shape& shape) {
    if (shape.clients > 0 && shape["proposers"] > 0) return "with --clients no server asks; leave proposers at 0";
    return shape["proposers"] > shape.ranks ? "more proposers than ranks" : "";
  }
  /// Nothing is granted where there is no lock.
  static bool reaches(const Shape& shape, int mark, Rank rank, Operation k) {
    return rank == locked_counter::proposer_of(shape, k) && (mark == released || locks(shape));
  }
  /// Of operations that swap, the most holds for their sum; how often a single one is refused is not bounded.
  static Cost cost(const Shape& shape, Operation k) {
    const bool is_local = locked_counter::proposer_of(shape, k) == 0, is_acknowledged = shape["mode"] != locked_counter::lock;
    if (locks(shape) && is_local) return {.messages = 0, .delays = {0, 0}};
    if (locks(shape)) return {.messages = is_acknowledged ? 8 : 7, .delays = {2, is_acknowledged ? 8 : 6}};
    const int alone = is_local ? 0 : 4, others = locked_counter::open_at_once(shape) - 1;
    const int delays_most = is_local || others == 0 ? alone : kDelaysMost;
    return {.messages = {alone, alone + 2 * others}, .delays = {-1, Range{alone, delays_most}}};
  }
  /// Own operations that have ended have smaller values. A rank that counts alone, one at a time, knows the value.
  static bool accepts(const Shape& shape, Operation k, const Answer& answer) {
    const bool is_alone = locked_counter::open_at_once(shape) == 1;
    const Operation ended = std::max<Operation>(0, k / locked_counter::count_of(shape) - shape.in_flight + 1);
    return answer.of == Answer::nothing && (is_alone ? answer.outcome == k + 1 : answer.outcome > ended);
  }
  static std::optional<Rank> hears_from(const Shape& /*shape*/, Rank rank) {
    return rank > 0 ? std::optional<Rank>(0) : std::nullopt;
  }
  /// When a lock is released, all operations of the server itself that wait may come to their end.
  static Bounds bounds(const Shape& shape, Rank /*rank*/) {
    return {.sends = 2, .completions = 2 * static_cast<std::size_t>(shape.in_flight) + 2, .leases = 1};
  }

  LockedCounter(const Shape& shape, Rank self) : proposer_(shape) {
    if (self == 0) server_.emplace(shape);
  }

  void propose(Operation k, const Payload& /*payload*/, Out& out) {
    if (server_)
      server_->ask(k, out);
    else
      proposer_.ask(k, out);
  }
  void step(Rank from, const Message& message, const Payload& /*payload*/, Out& out) {
    if (server_)
      server_->hear(from, message, out);
    else
      proposer_.hear(message, out);
  }

  [[nodiscard]] Answer answer(Operation k) const {
    return {.outcome = server_ ? server_->value(k) : proposer_.value(k), .of = Answer::nothing};
  }
  /// Of the counter; at the server.
  [[nodiscard]] std::uint32_t value() const { return server_->value(); }

 private:
  static bool locks(const Shape& shape) { return shape["mode"] != locked_counter::compare_and_swap; }

  locked_counter::Proposer proposer_;
  std::optional<locked_counter::Server> server_{};
};

}  // namespace coordbench
