#include "harness/results/table_layout.hpp"

#include <algorithm>
#include <optional>

namespace coordbench {
namespace {

constexpr std::size_t kGap = 2, kIndentBelow = 4;

/// Decides where each column stands, then writes line after line.
class Layout {
 public:
  Layout(std::span<const TableColumn> columns, const std::vector<TableLine>& lines, std::size_t width)
      : columns_(columns),
        lines_(lines),
        width_(width),
        widest_(columns.size()),
        beside_(columns.size()),
        below_(columns.size()) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (const TableLine& line : lines) widest_[i] = std::max(widest_[i], characters(line[i]));
      beside_[i] = widest_[i] > 0;
    }
    brief_ = wide() > width_;
    while (wide() > width_) {
      const auto next = first_to_give_way();
      if (!next) break;
      beside_[*next] = false;
      below_[*next] = true;
    }
  }

  [[nodiscard]] std::string text() const {
    TableLine headers;
    for (std::size_t i = 0; i < columns_.size(); ++i) headers.emplace_back(header(i));
    std::string text = row(headers);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (has_headings() && (i == 0 || lines_[i][0] != lines_[i - 1][0])) text += lines_[i][0] + "\n";
      text += row(lines_[i]) + below(lines_[i]);
    }
    return text;
  }

 private:
  [[nodiscard]] std::string_view header(std::size_t i) const {
    return brief_ && !columns_[i].brief.empty() ? columns_[i].brief : columns_[i].header;
  }
  [[nodiscard]] bool has_headings() const { return below_[0]; }
  [[nodiscard]] std::size_t margin() const { return has_headings() ? kGap : 0; }

  [[nodiscard]] std::size_t width_of(std::size_t i) const { return std::max(characters(header(i)), widest_[i]); }

  [[nodiscard]] std::size_t wide() const {
    std::size_t width = margin(), shown = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (beside_[i]) width += width_of(i) + (shown++ > 0 ? kGap : 0);
    return width;
  }

  [[nodiscard]] std::optional<std::size_t> first_to_give_way() const {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (beside_[i] && columns_[i].gives_way > 0 && (!first || columns_[i].gives_way < columns_[*first].gives_way)) first = i;
    return first;
  }

  [[nodiscard]] std::string row(const TableLine& cells) const {
    std::string text(margin(), ' ');
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!beside_[i]) continue;
      const std::string padding(width_of(i) - characters(cells[i]), ' ');
      text += (columns_[i].is_text ? cells[i] + padding : padding + cells[i]) + std::string(kGap, ' ');
    }
    return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  }

  [[nodiscard]] std::string below(const TableLine& cells) const {
    std::string notes;
    for (std::size_t i = 1; i < columns_.size(); ++i)
      if (below_[i] && !cells[i].empty())
        notes += (notes.empty() ? "" : "; ") + std::string(columns_[i].header) + " " + cells[i];
    if (notes.empty()) return "";
    return std::string(kIndentBelow, ' ') + wrapped(notes, width_ - kIndentBelow, kIndentBelow) + "\n";
  }

  std::span<const TableColumn> columns_;
  const std::vector<TableLine>& lines_;
  std::size_t width_;
  bool brief_ = false;
  std::vector<std::size_t> widest_;  ///< characters of a column's widest cell
  std::vector<bool> beside_, below_;
};

}  // namespace

std::string table_text(std::span<const TableColumn> columns, const std::vector<TableLine>& lines, std::size_t width) {
  return Layout(columns, lines, width).text();
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const bool fits = used + 1 + characters(word) <= width;
    if (used > 0) lines += fits ? " " : "\n" + std::string(indent, ' ');
    used = used > 0 && fits ? used + 1 + characters(word) : characters(word);
    lines += word;
  }
  return lines;
}

std::size_t characters(std::string_view text) {  // every byte of UTF-8 that does not continue a character begins one
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace coordbench
