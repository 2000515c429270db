#pragma once
// The group /loggp of a result file.

#include "harness/loggp/loggp.hpp"
#include "harness/results/hdf5.hpp"

namespace coordbench {

/// Writes it anew if there is one.
void write_loggp(const hdf5::Handle& file, const LogGp& loggp);

}  // namespace coordbench
