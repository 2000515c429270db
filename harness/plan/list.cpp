#include "harness/plan/list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <vector>

#include "harness/plan/parameters.hpp"
#include "harness/plan/selection.hpp"

namespace coordbench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kLargest = 8;  ///< closed forms are evaluated from one rank up to this

Shape default_shape(const Kernel& kernel, int ranks) {
  Shape shape{.ranks = ranks, .payload_bytes = kernel.about.has_payload ? 8 : 0, .parameters = kernel.parameters};
  for (std::size_t i = 0; i < shape.parameters.size(); ++i) shape.values[i] = shape.parameters[i].initial;
  return shape;
}

int proposers_of(const Kernel& kernel, const Shape& shape) {
  return kernel.proposers == nullptr ? 1 : std::max(1, kernel.proposers(shape));
}

/// Null if there is none, a number, or the two ends of a range.
Json json_of(const Range& range) {
  const auto number = [](double value) {
    const double whole = std::round(value);
    return whole == value ? Json(static_cast<std::int64_t>(whole)) : Json(value);
  };
  if (range.least < 0) return nullptr;
  return range.least == range.most ? number(range.most) : Json::array({number(range.least), number(range.most)});
}

template <class ClosedForm>
Range mean_over_proposers(const Kernel& kernel, const Shape& shape, ClosedForm closed_form) {
  const int proposers = proposers_of(kernel, shape);
  Range sum = 0;
  for (Operation k = 0; k < proposers; ++k) {
    const Range value = closed_form(shape, k);
    if (value.least < 0) return {};
    sum.least += value.least, sum.most += value.most;
  }
  return {sum.least / proposers, sum.most / proposers};
}

/// `closed_form(shape, operation)` at 1 to kLargest ranks, as the mean over one operation of each proposer, because the cost
/// may depend on the proposer. A negative value of the closed form means that there is none.
template <class ClosedForm>
Json evaluate(const Kernel& kernel, ClosedForm closed_form) {
  if (kernel.about.count_rule == CountRule::none) return nullptr;
  Json values = Json::array();
  for (int ranks = 1; ranks <= kLargest; ++ranks) {
    const Shape shape = default_shape(kernel, ranks);
    values.push_back(json_of(kernel.unfit(shape).empty() ? mean_over_proposers(kernel, shape, closed_form) : Range()));
  }
  return values;
}

Json messages_at(const Kernel& kernel) {
  return evaluate(kernel, [&](const Shape& shape, Operation k) { return kernel.cost(shape, {k, 1}).messages; });
}
Json delays_at(const Kernel& kernel, int mark) {
  return evaluate(kernel, [&](const Shape& shape, Operation k) {
    return kernel.cost(shape, {k, 1}).delays[static_cast<std::size_t>(mark)];
  });
}

std::string_view name_of(Where where) {
  constexpr std::array<std::string_view, 5> kNames{"proposer", "receiver", "leader", "tail", "everywhere"};
  return kNames[static_cast<std::size_t>(where)];
}

Json json_of(const Parameter& parameter) {
  Json json{{"name", parameter.name}, {"default", parameter.initial}};
  const auto choices = choices_of(parameter);
  if (choices.empty()) {
    json["lowest"] = parameter.lowest;
    json["highest"] = parameter.highest;
  } else {
    json["default"] = value_text(parameter, parameter.initial);
    json["choices"] = choices;
  }
  json["help"] = parameter.help;
  return json;
}

Json marks_of(const Kernel& kernel) {
  Json marks = Json::array();
  for (std::size_t i = 0; i < kernel.marks.size(); ++i)
    marks.push_back({{"name", kernel.marks[i].name},
                     {"where", name_of(kernel.marks[i].where)},
                     {"delays_at", delays_at(kernel, static_cast<int>(i))}});
  return marks;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

int last_mark(const Kernel& kernel) { return kernel.marks.empty() ? 0 : static_cast<int>(kernel.marks.size()) - 1; }

Json json_of(const Kernel& kernel) {
  const About& about = kernel.about;
  Json json{{"name", kernel.name},
            {"family", name_of(kernel.family)},
            {"level", about.level},
            {"group", about.group},
            {"baseline_of", text_or_null(about.baseline_of)},
            {"promise", about.promise},
            {"survives", text_or_null(about.survives)},
            {"blocks", text_or_null(about.blocks)},
            {"messages", about.messages},
            {"messages_at", messages_at(kernel)},
            {"count_rule", name_of(about.count_rule)},
            {"delays", about.delays},
            {"delays_at", delays_at(kernel, last_mark(kernel))},
            {"marks", marks_of(kernel)},
            {"latency_definition", name_of(about.latency)},
            {"clients_most", kernel.clients_most},
            {"authentications", Json::array()},
            {"has_payload", about.has_payload},
            {"streams", about.streams},
            {"only_over", about.only_over ? Json(name_of(*about.only_over)) : Json(nullptr)},
            {"parameters", Json::array()},
            {"source", about.source}};
  for (const Parameter& parameter : kernel.parameters) json["parameters"].push_back(json_of(parameter));
  for (const Authentication way : kernel.authentications) json["authentications"].push_back(name_of(way));
  return json;
}

std::string text_of(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_array()) return text_of(value[0]) + " to " + text_of(value[1]);
  return value.is_number_float() ? fmt::format("{:.2f}", value.get<double>()) : value.dump();
}

