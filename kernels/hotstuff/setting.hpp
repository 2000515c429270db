#pragma once
// A case of HotStuff as its servers and clients see it: parameters, sizes, quorums, and the closed forms that follow.

#include <bit>

#include "kernels/hotstuff/message.hpp"
#include "kernels/replication/state.hpp"

namespace coordbench::hotstuff {

using replication::State;
using replication::Turn;
using replication::Turns;

enum : int { decided, executed, answered };
inline constexpr std::array marks{Mark{.name = "decided", .where = Where::leader},
                                  Mark{.name = "executed", .where = Where::everywhere, .answers = true},
                                  Mark{.name = "answered", .where = Where::proposer, .answers = true}};

inline constexpr std::array parameters{
    Parameter{.name = "mode",
              .highest = 1,
              .help = "basic: three phases for each block; chained: one generic phase a view, blocks overlap",
              .choices = {"basic", "chained"}},
    Parameter{.name = "new_view",
              .highest = 1,
              .help = "when replicas tell the next leader their highest certificate: in view changes, or after every block",
              .choices = {"on_timeout", "each"}},
    Parameter{.name = "timeout_us",
              .highest = 60'000'000,
              .help = "least time-out before a replica wants the next leader, 0: never; an unexpected one fails the case"}};

struct Setting {
  explicit Setting(const Shape& shape)
      : servers(shape.ranks),
        clients(shape.clients),
        in_flight(shape.in_flight),
        window(shape.in_flight * sessions()),
        faults((shape.ranks - 1) / 3),
        quorum(shape.ranks - faults),
        is_chained(shape["mode"] == 1),
        tells_each(shape["new_view"] == 1),
        is_signed(shape.authentication == Authentication::signature),
        authentication(shape.authentication),
        timeout(shape["timeout_us"] * 1000),
        payload_bytes(shape.payload_bytes) {}

  [[nodiscard]] int sessions() const { return clients > 0 ? clients : 1; }
  /// Who asks for the operations of a session: where there are no clients, rank 0.
  [[nodiscard]] Rank asker_of(std::uint32_t session) const { return clients > 0 ? servers + static_cast<Rank>(session) : 0; }
  [[nodiscard]] Rank leader_of(std::uint32_t round) const {
    return static_cast<Rank>(round % static_cast<std::uint32_t>(servers));
  }

  [[nodiscard]] Cost cost(std::int64_t operations) const {
    const std::int64_t others = servers - 1, phases = is_chained ? 2 : 7 + (tells_each ? 1 : 0);
    const int asked = clients > 0 ? 1 : 0;
    return {.messages = operations * (phases * others + (clients > 0 ? 1 + servers : 0)),
            .delays = {6 + asked, 7 + asked, clients > 0 ? 9 : 6}};
  }
  /// Why the case cannot run; empty if it can.
  [[nodiscard]] std::string unfit() const {
    constexpr std::int64_t kMessageMax = std::int64_t{4} << 20U;
    if (servers < 4) return "fewer than 4 servers bear no traitor, because 3f + 1 of them bear f; give 4 ranks or more";
    if (authentication == Authentication::mac)
      return "a MAC does not transfer, so certificates cannot be made of it; give --authentication signature or none";
    if (payload_bytes > kMessageMax) return "a block of more than 4 MiB; give a smaller --bytes";
    if (is_chained && tells_each) return "new_view=each belongs to mode=basic: a chained vote goes to the next leader anyway";
    return "";
  }

  // ---- sizes ------------------------------------------------------------------------------------------------------------

  /// Voters, each with its proof if votes are signed.
  [[nodiscard]] std::size_t vote_bytes() const { return sizeof(std::uint32_t) + (is_signed ? sizeof(Proof) : 0); }
  [[nodiscard]] std::size_t certificate_bytes() const {
    return sizeof(Message) + sizeof(Digest) + static_cast<std::size_t>(quorum) * vote_bytes();
  }
  /// Who asks shows it to everybody with a signature. Without clients and time-outs only rank 0 leads, which is who asks.
  [[nodiscard]] bool shows_requests() const { return is_signed && (clients > 0 || timeout > 0); }
  [[nodiscard]] std::size_t header_bytes() const {
    return sizeof(Digest) + 2 * sizeof(std::uint32_t) + (shows_requests() ? sizeof(Proof) : 0);
  }
  [[nodiscard]] std::size_t block_bytes() const { return header_bytes() + static_cast<std::size_t>(payload_bytes); }

  /// Blocks between two checkpoints.
  [[nodiscard]] Height checkpoint() const {
    return static_cast<Height>(std::bit_ceil(std::max<std::size_t>(static_cast<std::size_t>(window), timeout > 0 ? 8 : 2)));
  }
  /// At most two checkpoints of executed blocks, and as many that are not.
  [[nodiscard]] std::size_t chain_capacity() const { return 4 * static_cast<std::size_t>(checkpoint()); }
  /// Blocks beside the chain: of other leaders, for heights that are not decided. Without time-outs there is one leader.
  [[nodiscard]] std::size_t spare_blocks() const { return timeout > 0 ? 8 : 0; }
  /// Answers of each client that a snapshot holds besides the last. A client alone needs none: its operations count in order.
  [[nodiscard]] std::size_t earlier_answers() const {
    return sessions() > 1 && timeout > 0 ? static_cast<std::size_t>(in_flight) : 0;
  }
  [[nodiscard]] std::size_t snapshot_bytes() const {
    return sizeof(Digest) + State::kParts * sizeof(State::Part) +
           earlier_answers() * static_cast<std::size_t>(sessions()) * sizeof(std::uint32_t);
  }
  /// The largest payload that a server makes.
  [[nodiscard]] std::size_t made_bytes() const {
    return std::max({certificate_bytes() + block_bytes(), 2 * certificate_bytes(), snapshot_bytes()});
  }

  int servers, clients;
  int in_flight;  ///< operations of one client that may be open at once
  int window;     ///< the same, all clients' together
  int faults;     ///< f: servers that may be faulty
  int quorum;     ///< N - f
  bool is_chained, tells_each, is_signed;
  Authentication authentication;
  Time timeout;  ///< the least time-out, ns; 0: none
  std::int64_t payload_bytes;
};

}  // namespace coordbench::hotstuff
