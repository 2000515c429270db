#include "harness/results/hdf5_variables.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <vector>

#include "tests/support/small_launch.hpp"
#include "tests/support/topologies.hpp"

namespace coordbench::testing::hdf5_variables_test {
namespace {

/// The bytes of a file with `count` numbers in it, and that they can be read again.
std::uintmax_t bytes_with(const std::filesystem::path& path, const std::vector<double>& values) {
  {
    const hdf5::Handle file = hdf5::create_file(path);
    hdf5::Dimension dimension(file, "pair", values.size());
    hdf5::write_variable(file, "ping_ns", {&dimension}, {.units = "ns"}, values);
  }
  const auto read = StoredFile(path).read<double>("ping_ns");
  EXPECT_EQ(read.size(), values.size());
  for (std::size_t i = 0; i < read.size(); ++i)
    EXPECT_TRUE(read[i] == values[i] || (std::isnan(read[i]) && std::isnan(values[i]))) << i;
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

TEST(Hdf5Groups, OfManyChildrenKeepThemInAnIndexBecauseAddingToAHeaderTakesLonger) {
  const TemporaryFolder folder;
  const hdf5::Handle file = hdf5::create_file(folder.path() / "many.h5");
  const auto kind = [&](const char* path) {
    H5G_info_t info;
    hdf5::check(H5Gget_info_by_name(file.get(), path, &info, H5P_DEFAULT), "look at", path);
    return info.storage_type;
  };
  for (int child = 0; child < 20; ++child) hdf5::make_group(file, "few/" + std::to_string(child));
  EXPECT_EQ(kind("few"), H5G_STORAGE_TYPE_COMPACT) << "in the header, where they take least room";
  for (int child = 0; child < 100; ++child) hdf5::make_group(file, "many/" + std::to_string(child));
  EXPECT_EQ(kind("many"), H5G_STORAGE_TYPE_DENSE);
}

TEST(Hdf5Variables, AreReadOnlyIfTheyAreWhatTheyAreReadAs) {
  const TemporaryFolder folder;
  const hdf5::Handle file = hdf5::create_file(folder.path() / "odd.h5");
  hdf5::Dimension row(file, "row", 2), width(file, "width", 3);
  hdf5::write_variable(file, "square", {&row, &width}, {}, std::vector<double>(6));
  hdf5::write_attribute(file, "several", std::span<const std::uint32_t>(std::array{1U, 2U, 3U}));
  hdf5::Dimension grows(file, "grows", hdf5::Dimension::kUnlimited);
  hdf5::make_variable<double>(file, "column", {&grows}, {});
  hdf5::resize(file, "column", hsize_t{1} << 40U);
  const auto expect_refused = [&](const std::string& words, auto read) {
    const std::string sentence = refusal<hdf5::Failure>(read);
    EXPECT_NE(sentence.find(words), std::string::npos) << sentence;
  };
  expect_refused("square has 2 dimensions instead of 1", [&] { hdf5::length_of(file, "square"); });
  expect_refused("column has 1099511627776 elements in a file of", [&] { hdf5::read_variable<double>(file, "column"); });
  expect_refused("several has 3 values instead of 1", [&] { hdf5::read_number<std::int64_t>(file, "several"); });
  expect_refused("several has 3 values instead of 1", [&] { hdf5::write_attribute(file, "several", std::int64_t{1}); });
}

TEST(Hdf5Variables, HoldTextThatEveryReaderTakes) {
  const TemporaryFolder folder;
  const hdf5::Handle file = hdf5::create_file(folder.path() / "text.h5");
  hdf5::write_attribute(file, "campaign", "caf\xe9 \xc3\xa9");
  EXPECT_EQ(hdf5::read_text(file, "campaign"), "caf\xef\xbf\xbd \xc3\xa9");
  hdf5::Dimension rank(file, "rank", 1);
  hdf5::write_variable(file, "host", {&rank}, {}, std::vector<std::string>{"\xff"});
  EXPECT_EQ(hdf5::read_variable<std::string>(file, "host").front(), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace coordbench::testing::hdf5_variables_test
