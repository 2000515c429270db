#pragma once
// A host of literal files, for tests.

#include <map>
#include <string>

#include "harness/machine/host_facts.hpp"

namespace coordbench::testing {

/// Reads these files and no others.
inline ReadFile host_with(std::map<std::string, std::string> files) {
  return [files = std::move(files)](const std::string& path) {
    const auto found = files.find(path);
    return found == files.end() ? std::string() : found->second;
  };
}

/// A host with nothing to read.
inline ReadFile bare_host() { return host_with({}); }

}  // namespace coordbench::testing
