#pragma once
// What just happened to one rank, with everything that it led to: what observers of a simulated world are told.

#include <vector>

#include "harness/protocol_traits.hpp"
#include "tests/support/sim_network.hpp"

namespace coordbench::testing {

/// Why a rank stepped. `restart` finds the state of before the crash, `reborn` a machine made anew.
enum class Cause : std::uint8_t { propose, begin, deliver, tick, round, flush, configure, crash, restart, reborn };

template <Protocol P>
struct Step {
  struct Sent {
    Rank to;
    typename P::Message message;
    Fate fate;
    Time arrives_at;
  };
  struct Reached {
    Operation operation;
    int mark;
    int depth;
  };
  struct Answered {
    Operation operation;
    std::int64_t outcome;
    Operation of;           ///< whose payload it is; see Answer
    bool payload_is_right;  ///< that operation's, as it was proposed, or none
    bool is_accepted;       ///< by the protocol's own word
    bool has_payload = false;
  };

  Time at = 0;  ///< on the world's clock
  Rank rank = -1;
  Cause cause = Cause::propose;
  Rank from = -1;                                ///< deliver: the sender
  const typename P::Message* message = nullptr;  ///< deliver: what arrived
  Operation operation = -1;                      ///< propose, round: of which operation; configure: of which epoch
  std::vector<Sent> sent{};                      ///< in order, lost ones included
  std::vector<Reached> reached{};
  std::vector<Answered> answered{};

  /// Something begins to happen to a rank, and has led to nothing yet.
  void begin(Time now, Rank to, Cause why, Operation of) {
    at = now;
    rank = to;
    cause = why;
    operation = of;
    message = nullptr;
    sent.clear();
    reached.clear();
    answered.clear();
  }
};

/// An observer that looks away, at no cost.
struct Unobserved {
  static constexpr bool watches = false;
};

}  // namespace coordbench::testing
