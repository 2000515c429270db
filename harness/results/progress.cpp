#include "harness/results/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "harness/machine/clock.hpp"
#include "harness/machine/remark.hpp"
#include "harness/results/terminal.hpp"

namespace coordbench {
namespace {

constexpr std::size_t kShortestName = 8;  ///< with less room for the name, the time left goes instead

std::string duration_text(Time duration_ns) {
  const Time seconds = (duration_ns + kSecond - 1) / kSecond;  // never "0 s left" with work to do
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  return width == 0 ? "" : text.substr(0, width - 1) + "…";
}

}  // namespace

Progress::Progress(std::size_t cases) : cases_(cases), began_(now_ns()), terminal_(open_terminal(STDERR_FILENO)) {}

Progress::~Progress() {
  wipe();
  if (terminal_ >= 0) close(terminal_);
}

void Progress::show(std::size_t index, std::string_view name) {
  if (terminal_ < 0) return;
  const auto done = static_cast<Time>(index), planned = static_cast<Time>(cases_);
  const Time left_ns = done == 0 ? -1 : (now_ns() - began_) / done * (planned - done);
  const std::size_t columns = columns_of(terminal_) - 1;  // some terminals wrap as soon as the last one is filled
  remark("\r{}\x1b[K", progress_line(index, cases_, name, left_ns, columns));
  shown_ = true;
}

void Progress::wipe() {
  if (shown_) remark("\r\x1b[K");
  shown_ = false;
}

std::string progress_line(std::size_t index, std::size_t cases, std::string_view name, Time left_ns, std::size_t width) {
  const std::string head = fmt::format("[{:>{}}/{}] ", index + 1, fmt::formatted_size("{}", cases), cases);
  const std::string tail = left_ns < 0 ? "" : fmt::format("   {} left", duration_text(left_ns));
  if (width < head.size() + kShortestName + tail.size()) return shortened(fmt::format("{}{}", head, name), width);
  return head + shortened(std::string(name), width - head.size() - tail.size()) + tail;
}

}  // namespace coordbench
