#pragma once
// What a simulated rank asks of its simulator, SimGrid. Defined in coordbench-smpi only: call these functions behind
// `kSimulated`.

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/simulated.hpp"

#ifdef COORDBENCH_SIMULATED
#include <simgrid/actor.h>
#include <simgrid/barrier.h>
#include <simgrid/host.h>
#include <simgrid/zone.h>
#endif

namespace coordbench::simulator {

/// What the platform file calls itself: the id of its outermost zone.
std::string platform_name();
/// The host of the platform that this rank runs on.
std::string host_name();

/// A property of a host of the platform; empty if it has none of this name.
std::string property_of(const std::string& host, const char* name);

/// The launch whose calibration the platform was made of; empty if it was not made of one.
std::string calibration();

/// Lets simulated time pass for this rank.
void sleep(std::int64_t ns);

/// Lets as much time pass as `name` takes for `bytes`, by this host's property NAME_ns, "BYTES:NS;BYTES:NS…". Only platforms
/// made from a calibration have the property; elsewhere no time passes.
void work(std::string_view name, std::size_t bytes);

/// Where ranks wait for each other: all leave at the instant at which the last of them arrives. All ranks share one address
/// space, so the number that `make_gate` gives one of them is the same gate to all.
std::int64_t make_gate(int ranks);
void pass_gate(std::int64_t gate);
/// Nobody may be at the gate any more.
void remove_gate(std::int64_t gate);

#ifdef COORDBENCH_SIMULATED
inline std::string platform_name() { return sg_zone_get_name(sg_zone_get_root()); }
inline std::string host_name() { return sg_host_self_get_name(); }
inline std::string property_of(const std::string& host, const char* name) {
  const char* value = sg_host_get_property_value(sg_host_by_name(host.c_str()), name);
  return value == nullptr ? "" : value;
}
inline std::string calibration() { return property_of(host_name(), "calibration"); }

inline void sleep(std::int64_t ns) { sg_actor_sleep_for(static_cast<double>(ns) * 1e-9); }

inline std::int64_t make_gate(int ranks) {
  return reinterpret_cast<std::int64_t>(sg_barrier_init(static_cast<unsigned>(ranks)));
}
inline void pass_gate(std::int64_t gate) { sg_barrier_wait(reinterpret_cast<sg_bar_t>(gate)); }
inline void remove_gate(std::int64_t gate) { sg_barrier_destroy(reinterpret_cast<sg_bar_t>(gate)); }
#endif

}  // namespace coordbench::simulator
