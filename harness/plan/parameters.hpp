#pragma once
// The values that --set gives to kernels' parameters, looked up and held against the declared ranges.

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/kernel.hpp"
#include "harness/options/option_values.hpp"

namespace coordbench {

/// The values that the cases of a kernel give to each of its parameters, in the order of declaration.
using Axes = std::array<std::vector<std::int64_t>, kParametersMax>;

/// The axes of every selected kernel: what --set gives, else the default alone. Throws UsageError for an unknown kernel or
/// parameter, a value out of range, a parameter set twice, or set for no selected kernel.
std::map<const Kernel*, Axes> parameter_axes(const std::vector<ParameterSetting>& settings, std::span<const Kernel> kernels,
                                             const std::vector<const Kernel*>& selected);

/// A value as it is written: the name of a choice, or the number.
std::string value_text(const Parameter& parameter, std::int64_t value);

/// "loss=0.1", "duplicate=0.01", "delay=50us": the parts of it that are not 0, for names and tables.
std::vector<std::string> loss_texts(const Loss& loss);

/// The values a parameter takes: "0 to 3", or its choices "fast, safe".
std::string accepted_text(const Parameter& parameter);

/// The choices' names in the order of their values; empty for a number.
std::vector<std::string> choices_of(const Parameter& parameter);

}  // namespace coordbench
