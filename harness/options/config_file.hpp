#pragma once
// The configuration file: TOML as CLI11 reads it, minus what CLI11 lets pass in silence.

#include <CLI/CLI.hpp>

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace coordbench {

/// Reads `key = value` lines whose keys are long options without their dashes. Throws CLI::ConfigError, naming the line, for
/// what is not such a line, an unknown or repeated key, or a quote or an array that is not closed.
class ConfigFile : public CLI::ConfigTOML {
 public:
  explicit ConfigFile(std::vector<std::string> keys) : keys_(std::move(keys)) {}
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

 private:
  std::vector<std::string> keys_;
};

}  // namespace coordbench
