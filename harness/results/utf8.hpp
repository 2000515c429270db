#pragma once
// Text that every reader of UTF-8 takes. Paths, host names and the environment may hold any bytes.

#include <string>
#include <string_view>

namespace coordbench {

/// The text, with the replacement character U+FFFD in place of bytes that are no UTF-8.
std::string utf8_of(std::string_view text);

}  // namespace coordbench