bool depends_on_proposer(const Kernel& kernel) {
  const Shape shape = default_shape(kernel, kLargest);
  if (kernel.about.count_rule == CountRule::none || !kernel.unfit(shape).empty()) return false;
  const Range first = kernel.cost(shape, {0, 1}).messages;
  for (Operation k = 1; k < proposers_of(kernel, shape); ++k)
    if (!(kernel.cost(shape, {k, 1}).messages == first)) return true;
  return false;
}

/// "0 1 2 3 …" with "-" for null, or nothing if there is no closed form.
std::string series(const Json& values) {
  if (std::all_of(values.begin(), values.end(), [](const Json& value) { return value.is_null(); })) return "";
  std::string text;
  const bool has_ranges = std::any_of(values.begin(), values.end(), [](const Json& value) { return value.is_array(); });
  for (const Json& value : values) text += (has_ranges && !text.empty() ? ", " : " ") + text_of(value);
  return fmt::format(" (N = 1..{}:{})", kLargest, text);
}

class Stanza {
 public:
  explicit Stanza(const Kernel& kernel)
      : text_(fmt::format("{:<36} L{}  {}, @{}\n", kernel.name, kernel.about.level, name_of(kernel.family),
                          kernel.about.group)) {}
  void line(std::string_view label, std::string_view value) {
    if (!value.empty()) fmt::format_to(std::back_inserter(text_), "    {:<11} {}\n", label, value);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string text_of(const Kernel& kernel) {
  const About& about = kernel.about;
  Stanza stanza(kernel);
  stanza.line("promise", about.promise);
  stanza.line("survives", about.survives);
  stanza.line("blocks", about.blocks);
  stanza.line("baseline of", about.baseline_of.empty() ? "" : fmt::format("@{}", about.baseline_of));
  stanza.line("messages", fmt::format("{}{}, {}", about.messages.empty() ? "unknown" : about.messages,
                                      series(messages_at(kernel)), name_of(about.count_rule)));
  stanza.line("delays", fmt::format("{}{}", about.delays, series(delays_at(kernel, last_mark(kernel)))));
  for (std::size_t i = 0; i < kernel.marks.size(); ++i)
    stanza.line("mark", fmt::format("{}, {}{}", kernel.marks[i].name, name_of(kernel.marks[i].where),
                                    series(delays_at(kernel, static_cast<int>(i)))));
  if (depends_on_proposer(kernel)) stanza.line("", "the numbers at N = 1..8 are means over the proposers, which take turns");
  for (const Parameter& parameter : kernel.parameters)
    stanza.line("parameter", fmt::format("{} = {} ({}): {}", parameter.name, value_text(parameter, parameter.initial),
                                         accepted_text(parameter), parameter.help));
  std::string ways;
  for (const Authentication way : kernel.authentications) ways += fmt::format("{}{}", ways.empty() ? "" : ", ", name_of(way));
  stanza.line("option", ways.empty() ? "" : fmt::format("--authentication {}", ways));
  if (kernel.family == Family::protocol) stanza.line("disk", "none: everything stays in memory");
  stanza.line("source", about.source);
  return stanza.text();
}

/// At most `columns` characters; a text that is cut ends in "…".
std::string cut(const std::string& text, std::size_t columns) {
  std::size_t characters = 0, kept = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0xc0) == 0x80) continue;  // goes on with a character
    if (++characters == columns) kept = i;
  }
  return characters <= columns ? text : text.substr(0, kept) + "…";
}

/// The ladder from the bottom up.
std::vector<const Kernel*> by_level(std::span<const Kernel> kernels) {
  std::vector<const Kernel*> sorted;
  for (const Kernel& kernel : kernels) sorted.push_back(&kernel);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Kernel* a, const Kernel* b) {
    return std::tie(a->about.level, a->about.group) < std::tie(b->about.level, b->about.group);
  });
  return sorted;
}

}  // namespace

std::string list_lines(std::span<const Kernel> kernels, std::size_t columns) {
  std::size_t name = 0, group = 0;
  for (const Kernel& kernel : kernels) {
    name = std::max(name, kernel.name.size());
    group = std::max(group, kernel.about.group.size());
  }
  std::string text;
  for (const Kernel* kernel : by_level(kernels))
    text += cut(fmt::format("{:<{}}  L{}  @{:<{}}  {}", kernel->name, name, kernel->about.level, kernel->about.group, group,
                            kernel->about.promise),
                columns) +
            "\n";
  return text +
         "Everything runs in memory: no kernel writes to a disk.\n"
         "coordbench list KERNEL describes one of them in full.\n";
}

std::string list_text(std::span<const Kernel> kernels) {
  std::string text;
  for (const Kernel& kernel : kernels) text.append(text.empty() ? "" : "\n").append(text_of(kernel));
  return text;
}

std::string list_json(std::span<const Kernel> kernels) {
  Json array = Json::array();
  for (const Kernel& kernel : kernels) array.push_back(json_of(kernel));
  return array.dump(2) + "\n";
}

std::string listed(const Options& options, std::span<const Kernel> kernels, std::size_t columns) {
  std::vector<Kernel> chosen;
  for (const Kernel* kernel : select_kernels("list", options.kernels, kernels)) chosen.push_back(*kernel);
  if (options.json) return list_json(chosen);
  return options.kernels.empty() ? list_lines(chosen, columns) : list_text(chosen);
}

}  // namespace coordbench
