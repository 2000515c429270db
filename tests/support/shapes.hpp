#pragma once
// Shapes for tests: a kernel's defaults, with what the test cares about set by name.

#include <string_view>
#include <utility>
#include <vector>

#include "harness/protocol_traits.hpp"

namespace coordbench::testing {

using Settings = std::vector<std::pair<std::string_view, std::int64_t>>;  ///< parameters by name

/// Kernel K's shape at `ranks` and `bytes`; throws std::out_of_range for a parameter it does not have.
template <class K>
Shape shape_of(int ranks, std::int64_t bytes = 8, const Settings& set = {}) {
  Shape shape{.ranks = ranks, .payload_bytes = bytes, .seed = 42, .parameters = parameters_of<K>()};
  for (std::size_t i = 0; i < shape.parameters.size(); ++i) shape.values[i] = shape.parameters[i].initial;
  for (const auto& [name, value] : set) {
    static_cast<void>(shape[name]);
    for (std::size_t i = 0; i < shape.parameters.size(); ++i)
      if (shape.parameters[i].name == name) shape.values[i] = value;
  }
  return shape;
}

}  // namespace coordbench::testing
