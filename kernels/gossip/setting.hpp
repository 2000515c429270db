#pragma once
// A case of gossip: which ranks call, when, which others, and for how long.

#include <string>

#include "kernels/gossip/expectation.hpp"
#include "kernels/gossip/partners.hpp"

namespace coordbench::gossip {

enum Pace : std::int64_t { timer, receipt, lockstep };

inline constexpr Parameter kFanout{
    .name = "fanout", .initial = 1, .lowest = 1, .highest = kFanoutMax, .help = "ranks that a rank calls at a time"};
inline constexpr Parameter kPace{
    .name = "pace",
    .initial = timer,
    .lowest = timer,
    .highest = lockstep,
    .help = "when a rank calls: every period_us; once, when it begins or is informed; or in rounds that the harness calls out",
    .choices = {"timer", "receipt", "lockstep"}};
inline constexpr Parameter kPeriod{.name = "period_us",
                                   .initial = 1000,
                                   .lowest = 1,
                                   .highest = 60'000'000,
                                   .help = "between two calls of a rank; pace=receipt: what the harness waits in silence"};
constexpr Parameter ttl(std::int64_t initial) {
  return {.name = "ttl", .initial = initial, .lowest = 1, .highest = 4096, .help = "times that a rank calls at most"};
}
inline constexpr Parameter kKnown{.name = "k",
                                  .initial = 0,
                                  .lowest = 0,
                                  .highest = 4096,
                                  .help = "a rank stops after so many calls to ranks that knew; they reply; 0: no replies"};

struct Setting {
  explicit Setting(const Shape& shape, Calls calls)
      : fanout(static_cast<int>(shape["fanout"])),
        pace(shape["pace"]),
        period(shape["period_us"] * 1000),
        ttl(static_cast<int>(shape["ttl"])),
        known_most(calls.pushes ? static_cast<int>(shape["k"]) : 0) {}

  int fanout;
  std::int64_t pace;
  Time period;  ///< ns
  int ttl;
  int known_most;  ///< 0: a rank that knew the rumour does not say so
};

}  // namespace coordbench::gossip
