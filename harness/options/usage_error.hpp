#pragma once
// The one way to say that the command line or the configuration is wrong.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace coordbench {

/// One sentence: which option, what was given, what is accepted. The launch ends with status 2, the sentence printed once.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
  UsageError(std::string_view option, std::string_view given, std::string_view accepted)
      : std::runtime_error(fmt::format("{}: '{}' was given; accepted: {}", option, given, accepted)) {}
};

}  // namespace coordbench
