#include "harness/launch/resumption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "build_info.hpp"

namespace coordbench {
namespace {

using Json = nlohmann::json;

/// What rank 0 reads, or why it cannot: one text for every rank.
std::string read_at_root(const World& world, const std::string& file) {
  if (!world.is_root()) return "";
  try {
    return Json{{"launch", read_stored_launch(file)}}.dump();
  } catch (const UsageError& error) {
    return Json{{"error", error.what()}}.dump();
  }
}

void check(const StoredLaunch& begun, const std::string& file, int ranks) {
  if (begun.git_commit != kGitCommit)
    throw UsageError(
        fmt::format("--resume: '{}' was begun by commit {}, and this is {}; half a launch of each would be neither: "
                    "build that commit, or run the launch anew",
                    file, begun.git_commit, kGitCommit));
  if (begun.ranks != ranks)
    throw UsageError(fmt::format("--resume: '{}' was begun on {} ranks, and this launch has {}; start it with mpirun -n {}",
                                 file, begun.ranks, ranks, begun.ranks));
}

Options options_of(const StoredLaunch& begun) {
  std::vector<const char*> arguments;
  for (const std::string& argument : begun.arguments) arguments.push_back(argument.c_str());
  return parse_options(static_cast<int>(arguments.size()), arguments.data(), kVersion);
}

}  // namespace

std::optional<StoredLaunch> take_up(const World& world, Options& options) {
  if (options.resume.empty()) return std::nullopt;
  const std::string file = options.resume;
  const Json read = Json::parse(world.text_from_root(read_at_root(world, file)));
  if (read.contains("error")) throw UsageError(read["error"].get<std::string>());
  const auto begun = read["launch"].get<StoredLaunch>();
  check(begun, file, world.size());
  options = options_of(begun);
  if (!options.gbench_json.empty() && world.is_root())
    fmt::print(stderr, "coordbench: --gbench-json is left out: this part of the launch has not all of its cases.\n");
  options.seed = begun.seed;
  options.resume = file;
  options.micro.clear();        // its limits are in the file
  options.gbench_json.clear();  // would hold half a launch
  return begun;
}

std::vector<std::size_t> due_cases(const Plan& plan, const std::optional<StoredLaunch>& begun) {
  const std::set<std::string> done = begun ? std::set(begun->done.begin(), begun->done.end()) : std::set<std::string>{};
  std::vector<std::string> names;
  std::vector<std::size_t> due;
  for (std::size_t index = 0; index < plan.cases.size(); ++index) {
    names.push_back(plan.cases[index].name);
    if (!done.contains(names.back())) due.push_back(index);
  }
  if (begun && names != begun->planned)
    throw UsageError(
        "--resume: the plan of the file cannot be made here again (less memory, or a --config that has changed); "
        "run the launch anew");
  return due;
}

}  // namespace coordbench
