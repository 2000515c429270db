#pragma once
// The parameters of a register: how many servers hold copies, how many of them a phase waits for, and which of them it asks.

#include "kernels/parts/replicate.hpp"
#include "kernels/quorum_register/drawn.hpp"

namespace coordbench::quorum_register {

enum When : std::int64_t { always, never, if_needed };
enum Quorums : std::int64_t { fixed, drawn };

/// An operation has two phases at most. Stamps and values are heard from R servers, and stored at W.
enum Phase : std::uint8_t { query, store };

inline constexpr std::int64_t kServersMost = 1'048'576;

inline constexpr std::array kParameters{
    Parameter{
        .name = "reads", .initial = 50, .highest = 100, .help = "percent of the operations that read; the seed decides which"},
    Parameter{.name = "write_back",
              .highest = 2,
              .help = "whether a read also stores what it returns at W servers",
              .choices = {"always", "never", "if_needed"}},
    Parameter{.name = "thrifty", .highest = 1, .help = "ask only as many servers as a phase waits for"},
    Parameter{.name = "proposers", .highest = kServersMost, .help = "how many servers propose if there are no clients, 0: all"},
    Parameter{.name = "timeout_us",
              .highest = 60'000'000,
              .help = "wait before asking again, 0: never; a time-out that expires makes the case fail"},
    kReplicate,
    Parameter{.name = "read_quorum",
              .highest = kServersMost,
              .help = "R: servers that a read or a write hears from first, 0: a majority of the replicas"},
    Parameter{.name = "write_quorum",
              .highest = kServersMost,
              .help = "W: servers that store a value before an operation ends, 0: a majority of the replicas"},
    Parameter{.name = "replicas",
              .highest = kServersMost,
              .help = "how many servers hold copies, the first ones; 0: all. The others only propose"},
    Parameter{.name = "quorums",
              .highest = 1,
              .help =
                  "which servers a phase asks: all, or with thrifty the next ones; or as many as it waits for, drawn by the "
                  "seed for each phase",
              .choices = {"fixed", "drawn"}},
    Parameter{.name = "write_query",
              .highest = 1,
              .help = "whether a write first asks R servers for the newest stamp; never: a sole proposer counts its own writes",
              .choices = {"always", "never"}}};

struct Setting {
  explicit Setting(const Shape& shape)
      : clients(shape.clients),
        proposers(proposers_of(shape)),
        replicas(shape["replicas"] > 0 ? static_cast<int>(shape["replicas"]) : shape.ranks),
        quorum{or_majority(shape["read_quorum"]), or_majority(shape["write_quorum"])},
        draws(shape["quorums"] == drawn),
        asked(draws || shape["thrifty"] == 1 ? quorum : std::array{replicas, replicas}),
        asks_for_stamps(shape["write_query"] != never),
        copies_everywhere(replicas == shape.ranks),
        seed(shape.seed) {}

  static int proposers_of(const Shape& shape) {
    if (shape.clients > 0) return shape.clients;
    return shape["proposers"] > 0 ? static_cast<int>(shape["proposers"]) : shape.ranks;
  }
  static std::string unfit(const Shape& shape) {
    if (shape.clients > 0 && shape["proposers"] > 0) return "with --clients no server asks; leave proposers at 0";
    if (shape["proposers"] > shape.ranks) return "more proposers than servers; 0 stands for all of them";
    if (shape["replicas"] > shape.ranks) return too_many("replicas", shape["replicas"], shape.ranks, "servers", "all of them");
    const Setting setting(shape);
    for (const std::string_view which : {"read_quorum", "write_quorum"})
      if (shape[which] > setting.replicas)
        return too_many(which, shape[which], setting.replicas, "servers that hold copies", "a majority");
    if (!setting.asks_for_stamps && setting.proposers > 1)
      return "write_query is never, and " + std::to_string(setting.proposers) +
             " ranks propose; choose always, because a writer does not know the stamps of others";
    return "";
  }

  [[nodiscard]] bool has_copy(Rank rank) const { return rank < replicas; }
  /// Chance decides the same wherever it is asked.
  void draw_quorum(Drawn& into, Operation operation, Phase phase) const {
    into.draw(Draw(seed, operation, static_cast<int>(phase)), quorum[phase]);
  }
  /// Whether the copy of a proposer itself is in the quorum: it counts without a message.
  [[nodiscard]] bool counts_own(Rank proposer, Operation operation, Phase phase) const {
    if (!draws) return has_copy(proposer);
    Drawn servers(replicas);
    draw_quorum(servers, operation, phase);
    return servers.has(proposer);
  }

  int clients, proposers, replicas;
  std::array<int, 2> quorum;  ///< [phase]: R and W, copies that it waits for
  bool draws;
  std::array<int, 2> asked;  ///< [phase]: copies that it asks at first; the proposer's own is asked without a message
  bool asks_for_stamps;
  bool copies_everywhere;  ///< every server holds a copy
  std::uint64_t seed;

 private:
  [[nodiscard]] int or_majority(std::int64_t given) const { return given > 0 ? static_cast<int>(given) : replicas / 2 + 1; }
  static std::string too_many(std::string_view what, std::int64_t given, int most, std::string_view of, std::string_view zero) {
    return std::string(what) + " is " + std::to_string(given) + ", more than the " + std::to_string(most) + " " +
           std::string(of) + "; choose at most as many, or 0 for " + std::string(zero);
  }
};

}  // namespace coordbench::quorum_register
