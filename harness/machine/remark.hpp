#pragma once
// Sentences on standard error. It may be closed or full, and then there is nobody to tell: nothing here throws for that.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace coordbench {

inline void remark_text(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

template <class... Values>
void remark(fmt::format_string<Values...> format, Values&&... values) {
  remark_text(fmt::format(format, std::forward<Values>(values)...));
}

/// What an exception means to a user: the sentence of one that is ours; of the libraries' a sentence around their words.
std::string in_words(const std::exception& error);

/// Gives the numbers of standard streams that are closed to nothing, so that no file that is opened later takes one, and is
/// written what was meant for the stream. Writing to them still fails.
void occupy_standard_streams();

}  // namespace coordbench
