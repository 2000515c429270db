#pragma once
// A table as text: as many columns side by side as the window has room for, the others below each row.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coordbench {

struct TableColumn {
  std::string_view header;
  bool is_text = false;      ///< text stands to the left, numbers to the right
  std::string_view brief{};  ///< the header where room is short; empty: the same
  int gives_way = 0;         ///< the column with the lowest number above 0 leaves first; 0: it stays
};

using TableLine = std::vector<std::string>;  ///< a cell for each column

/// Columns that are empty in every line are left out. Where `width` is too little, headers become brief; then one column after
/// the other gives way: the first column becomes a heading above the lines that have it in common, any other one stands below
/// its line, behind its header.
std::string table_text(std::span<const TableColumn> columns, const std::vector<TableLine>& lines, std::size_t width);

/// The words of one paragraph on lines of at most `width` characters, as long as no word is longer; before all lines but the
/// first stand `indent` spaces more.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// Characters, not bytes.
std::size_t characters(std::string_view text);

}  // namespace coordbench
