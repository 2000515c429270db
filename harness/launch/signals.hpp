#pragma once
// SIGINT and SIGTERM end the launch at once. Every finished case is on disk by then, whatever instant it is, so there is
// nothing to do but say so.

#include <filesystem>
#include <string>

namespace coordbench {

/// From now on a signal ends this process with status 128 + signal; if `speaks` it first says so, in one sentence.
void end_on_signals(bool speaks);
/// The file that the sentence names.
void name_results(const std::filesystem::path& published);

}  // namespace coordbench
