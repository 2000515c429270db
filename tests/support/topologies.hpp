#pragma once
// Machines for tests, and the sentence with which a call refuses.

#include <stdexcept>
#include <string>

#include "harness/machine/topology.hpp"

namespace coordbench::testing {

/// Sixteen cores; core c has PUs 2c and 2c+1; cores 0-7 are package 0, 0-3 its first L3.
inline constexpr const char* kTwoPackages = "pack:2 l3:2 core:4 pu:2";

inline Topology node(const std::string& description, const std::string& allowed = "") {
  Topology topology = Topology::synthetic(description);
  if (!allowed.empty()) topology.allow(CpuSet(allowed));
  return topology;
}

/// The sentence that `call` throws; empty if it throws none.
template <class Error = std::invalid_argument, class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace coordbench::testing
