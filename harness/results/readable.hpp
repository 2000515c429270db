#pragma once
// Whether a result file can be read here at all, and if not, who is in the way and what to do. A file that is refused for its
// permissions, its lock or its place is a good file.

#include <filesystem>

namespace coordbench {

/// Throws UsageError, naming --resume, for a file that is not there, that is no regular file, that this user may not read,
/// that another process has open for writing, that cannot be locked, or that is no HDF5 file.
void expect_readable(const std::filesystem::path& file);

}  // namespace coordbench
