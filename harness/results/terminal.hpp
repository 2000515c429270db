#pragma once
// The terminal at which an output of this process ends, if it ends at one, and how wide that is.

#include <cstddef>

namespace coordbench {

/// A descriptor, to be closed, of the terminal at which a stream ends (STDOUT_FILENO or STDERR_FILENO); -1 if it ends
/// elsewhere. Under mpirun the launcher's own output decides. A rank on another node sees no terminal.
int open_terminal(int stream);

/// Its columns; 80 if it does not say.
std::size_t columns_of(int terminal);

/// How wide what goes to standard output may be: as wide as its terminal, else as COLUMNS says, but never below 80. Without
/// either there is no limit: in a file each case stands on one line.
std::size_t output_columns();

}  // namespace coordbench
