#pragma once
// A case of gossip: which ranks call, when, which others, and for how long.

#include <string>

#include "kernels/gossip/expectation.hpp"
#include "kernels/gossip/partners.hpp"

namespace coordbench::gossip {

enum Pace : std::int64_t { timer, receipt, lockstep };

inline constexpr Parameter kFanout{
    .name = "fanout", .initial = 1, .lowest = 1, .highest = kFanoutMax, .help = "how many ranks a rank calls at a time"};
inline constexpr Parameter kPace{
    .name = "pace",
    .initial = timer,
    .lowest = timer,
    .highest = lockstep,
    .help =
        "timer: a rank calls every period_us; receipt: once, when it is informed; lockstep: in rounds that the harness "
        "directs",
    .choices = {"timer", "receipt", "lockstep"}};
inline constexpr Parameter kPeriod{.name = "period_us",
                                   .initial = 1000,
                                   .lowest = 1,
                                   .highest = 60'000'000,
                                   .help =
                                       "time between two calls of a rank; pace=receipt: silence after which the harness "
                                       "takes the operation to be over"};
constexpr Parameter ttl(std::int64_t initial) {
  return {.name = "ttl", .initial = initial, .lowest = 1, .highest = 4096, .help = "most calls that a rank makes"};
}
inline constexpr Parameter kKnown{.name = "k",
                                  .initial = 0,
                                  .lowest = 0,
                                  .highest = 4096,
                                  .help = "a rank stops after this many calls to ranks that knew, which reply; 0: no replies"};

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
