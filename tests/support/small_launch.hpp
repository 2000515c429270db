#pragma once
// A small launch to write and its file to read back: two ranks, cases with made-up stamps, a folder that goes away.

#include <gtest/gtest.h>
#include <hdf5_hl.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/kernel.hpp"
#include "harness/pattern.hpp"
#include "harness/results/result_file.hpp"

namespace coordbench::testing {

/// A folder of its own for each test, removed at its end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::filesystem::path& within = std::filesystem::temp_directory_path()) {
    std::string name = (within / "coordbench-XXXXXX").native();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

/// A plan of `cases` two-phase commits, the results that they might have had, and the launch's record.
class SmallLaunch {
 public:
  static constexpr int kRanks = 2;

  explicit SmallLaunch(int cases = 5) {
    kernel_.about.latency = Latency::proposer;
    kernel_.about.level = 5;
    for (int i = 0; i < cases; ++i) plan.cases.push_back(planned(i));
    plan.skipped = {{"two_phase_commit/n9/b8/mpi/round-time", "more ranks than the world has"}};
    record.plan = &plan;
  }
  SmallLaunch(const SmallLaunch&) = delete;
  SmallLaunch& operator=(const SmallLaunch&) = delete;

  /// Stamps that differ from case to case, from operation to operation and from rank to rank, and that do not compress well.
  [[nodiscard]] CaseResult result(std::size_t index, std::int64_t operations = 150) const {
    CaseResult result;
    result.planned = &plan.cases.at(index);
    const auto seed = static_cast<std::uint64_t>(index);
    result.samples.operations = operations;
    result.samples.ranks = kRanks;
    result.samples.marks = 1;
    for (std::int64_t i = 0; i < operations * kRanks; ++i) {
      result.samples.start_ns.push_back(static_cast<std::int64_t>(mix(seed ^ static_cast<std::uint64_t>(i)) >> 24U));
      result.samples.end_ns.push_back(result.samples.start_ns.back() + 1'000 + i);
      result.samples.mark_ns.push_back(i % kRanks == 0 ? result.samples.start_ns.back() + 600 : -1);
    }
    for (std::int64_t i = 0; i < operations; ++i) result.samples.start_slack_ns.push_back(i - 5);
    result.traffic = {{.messages_sent = 2 * operations + 3,
                       .messages_received = 2 * operations,
                       .bytes_by_reach = {64 * operations},
                       .background_messages = 3},
                      {.messages_sent = 2 * operations,
                       .messages_received = 2 * operations,
                       .bytes_by_reach = {0, 20 * operations, 12 * operations}}};
    result.delays = {2, 4};
    result.expected_delays = {2, 4};
    result.latency = {1'500, 1'400, 1'600, 2'000, std::nan(""), 9'000.5};
    result.expected_messages_per_operation = 4;
    result.control_messages = 7;
    result.cpu_ns = 10 * operations;
    result.flags = bit(Flag::few_samples);
    return result;
  }

  Plan plan;
  LaunchRecord record{
      .campaign = "a campaign",
      .launch = 1,
      .command_line = "mpirun -n 2 coordbench run --out ü",
      .created_utc = "2024-01-01T00:00:00Z",
      .version = "1.0.0",
      .git_commit = "0123456",
      .seed = UINT64_MAX,
      .epoch_ns = 17,
      .environment = {{"host", "h"}, {"cores", std::int64_t{2}}, {"timer_overhead_ns", 20.5}},
      .plan = nullptr,
      .ranks = {{.host = "h", .core = 0, .pu = 0, .cpuset = "0"}, {.host = "h", .core = 1, .pu = 2, .cpuset = "2"}},
      .distance = {0, 7, 7, 0},
      .ping_ns = {std::nan(""), 900, 901, std::nan("")},
      .placement = "compact",
      .bound_by = "launcher",
      .clock_check = "ok"};

 private:
  [[nodiscard]] Case planned(int index) const {
    Case planned;
    planned.kernel = &kernel_;
    planned.shape = {.ranks = kRanks, .payload_bytes = 8 * (index + 1), .parameters = kParameters};
    planned.shape.values[1] = 1;
    planned.name = "two_phase_commit/n2/b" + std::to_string(planned.shape.payload_bytes) + "/mpi/round-time";
    if (index % 2 == 1) planned.name += "/variant=presumed_abort";  // a case within the group of another one's path
    return planned;
  }

  static constexpr std::array kParameters = {
      Parameter{.name = "no_votes", .highest = 9, .help = "", .choices = {}},
      Parameter{.name = "variant", .highest = 1, .help = "", .choices = {"presumed_nothing", "presumed_abort"}}};
  static constexpr std::array kMarks = {Mark{.name = "decided"}, Mark{.name = "ended"}};
  Kernel kernel_{
      .name = "two_phase_commit", .family = Family::protocol, .about = {}, .parameters = kParameters, .marks = kMarks};
};

/// A result file as any reader of HDF5 sees it; throws std::runtime_error if it does not open.
class StoredFile {
 public:
  explicit StoredFile(const std::filesystem::path& path)
      : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open", path.native()) {}

  template <class T>
  [[nodiscard]] std::vector<T> read(const std::string& name) const {
    std::vector<T> values(elements(name));
    hdf5::check(H5LTread_dataset(file_.get(), name.c_str(), hdf5::type_of<T>(), values.data()), "read", name);
    return values;
  }
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const {
    std::vector<char*> pointers(elements(name));
    hdf5::check(H5LTread_dataset(file_.get(), name.c_str(), hdf5::type_of<std::string>(), pointers.data()), "read", name);
    return taken(pointers);
  }
  [[nodiscard]] std::int64_t integer(const std::string& object, const std::string& attribute) const {
    std::int64_t value = 0;
    hdf5::check(H5LTget_attribute(file_.get(), object.c_str(), attribute.c_str(), H5T_NATIVE_INT64, &value), "read", attribute);
    return value;
  }
  [[nodiscard]] std::vector<std::int64_t> integers(const std::string& object, const std::string& attribute) const {
    const hdf5::Handle opened(H5Aopen_by_name(file_.get(), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                              H5Aclose, "open", attribute);
    const hdf5::Handle space(H5Aget_space(opened.get()), H5Sclose, "read", attribute);
    std::vector<std::int64_t> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
    hdf5::check(H5Aread(opened.get(), H5T_NATIVE_INT64, values.data()), "read", attribute);
    return values;
  }
  [[nodiscard]] std::string text(const std::string& object, const std::string& attribute) const {
    const hdf5::Handle opened(H5Aopen_by_name(file_.get(), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                              H5Aclose, "open", attribute);
    std::vector<char*> pointer(1);
    hdf5::check(H5Aread(opened.get(), hdf5::type_of<std::string>(), pointer.data()), "read", attribute);
    return taken(pointer).front();
  }
  [[nodiscard]] bool has(const std::string& name) const { return H5LTpath_valid(file_.get(), name.c_str(), true) > 0; }
  [[nodiscard]] std::size_t cases() const { return elements("cases/name"); }
  [[nodiscard]] hid_t id() const { return file_.get(); }

  /// The names of a variable's dimensions, as the library's own H5DS finds them.
  [[nodiscard]] std::vector<std::string> dimensions(const std::string& name) const {
    const hdf5::Handle variable(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose, "open", name);
    std::vector<std::string> names;
    for (unsigned axis = 0; H5DSget_num_scales(variable.get(), axis) == 1; ++axis)
      H5DSiterate_scales(variable.get(), axis, nullptr, add_name_if_mutual, &names);
    return names;
  }

 private:
  [[nodiscard]] std::size_t elements(const std::string& name) const {
    const hdf5::Handle variable(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose, "open", name);
    const hdf5::Handle space(H5Dget_space(variable.get()), H5Sclose, "measure", name);
    return static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
  }
  static std::vector<std::string> taken(const std::vector<char*>& pointers) {
    std::vector<std::string> texts;
    for (char* pointer : pointers) {
      texts.emplace_back(pointer ? pointer : "");
      H5free_memory(pointer);
    }
    return texts;
  }
  static herr_t add_name_if_mutual(hid_t variable, unsigned axis, hid_t scale, void* names) {
    std::array<char, 256> path{};
    H5Iget_name(scale, path.data(), path.size());
    const bool mutual = H5DSis_attached(variable, scale, axis) > 0;
    static_cast<std::vector<std::string>*>(names)->push_back(mutual ? std::filesystem::path(path.data()).filename().native()
                                                                    : "one-sided");
    return 0;
  }

  hdf5::Handle file_;
};

/// Every stamp of a case is in the file as it was measured.
inline ::testing::AssertionResult holds(const StoredFile& file, const CaseResult& expected) {
  const std::string group = "samples/" + expected.planned->name + "/";
  if (!file.has(group + "start_ns") || !file.has(group + "end_ns") || !file.has(group + "mark_ns"))
    return ::testing::AssertionFailure() << group << " is incomplete";
  if (file.read<std::int64_t>(group + "start_ns") != expected.samples.start_ns ||
      file.read<std::int64_t>(group + "end_ns") != expected.samples.end_ns ||
      file.read<std::int64_t>(group + "mark_ns") != expected.samples.mark_ns)
    return ::testing::AssertionFailure() << group << " holds other stamps";
  return ::testing::AssertionSuccess();
}

}  // namespace coordbench::testing
