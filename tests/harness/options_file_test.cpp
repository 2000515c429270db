#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/harness/parsed_options.hpp"

namespace coordbench::testing::options_file_test {
namespace {

class TomlFile {
 public:
  explicit TomlFile(const std::string& text) : path_(unique_path()) { std::ofstream(path_) << text; }
  TomlFile(const TomlFile&) = delete;
  TomlFile& operator=(const TomlFile&) = delete;
  ~TomlFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static std::string unique_path() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    return (std::filesystem::temp_directory_path() / fmt::format("coordbench_{}_{}.toml", test->name(), getpid())).string();
  }
  std::string path_;
};

Options parse_file(const std::string& text, Words words = {}) {
  const TomlFile file(text);
  words.insert(words.end(), {"--config", file.path()});
  return parse_run(words);
}

void expect_file_refused(const std::string& text, Words parts) {
  const TomlFile file(text);
  parts.push_back(file.path());
  expect_names(refusal_of_run({"--config", file.path()}), parts);
}

TEST(OptionsFile, HoldsTheSameNames) {
  const Options options = parse_file(
      "# a campaign\n"
      "kernels = [\"a*\", \"b\"]   # two\n"
      "bytes = \"8,1KiB\"\n"
      "ranks = [2,\n  4]\n"
      "set = [\"a.x=1,2\", \"b.y=z\"]\n"
      "precision = \"2%\"\n"
      "seed = 42\n"
      "dry-run = true\n");
  EXPECT_EQ(options.kernels, (Words{"a*", "b"}));
  EXPECT_EQ(options.payload_bytes, (std::vector<std::int64_t>{8, 1024}));
  ASSERT_EQ(options.ranks.size(), 2U);
  EXPECT_EQ(options.ranks[1].count, 4);
  ASSERT_EQ(options.settings.size(), 2U);
  EXPECT_EQ(options.settings[0].values, (Words{"1", "2"}));
  EXPECT_DOUBLE_EQ(options.precision, 0.02);
  EXPECT_EQ(options.seed, 42U);
  EXPECT_TRUE(options.dry_run);
}

TEST(OptionsFile, GivesWayToTheCommandLine) {
  const Options options = parse_file("bytes = [8, 16]\nseed = 1\n", {"--bytes", "32"});
  EXPECT_EQ(options.payload_bytes, std::vector<std::int64_t>{32});
  EXPECT_EQ(options.seed, 1U);
}

TEST(OptionsFile, ContradictsTheCommandLineToo) {
  EXPECT_THROW(parse_file("operations = 3\n", {"--max-operations", "4"}), UsageError);
}

TEST(OptionsFile, MalformedIsRefusedWithFileAndLine) {
  expect_file_refused("bytes = 8\n\nbyts = 16\n", {"line 3", "'byts'", "nearest: bytes"});
  expect_file_refused("bytes = 8\nbytes = 16\n", {"line 2", "'bytes'", "second time"});
  expect_file_refused("seed = 1\nbytes\n", {"line 2", "'bytes'", "key = value"});
  expect_file_refused("dry-run\n", {"line 1", "key = value"});
  expect_file_refused("[run]\nbytes = 8\n", {"line 1", "[run]"});
  expect_file_refused("bytes = [8, 16\nseed = 1\n", {"line 1", "not closed"});
  expect_file_refused("out = \"somewhere\n", {"line 1", "not closed"});
  expect_file_refused("a=\n", {"line 1", "'a'", "no value"});
  expect_file_refused("config = \"other.toml\"\n", {"line 1", "'config'"});
}

TEST(OptionsFile, BadValuesNameTheOption) {
  const TomlFile file("bytes = \"12Q\"\n");
  expect_names(refusal_of_run({"--config", file.path()}), {"bytes", "'12Q'"});
}

TEST(OptionsFile, MustBeReadable) {
  expect_names(refusal_of_run({"--config", "nowhere/absent.toml"}), {"--config", "nowhere/absent.toml", "read"});
}

}  // namespace
}  // namespace coordbench::testing::options_file_test
