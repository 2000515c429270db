#pragma once
// The parameters of the LogGP model (Alexandrov, Ionescu, Schauser, Scheiman, SPAA 1995) and the samples that they are fitted
// to: pure data.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/description.hpp"
#include "harness/local_work.hpp"

namespace coordbench {

/// What passes between the two ranks of a pair, and which time of it is a sample. The client sends n messages of s bytes, the
/// server answers with one of a byte; a sample includes one reading of the clock, `spaced` one a message.
enum class Exchange : std::int8_t {
  round_trip,    ///< n = 1: the client's time
  burst,         ///< n sends one right after the other: the client's time
  spaced,        ///< the client waits after each send: its time in the n calls that send
  late_receive,  ///< the server receives only when all n have come: its time in receiving them
  held_send,     ///< of the same exchange: how long the client's first send was under way
};
inline constexpr std::array<std::string_view, 5> kExchangeNames = {"round_trip", "burst", "spaced", "late_receive",
                                                                   "held_send"};

inline constexpr std::int64_t kAnswerBytes = 1;

struct ExchangeSample {
  Exchange exchange = Exchange::round_trip;
  std::int32_t messages = 1;
  std::int64_t pass = 0;  ///< of the calibration, counted from 0
  std::int64_t bytes = 0;
  Time time_ns = 0;
  Time waited_ns = 0;  ///< between sends, or before receiving: what was asked for
};

/// A cost that grows with the message.
struct LinearCost {
  double fixed_ns = 0, per_byte_ns = 0;
  [[nodiscard]] double of(std::int64_t bytes) const { return fixed_ns + per_byte_ns * static_cast<double>(bytes); }
};

/// Messages of `first_bytes` and more, up to where the next regime begins. One way takes
/// o_send(s) + latency(s) + o_receive(s): LogGP's L is `latency.fixed_ns`, its G `latency.per_byte_ns`, its g and what a byte
/// adds to it `gap`.
struct Regime {
  std::int64_t first_bytes = 0;
  LinearCost latency, o_send, o_receive, gap;
  double residual = 0;  ///< root mean square of (fitted - measured) / measured, one way
};

/// Of two ranks as far apart as `level` says.
struct LevelModel {
  std::string level;  ///< a name of Distance
  Rank client = 0, server = 1;
  std::int64_t rendezvous_bytes = -1;  ///< from here on a send waits for its receiver; -1: none did
  std::vector<Regime> regimes;         ///< empty if `refused`
  std::string refused;                 ///< why there is no model
  bool broken = false;                 ///< an exchange failed, of which messages may still be under way
  std::vector<ExchangeSample> samples;
};

/// Rank 0 copies a payload, or folds one that has just arrived into its own; a sample includes one reading of the clock.
struct WorkSample {
  LocalWork work = LocalWork::copy;
  std::int64_t pass = 0, bytes = 0;
  Time time_ns = 0;
};

struct LogGp {
  std::vector<LevelModel> levels;  ///< nearest first
  std::vector<WorkSample> works;   ///< what kernels do between messages
};

}  // namespace coordbench
