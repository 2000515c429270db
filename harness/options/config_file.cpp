#include "harness/options/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "harness/options/nearest.hpp"

namespace coordbench {
namespace {

[[noreturn]] void fail(int line, const std::string& what) { throw CLI::ConfigError(fmt::format("line {}: {}", line, what)); }

/// One `key = value`, arrays of several lines joined.
struct Entry {
  int line;
  std::string key, value;
};

class Entries {
 public:
  explicit Entries(const std::string& text) : lines_(text) {}

  /// False at the end of the file.
  bool next(Entry& entry) {
    std::string text;
    while (next_line(text))
      if (!text.empty()) return split(text, entry), true;
    return false;
  }

 private:
  bool next_line(std::string& text) {
    if (!std::getline(lines_, text)) return false;
    ++line_;
    text = CLI::detail::trim_copy(text.substr(0, text.find('#')));  // a '#' inside quotes ends the line for CLI11 too
    return true;
  }

  void split(const std::string& text, Entry& entry) {
    const auto equals = text.find('=');
    if (text.front() == '[' || equals == std::string::npos)
      fail(line_, fmt::format("'{}' is not of the form key = value", text));
    entry = {line_, CLI::detail::trim_copy(text.substr(0, equals)), CLI::detail::trim_copy(text.substr(equals + 1))};
    if (entry.value.empty()) fail(line_, fmt::format("'{}' has no value", entry.key));
    if (entry.value.front() == '[') close_array(entry);
    check_quotes(entry);
  }

  void close_array(Entry& entry) {
    std::string more;
    while (entry.value.back() != ']') {
      if (!next_line(more)) fail(entry.line, fmt::format("the array of '{}' is not closed by ']'", entry.key));
      entry.value += more;
    }
  }

  static void check_quotes(const Entry& entry) {
    char open = 0;
    for (const char c : entry.value)
      if (c == open)
        open = 0;
      else if (open == 0 && (c == '"' || c == '\''))
        open = c;
    if (open != 0) fail(entry.line, fmt::format("the text of '{}' is not closed by {}", entry.key, open));
  }

  std::istringstream lines_;
  int line_ = 0;
};

std::string text_of(std::istream& input) {
  try {
    return {std::istreambuf_iterator<char>(input), {}};
  } catch (const std::ios_base::failure& error) {
    throw CLI::ConfigError(fmt::format("cannot be read ({})", error.code().message()));
  }
}

void check(const std::string& text, const std::vector<std::string>& keys) {
  Entries entries(text);
  std::set<std::string> seen;
  for (Entry entry; entries.next(entry);) {
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end())
      fail(entry.line,
           fmt::format("'{}' is not an option; nearest: {}", entry.key, nearest(entry.key, {keys.begin(), keys.end()})));
    if (!seen.insert(entry.key).second) fail(entry.line, fmt::format("'{}' is given a second time", entry.key));
  }
}

}  // namespace

std::vector<CLI::ConfigItem> ConfigFile::from_config(std::istream& input) const {
  const std::string text = text_of(input);
  if (text.find('\0') != std::string::npos) throw CLI::ConfigError("is not text, which a TOML file is");
  check(text, keys_);
  std::istringstream again(text);
  return ConfigBase::from_config(again);
}

}  // namespace coordbench
