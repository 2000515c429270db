#include "harness/results/hdf5_variables.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <vector>

#include "tests/support/small_launch.hpp"

namespace coordbench::testing {
namespace {

/// The bytes of a file with `count` numbers in it, and that they can be read again.
std::uintmax_t bytes_with(const std::filesystem::path& path, const std::vector<double>& values) {
  {
    const hdf5::Handle file = hdf5::create_file(path);
    hdf5::Dimension dimension(file, "pair", values.size());
    hdf5::write_variable(file, "ping_ns", {&dimension}, {.units = "ns"}, values);
    const auto read = hdf5::read_variable<double>(file, "ping_ns");
    EXPECT_EQ(read.size(), values.size());
    for (std::size_t i = 0; i < read.size(); ++i)
      EXPECT_TRUE(read[i] == values[i] || (std::isnan(read[i]) && std::isnan(values[i]))) << i;
  }
  return std::filesystem::file_size(path);
}

TEST(Hdf5Variables, WhatNobodyMeasuredTakesNoRoomAndIsReadAsMissing) {
  constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  const TemporaryFolder folder;
  std::vector<double> values(4'000'000, kNothing);
  const std::uintmax_t nothing = bytes_with(folder.path() / "nothing.h5", values);
  EXPECT_LT(nothing, 10'000U);
  values[3'999'999] = 1;
  EXPECT_GT(bytes_with(folder.path() / "something.h5", values), nothing);
}

}  // namespace
}  // namespace coordbench::testing
