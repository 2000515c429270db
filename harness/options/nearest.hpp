#pragma once
// What somebody who mistyped a name may have meant.

#include <CLI/StringTools.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace coordbench {

/// Levenshtein's distance: insertions, deletions and replacements that turn one text into the other.
inline std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// The three names closest to `name`, with commas, the closest first, ties in the order given.
inline std::string nearest(std::string_view name, std::vector<std::string_view> names) {
  std::stable_sort(names.begin(), names.end(),
                   [&](std::string_view a, std::string_view b) { return edit_distance(name, a) < edit_distance(name, b); });
  names.resize(std::min<std::size_t>(names.size(), 3));
  return CLI::detail::join(names, ", ");  // not fmt::join: with g++ 12 at -O3 it sets off a false -Wstringop-overflow
}

}  // namespace coordbench
