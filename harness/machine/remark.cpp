#include "harness/machine/remark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

namespace coordbench {

namespace {

/// Texts of libraries begin with the name of the function that threw; our own texts are sentences.
bool is_of_a_library(const std::exception& error) {
  const std::string_view text = error.what();
  return dynamic_cast<const nlohmann::json::exception*>(&error) || dynamic_cast<const fmt::format_error*>(&error) ||
         dynamic_cast<const std::bad_optional_access*>(&error) || text.find("::") != std::string_view::npos ||
         text.find(' ') == std::string_view::npos;
}

}  // namespace

std::string in_words(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error))
    return "there is not enough memory; take fewer bytes, a smaller window or fewer ranks on this node";
  if (dynamic_cast<const std::system_error*>(&error))
    return fmt::format("the operating system refused something ({}); see to that, and start again", error.what());
  if (is_of_a_library(error))
    return fmt::format("this is a fault of coordbench, please report it with the command line ({})", error.what());
  return error.what();
}

void occupy_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", O_RDONLY);  // takes the lowest number that is free: this one
}

}  // namespace coordbench
