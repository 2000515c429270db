#include "harness/plan/parameters.hpp"

#include <fmt/format.h>
#include <CLI/StringTools.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "harness/options/units.hpp"
#include "harness/options/usage_error.hpp"
#include "harness/plan/selection.hpp"

namespace coordbench {
namespace {

/// The index of a parameter, or the number of parameters if the kernel has no such.
std::size_t index_of(std::string_view name, const Kernel& kernel) {
  const auto found = std::find_if(kernel.parameters.begin(), kernel.parameters.end(),
                                  [&](const Parameter& parameter) { return parameter.name == name; });
  return static_cast<std::size_t>(found - kernel.parameters.begin());
}

std::optional<std::int64_t> number_of(const std::string& text, const Parameter& parameter) {
  const auto choices = choices_of(parameter);
  if (choices.empty()) return parse_whole(text);
  const auto found = std::find(choices.begin(), choices.end(), text);
  return found == choices.end() ? std::nullopt : std::optional<std::int64_t>(found - choices.begin());
}

std::vector<std::int64_t> values_of(const ParameterSetting& setting, const Kernel& kernel, const Parameter& parameter) {
  std::vector<std::int64_t> values;
  for (const std::string& text : setting.values) {
    const auto value = number_of(text, parameter);
    if (!value || *value < parameter.lowest || *value > parameter.highest)
      throw UsageError(fmt::format("--set {}.{}", kernel.name, parameter.name), text, accepted_text(parameter));
    if (std::find(values.begin(), values.end(), *value) == values.end()) values.push_back(*value);  // "1" and "01" are one
  }
  return values;
}

/// The kernels a setting speaks of: of those that match its glob, the ones that have the parameter.
std::vector<const Kernel*> owners_of(const ParameterSetting& setting, std::span<const Kernel> kernels) {
  std::vector<const Kernel*> owners;
  std::set<std::string_view> known;
  for (const Kernel* kernel : matching_kernels("--set", setting.kernel, kernels)) {
    if (index_of(setting.parameter, *kernel) < kernel->parameters.size()) owners.push_back(kernel);
    for (const Parameter& parameter : kernel->parameters) known.insert(parameter.name);
  }
  if (owners.empty())
    throw UsageError(fmt::format("--set: '{}' has no parameter '{}'; accepted: {}", setting.kernel, setting.parameter,
                                 known.empty() ? "none, it has no parameters" : CLI::detail::join(known, ", ")));
  return owners;
}

std::map<const Kernel*, Axes> default_axes(const std::vector<const Kernel*>& selected) {
  std::map<const Kernel*, Axes> axes;
  for (const Kernel* kernel : selected)
    for (std::size_t i = 0; i < kernel->parameters.size(); ++i) axes[kernel][i] = {kernel->parameters[i].initial};
  return axes;
}

}  // namespace

std::map<const Kernel*, Axes> parameter_axes(const std::vector<ParameterSetting>& settings, std::span<const Kernel> kernels,
                                             const std::vector<const Kernel*>& selected) {
  auto axes = default_axes(selected);
  std::set<std::pair<const Kernel*, std::string>> given;
  for (const ParameterSetting& setting : settings) {
    auto owners = owners_of(setting, kernels);
    std::erase_if(owners, [&](const Kernel* kernel) { return !axes.contains(kernel); });
    if (owners.empty())
      throw UsageError(
          fmt::format("--set: '{}.{}' was given, but --kernels selects no such kernel; select it or leave the "
                      "parameter out",
                      setting.kernel, setting.parameter));
    for (const Kernel* kernel : owners) {
      const std::size_t index = index_of(setting.parameter, *kernel);
      axes[kernel][index] = values_of(setting, *kernel, kernel->parameters[index]);
      if (!given.emplace(kernel, setting.parameter).second)
        throw UsageError(
            fmt::format("--set: {}.{} is given twice; accepted: all its values in one list", kernel->name, setting.parameter));
    }
  }
  return axes;
}

std::string value_text(const Parameter& parameter, std::int64_t value) {
  const auto choices = choices_of(parameter);
  return choices.empty() ? fmt::format("{}", value) : choices.at(static_cast<std::size_t>(value));
}

std::string accepted_text(const Parameter& parameter) {
  const auto choices = choices_of(parameter);
  return choices.empty() ? fmt::format("{} to {}", parameter.lowest, parameter.highest) : CLI::detail::join(choices, ", ");
}

std::vector<std::string> choices_of(const Parameter& parameter) {
  std::vector<std::string> choices;
  for (const std::string_view choice : parameter.choices)
    if (!choice.empty()) choices.emplace_back(choice);
  return choices;
}

std::vector<std::string> loss_texts(const Loss& loss) {
  std::vector<std::string> texts;
  if (loss.lost > 0) texts.push_back(fmt::format("loss={}", loss.lost));
  if (loss.doubled > 0) texts.push_back(fmt::format("duplicate={}", loss.doubled));
  if (loss.delay_ns > 0)
    texts.push_back(loss.delay_ns % 1000 == 0 ? fmt::format("delay={}us", loss.delay_ns / 1000)
                                              : fmt::format("delay={}ns", loss.delay_ns));
  return texts;
}

}  // namespace coordbench
