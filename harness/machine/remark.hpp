#pragma once
// Sentences on standard error. If it is closed or full, the sentence is lost and nothing throws.

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

/// An exception as a sentence for users: our own text as it is, a library's text within a sentence.
std::string in_words(const std::exception& error);

/// Opens /dev/null in place of standard streams that are closed. Otherwise a file opened later would get the stream's number,
/// and the stream's text. Writing to these streams still fails.
void occupy_standard_streams();

}  // namespace coordbench
