#pragma once
// What a result file holds before its first case: the attributes of /, and the groups /environment, /plan and /ranks.

#include <cstddef>
#include <string>

#include "harness/results/hdf5.hpp"
#include "harness/results/launch_record.hpp"

namespace coordbench {

inline constexpr const char* kSchemaVersion = "1.7";
extern const char* const kSource;  ///< `measured` or `simulated`

/// `complete` is 0 and `load_after` empty until finish_launch_tables.
void create_launch_tables(const hdf5::Handle& file, const LaunchRecord& launch);
/// How long the launch has run and how much of that went into writing, in s.
void write_wall_times(const hdf5::Handle& file, double wall_s, double writing_s);
/// One life of the launch more, whose first case has the row `first_case`; the file is not complete again.
void add_resumption(const hdf5::Handle& file, const LaunchRecord& launch, std::size_t first_case);
void finish_launch_tables(const hdf5::Handle& file, const LaunchEnd& end);
/// The launch ends for this reason before its plan does.
void leave_launch_tables(const hdf5::Handle& file, const std::string& why);

}  // namespace coordbench
