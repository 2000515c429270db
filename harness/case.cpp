#include "harness/case.hpp"

#include <array>
#include <cstddef>

namespace coordbench {
namespace {
template <class Enumeration, std::size_t count>
std::string_view pick(const std::array<std::string_view, count>& names, Enumeration value) {
  return names.at(static_cast<std::size_t>(value));
}
}  // namespace

std::string_view name_of(Family family) { return pick(std::array<std::string_view, 2>{"collective", "protocol"}, family); }

std::string_view name_of(TransportName transport) {
  return pick(std::array<std::string_view, 3>{"mpi", "shared-memory", "hybrid"}, transport);
}

std::string_view name_of(CountRule rule) {
  return pick(std::array<std::string_view, 4>{"exact", "range", "expected", "none"}, rule);
}

std::string_view name_of(Latency definition) {
  return pick(std::array<std::string_view, 3>{"proposer", "makespan", "barrier"}, definition);
}

std::string_view name_of(Authentication authentication) {
  return pick(std::array<std::string_view, 3>{"none", "mac", "signature"}, authentication);
}

std::string_view name_of(Sync sync) { return pick(std::array<std::string_view, 3>{"round-time", "barrier", "none"}, sync); }

std::string_view name_of(Verdict verdict) {
  return pick(std::array<std::string_view, 5>{"ok", "wrong_answer", "count_mismatch", "timed_out", "failed"}, verdict);
}

std::string_view name_of(StopReason reason) {
  return pick(std::array<std::string_view, 6>{"precision", "time_budget", "max_operations", "fixed_operations", "total_budget",
                                              "timed_out"},
              reason);
}

std::span<const std::string_view> flag_names() {
  static constexpr std::array<std::string_view, 8> kNames = {"oversubscribed",       "late_starts", "clock_bound",
                                                             "timer_overhead",       "drift",       "steal",
                                                             "involuntary_switches", "few_samples"};
  return kNames;
}

}  // namespace coordbench
