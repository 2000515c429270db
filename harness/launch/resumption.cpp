#include "harness/launch/resumption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "build_info.hpp"
#include "harness/machine/remark.hpp"
#include "harness/results/launch_tables.hpp"
#include "harness/results/utf8.hpp"

namespace coordbench {
namespace {

using Json = nlohmann::json;

Origin origin_of(const World& world, const std::vector<std::string>& arguments) {
  return {.program = std::filesystem::path(arguments.front()).filename().string(),
          .source = kSource,
          .schema_version = kSchemaVersion,
          .coordbench_version = kVersion,
          .git_commit = kGitCommit,
          .ranks = world.size()};
}

/// What rank 0 reads, or why it cannot read it, as one text that goes to every rank.
std::string read_at_root(const World& world, const std::string& file, const Origin& here) {
  if (!world.is_root()) return "";
  const auto text = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
  try {
    return text({{"launch", read_stored_launch(file, here)}});
  } catch (const UsageError& error) {
    return text({{"error", error.what()}});
  }
}

/// The options that the launch began with, overridden by those given to --resume.
Options options_of(const StoredLaunch& begun, const Options& now) {
  constexpr std::string_view kBudget = "--total-budget=";
  const auto is_budget = [&](const std::string& option) { return option.starts_with(kBudget); };
  std::vector<std::string> asked = begun.options;
  const auto budget = std::find_if(now.asked.begin(), now.asked.end(), is_budget);
  if (budget != now.asked.end()) {
    std::erase_if(asked, is_budget);
    asked.push_back(*budget);
  }
  std::vector<const char*> arguments{begun.arguments.front().c_str()};
  for (const std::string& option : asked) arguments.push_back(option.c_str());
  try {
    return parse_options(static_cast<int>(arguments.size()), arguments.data(), kVersion);
  } catch (const Exit&) {
    throw UsageError(fmt::format("--resume: '{}' is damaged: its attribute options asks for help", now.resume));
  } catch (const UsageError& error) {
    throw UsageError(
        fmt::format("--resume: '{}' is damaged: its attribute options is not accepted ({})", now.resume, error.what()));
  }
}

std::string text_of(const LaunchRecord::Value& value) {
  return std::visit([](const auto& known) { return fmt::format("{}", known); }, value);
}

}  // namespace

std::optional<StoredLaunch> take_up(const World& world, Options& options, const std::vector<std::string>& arguments) {
  if (options.resume.empty()) return std::nullopt;
  const std::string file = options.resume;
  const Json read = Json::parse(world.text_from_root(read_at_root(world, file, origin_of(world, arguments))));
  if (read.contains("error")) throw UsageError(read["error"].get<std::string>());
  const auto begun = read["launch"].get<StoredLaunch>();
  options = options_of(begun, options);
  if (!options.gbench_json.empty() && world.is_root())
    remark("coordbench: --gbench-json is left out: this part of the launch has not all of its cases.\n");
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
        "--resume: the plan of the file cannot be made here again (less memory, or fewer ranks on a node); run the launch "
        "anew");
  return due;
}

void expect_same_place(const StoredLaunch& begun, const LaunchRecord& here, const std::filesystem::path& file) {
  const auto expect = [&](const std::string& what, const std::string& then, const std::string& now) {
    if (then != now)
      throw UsageError(
          fmt::format("--resume: '{}' was begun with the {} '{}', and this launch has '{}': half a launch of each "
                      "would be neither; start it as and where it was begun, or run the launch anew",
                      file.native(), what, then, now));
  };
  for (std::size_t rank = 0; rank < here.ranks.size(); ++rank)
    expect(fmt::format("host of rank {}", rank), begun.hosts.at(rank), utf8_of(here.ranks[rank].host));
  for (const std::string_view telling : telling_facts()) {
    const std::string name(telling);
    const auto fact =
        std::find_if(here.environment.begin(), here.environment.end(), [&](auto& each) { return each.first == name; });
    const auto stored = begun.environment.find(name);
    expect(name, stored == begun.environment.end() ? "" : stored->second,
           fact == here.environment.end() ? "" : utf8_of(text_of(fact->second)));
  }
  expect("binding of ranks by", begun.bound_by, here.bound_by);
  for (std::size_t rank = 0; rank < here.ranks.size(); ++rank)
    expect(fmt::format("hardware threads of rank {}", rank), begun.cpusets.at(rank), here.ranks[rank].cpuset);
}

}  // namespace coordbench
