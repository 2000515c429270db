#pragma once
// SIGINT and SIGTERM end the launch at once. Every finished case is on disk by then, whatever instant it is, so there is
// nothing to do but say so. SIGUSR1, which mpirun passes on, lets the case under way finish: how a scheduler announces the end.

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace coordbench {

inline constexpr int kEndAsked = 128 + SIGUSR1;  ///< the status of a launch that SIGUSR1 ended

/// From now on a signal ends this process with status 128 + signal; if `speaks` it first says so, in one sentence. SIGUSR1 is
/// only noted.
void end_on_signals(bool speaks);
/// Whether SIGUSR1 has come.
bool is_end_asked();
/// All is said and done: a launcher that ends the other ranks when the first one leaves must change neither words nor status.
void leave_with(int status);
/// Takes away what `name_results` was told of, for who leaves without unwinding.
void remove_leftovers();
/// The file that the sentence names, and what lies beside it until the launch ends, to be taken away.
void name_results(const std::filesystem::path& published, const std::vector<std::filesystem::path>& hidden);

}  // namespace coordbench
