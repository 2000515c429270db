#pragma once
// A case of PBFT as its replicas and clients see it: parameters, quorums, watermarks, and the closed forms that follow.

#include <bit>

#include "kernels/parts/delays.hpp"
#include "kernels/parts/replicate.hpp"
#include "kernels/pbft/message.hpp"
#include "kernels/replication/state.hpp"

namespace coordbench::pbft {

enum : int { prepared, committed, answered };
inline constexpr std::array marks{Mark{.name = "prepared", .where = Where::everywhere},
                                  Mark{.name = "committed", .where = Where::everywhere, .answers = true},
                                  Mark{.name = "answered", .where = Where::proposer, .answers = true}};

inline constexpr std::array parameters{
    Parameter{.name = "checkpoint",
              .initial = 128,
              .lowest = 1,
              .highest = 1 << 16,
              .help = "operations from one checkpoint to the next, after which the log before it is forgotten"},
    Parameter{.name = "tentative",
              .highest = 1,
              .help = "on: replicas answer once an operation is prepared, and clients wait for more of them",
              .choices = {"off", "on"}},
    Parameter{.name = "timeout_us",
              .highest = 60'000'000,
              .help = "wait before a client asks everybody and a replica suspects the primary, 0: nobody ever does; a view "
                      "change that nobody needs makes the case fail"},
    kReplicate};

struct Setting {
  explicit Setting(const Shape& shape)
      : servers(shape.ranks),
        clients(shape.clients),
        faults((shape.ranks - 1) / 3),
        quorum((shape.ranks + faults) / 2 + 1),
        in_flight(shape.in_flight),
        window(shape.in_flight * sessions()),
        checkpoint(static_cast<Sequence>(shape["checkpoint"])),
        log_size(2 * std::max(checkpoint, static_cast<Sequence>(window))),
        payload_bytes(static_cast<std::size_t>(shape.payload_bytes)),
        tentative(shape["tentative"] == 1),
        replicate(shape["replicate"]),
        authentication(shape.authentication),
        timeout(shape["timeout_us"] * 1000) {}

  [[nodiscard]] int sessions() const { return clients > 0 ? clients : 1; }
  [[nodiscard]] Rank primary_of(View view) const { return static_cast<Rank>(view % static_cast<View>(servers)); }
  /// Who asks for an operation: a client or, where there is none, rank 0.
  [[nodiscard]] Rank client_of(std::uint32_t session) const { return clients > 0 ? servers + static_cast<Rank>(session) : 0; }
  [[nodiscard]] std::size_t slots() const { return std::bit_ceil(static_cast<std::size_t>(log_size)); }
  /// Checkpoints that may be in the log, the stable one included.
  [[nodiscard]] std::size_t checkpoints() const { return std::bit_ceil(std::size_t{log_size / checkpoint + 2}); }

  /// What a client adds to a request that others pass on. Without clients rank 0 asks, and as long as nobody times out it is
  /// the primary, whose word for its own requests is enough.
  [[nodiscard]] std::size_t credential_bytes() const {
    if (authentication == Authentication::none || (clients == 0 && timeout == 0)) return 0;
    return authentication == Authentication::signature ? sizeof(Proof) : static_cast<std::size_t>(servers) * sizeof(Mac);
  }
  [[nodiscard]] std::size_t carried_bytes() const { return payload_bytes + credential_bytes(); }
  [[nodiscard]] bool has_signatures() const { return authentication == Authentication::signature; }

  /// Pre-prepare N - 1, prepare (N - 1)^2, commit N(N - 1); with a client request 1, replies N.
  [[nodiscard]] Cost cost(std::int64_t operations) const {
    const std::int64_t n = servers, asked = clients > 0 ? 1 : 0;
    const std::int64_t messages = 2 * n * (n - 1) + asked * (n + 1);
    // Each replica sends a prepare and a commit. What overtakes others may make the chain as long as all of them.
    const Range is_prepared(2 + asked, 2 * n + asked), is_committed(3 + asked, 2 * n + asked);
    const Range is_answered(3 + (asked ? (tentative ? 1 : 2) : 0), 2 * n + 2 * asked);
    return {.messages = operations * messages, .delays = {is_prepared, is_committed, is_answered}};
  }
  /// Why the case cannot run; empty if it can.
  [[nodiscard]] std::string unfit() const {
    constexpr std::size_t kMessageMax = std::size_t{4} << 20U;
    if (servers < 4) return "fewer than 4 servers bear no traitor, because 3f + 1 of them bear f; give 4 ranks or more";
    if (2 * servers + 2 > kDelaysMost) return "more than 16382 ranks, whose delays are not counted; give fewer";
    if (tentative && clients == 0) return "only clients wait for tentative answers; give --clients";
    if (payload_bytes > kMessageMax) return "a request of more than 4 MiB; give a smaller --bytes";
    return "";
  }

  int servers, clients;
  int faults;  ///< f, the most traitors
  int quorum;  ///< any two share f + 1 replicas, and without the traitors there is one: 2f + 1 of 3f + 1
  int in_flight;
  int window;           ///< operations that may be open, all clients' together
  Sequence checkpoint;  ///< from one to the next
  Sequence log_size;    ///< from the low to the high watermark
  std::size_t payload_bytes;
  bool tentative;
  std::int64_t replicate;
  Authentication authentication;
  Time timeout;  ///< ns; 0: none
};

}  // namespace coordbench::pbft
