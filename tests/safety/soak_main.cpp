// coordbench-soak: runs any number of simulated disasters of one protocol, and tells of the first that it does not survive.

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "harness/machine/clock.hpp"
#include "harness/machine/remark.hpp"
#include "harness/options/nearest.hpp"
#include "harness/options/units.hpp"
#include "harness/options/usage_error.hpp"
#include "tests/safety/soak.hpp"

namespace coordbench::testing {
namespace {

enum Status : int { kHeld, kViolated, kUsage, kNotWritten };

struct Options {
  std::string protocol, schedules = "10000", seed = "1", jobs = "1", json;
};

std::uint64_t whole(std::string_view option, const std::string& text, std::uint64_t least, std::uint64_t most) {
  const auto value = parse_unsigned(text);
  if (!value || *value < least || *value > most)
    throw UsageError(option, text, fmt::format("a whole number from {} to {}; give one of them", least, most));
  return *value;
}

const Subject& subject_called(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Subject& subject : all_subjects()) {
    if (subject.name == name) return subject;
    names.push_back(subject.name);
  }
  throw UsageError("PROTOCOL", name, CLI::detail::join(names, ", ") + "; give one of them");
}

/// On standard output. If that is full, the status tells what is to be known.
template <class... Values>
void say(fmt::format_string<Values...> format, Values&&... values) {
  std::fputs(fmt::format(format, std::forward<Values>(values)...).c_str(), stdout);
}

void tell(const Subject& subject, const Soaked& sum, double seconds) {
  say("{}: {} schedules, {}; {:.0f} schedules and {:.2f} million events per second\n", subject.name, sum.schedules,
      sum.failing_seed ? "a violation" : "0 violations", static_cast<double>(sum.schedules) / seconds,
      static_cast<double>(sum.events) / seconds * 1e-6);
  const Happened& it = sum.happened;
  say("{} messages, of which {} lost, {} duplicated, {} overtaken, {} cut off by {} partitions or for ever; {} crashes, "
      "{} in the middle of sending, {} with loss of all state; {} pauses; {} exclusions; {} draws that did not fit\n",
      sum.messages, it.lost, it.duplicated, it.overtaken, it.cut + it.cut_for_ever, it.partitions, it.crashes,
      it.crashes_while_sending, it.amnesias, it.pauses, it.exclusions, sum.redrawn);
}

/// What traitors did, of a protocol that faces any.
void tell_treasons(const Soaked& sum) {
  std::string text;
  for (std::size_t kind = 0; kind < kTreasons.size(); ++kind)
    text += fmt::format("{}{} {}", kind > 0 ? ", " : "", kTreasons[kind], sum.happened.treasons[kind]);
  say("traitors acted in {} schedules: {}; refused: {} forged, {} replayed, {} truncated\n", sum.betrayed, text,
      sum.refused.forged, sum.refused.replayed, sum.refused.truncated);
}

/// Adds one line, so that a file may tell of many protocols. Time is that of the simulated world, in which a hop takes about
/// kHop.
bool write_json(const std::string& path, const Subject& subject, const Soaked& sum) {
  const std::string line = fmt::format(
      "{{\"protocol\": \"{}\", \"schedules\": {}, \"violations\": {}, \"healed\": {}, \"ended\": {}, "
      "\"to_end_mean_hops\": {:.1f}, \"to_end_most_hops\": {:.1f}}}\n",
      subject.name, sum.schedules, sum.failing_seed ? 1 : 0, sum.healed, sum.ended,
      static_cast<double>(sum.to_end_ns) / static_cast<double>(std::max<std::int64_t>(1, sum.ended) * kHop),
      static_cast<double>(sum.to_end_most_ns) / static_cast<double>(kHop));
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "a"), &std::fclose);
  return file && std::fputs(line.c_str(), file.get()) >= 0 && std::fflush(file.get()) == 0;
}

Status soak(const Options& options) {
  const Subject& subject = subject_called(options.protocol);
  const std::uint64_t schedules = whole("--schedules", options.schedules, 1, 1'000'000'000'000);
  const std::uint64_t seed = whole("--seed", options.seed, 0, UINT64_MAX / 2);
  const auto jobs = static_cast<int>(whole("--jobs", options.jobs, 1, 256));
  const Time start_ns = now_ns();
  const Soaked sum = soak(subject, seed, schedules, jobs);
  tell(subject, sum, static_cast<double>(now_ns() - start_ns) * 1e-9);
  if (subject.traitors_most) tell_treasons(sum);
  if (!options.json.empty() && !write_json(options.json, subject, sum)) {
    remark("coordbench-soak: cannot write {}; name a file that can be written.\n", options.json);
    return kNotWritten;
  }
  if (!sum.failing_seed) return kHeld;
  say("{}", report_of(subject, *sum.failing_seed));
  return kViolated;
}

Status run(int argc, char** argv) {
  Options options;
  CLI::App app("Simulated disasters of one protocol, its invariants checked after every event.", "coordbench-soak");
  app.add_option("PROTOCOL", options.protocol, "a folder of tests/safety/")->required();
  app.add_option("--schedules", options.schedules, "how many  [10000]");
  app.add_option("--seed", options.seed, "of the first schedule; the others follow it  [1]");
  app.add_option("--jobs", options.jobs, "how many at a time  [1]");
  app.add_option("--json", options.json, "adds a line of JSON to this file: schedules, and how many ended once all had healed");
  try {
    app.parse(argc, argv);
    return soak(options);
  } catch (const CLI::Success& help) {
    return static_cast<Status>(app.exit(help));
  } catch (const CLI::ParseError& error) {
    remark("coordbench-soak: {}; --help says what is accepted.\n", error.what());
  } catch (const UsageError& error) {
    remark("coordbench-soak: {}.\n", error.what());
  }
  return kUsage;
}

}  // namespace
}  // namespace coordbench::testing

int main(int argc, char** argv) { return coordbench::testing::run(argc, argv); }
