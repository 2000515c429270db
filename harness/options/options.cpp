#include "harness/options/options.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <memory>
#include <random>
#include <span>
#include <utility>

#include "harness/options/config_file.hpp"
#include "harness/options/nearest.hpp"

namespace coordbench {
namespace {

struct CommandText {
  std::string_view name;
  Command command;
  const char* help;
};
constexpr std::array<CommandText, 4> kCommands{{
    {"run", Command::run, "run the cases in random order and store every sample in one HDF5 file"},
    {"calibrate", Command::calibrate,
     "measure what a message costs at each distance (LogGP); jobs/simulate predicts with that"},
    {"list", Command::list, "one line per kernel, or all details of the kernels that you name"},
    {"doctor", Command::doctor, "report what on this machine would spoil a measurement"},
}};

constexpr const char* kExamples =
    R"(Start run, calibrate and doctor with mpirun: the number of processes is the number of ranks.

  mpirun -n 2 coordbench run --kernels ping_pong,@broadcast --bytes 8:64KiB
  mpirun -n 2 coordbench doctor
  coordbench list raft

Exit status: 0 all cases ok; 1 a wrong answer or count, a case that timed out or failed, or a plan that is
not finished; 2 wrong options; 3 results could not be written.)";

/// Options that take values, each parsed the moment CLI11 has collected its texts.
class OptionTable {
 public:
  explicit OptionTable(CLI::App& app) : app_(app) {}

  /// A list: one text per mention on the command line, several from an array of the configuration file.
  template <class Target, class Parse>
  void list(const std::string& name, Target& target, Parse parse, const char* value, const char* help) {
    add(
        name, [&target, parse, name](const Texts& texts) { target = parse(name, texts); }, value, help);
  }
  template <class Target, class Parse>
  void one(const std::string& name, Target& target, Parse parse, const char* value, const char* help) {
    add(
        name, [&target, parse, name](const Texts& texts) { target = parse(name, texts.front()); }, value, help)
        ->expected(1);
  }
  void flag(const std::string& name, bool& target, const char* help) { app_.add_flag(name, target, help); }

 private:
  CLI::Option* add(const std::string& name, const std::function<void(const Texts&)>& store, const char* value,
                   const char* help) {
    return app_.add_option_function<Texts>(name, store, help)->allow_extra_args(false)->type_name(value);
  }
  CLI::App& app_;
};

std::string parse_text(std::string_view option, const std::string& text) {
  if (text.empty()) throw UsageError(option, text, "a text that is not empty");
  return text;
}

std::vector<ParameterSetting> parse_settings(std::string_view option, const Texts& texts) {
  std::vector<ParameterSetting> settings;
  for (const std::string& text : texts) settings.push_back(parse_setting(option, text));
  return settings;
}

void describe_launch(OptionTable& table, Options& options) {
  table.one("--placement", options.placement, parse_text, "TEXT",
            "which core each rank gets: auto, compact, spread, none or list:0,2,...  [auto]");
  if (options.command == Command::run)
    table.one("--seed", options.seed, parse_seed, "N", "order of the cases, contents of the payloads  [drawn, recorded]");
  else
    table.one("--seed", options.seed, parse_seed, "N", "contents of the payloads  [drawn]");
}

void describe_plan_options(OptionTable& table, Options& options) {
  table.list("--kernels", options.kernels, parse_list, "GLOB,@group,!GLOB",
             "names, parts of names, globs, @groups (see: coordbench list); !... leaves out  [all]");
  table.list("--ranks", options.ranks, parse_ranks, "N,N|pow2|all",
             "rank counts  [pow2: 2, 4, 8, ... and all ranks of the launch]");
  table.one("--ranks-per-node", options.ranks_per_node, parse_ranks_per_node, "N",
            "treat each group of N consecutive ranks as one node  [one node per host name]");
  table.list("--bytes", options.payload_bytes, parse_sizes, "SIZE,SIZE|A:B",
             "payloads; A:B: powers of two from A to B; k, KiB: 1024, kB: 1000  [8,1KiB,64KiB,1MiB]");
  table.list("--set", options.settings, parse_settings, "KERNEL.PARAMETER=V,V",
             "values of a parameter, each a case of its own; repeatable");
  table.list("--in-flight", options.in_flight, parse_in_flight, "N,N",
             "operations of a proposer that are open at the same time  [1; streams: 64]");
  table.list("--clients", options.clients, parse_clients, "N,N",
             "extra ranks that only send requests; 0: no clients, the servers make the proposals  [0]");
  table.list("--loss", options.losses, parse_losses, "P[,duplicate=Q][,delay=TIME]",
             "shares of messages to lose and duplicate, and a random delay; repeatable  [0]");
  table.list("--authentication", options.authentications, parse_authentications, "none,mac,signature",
             "messages carry a MAC or a signature, which receivers check; none: the sender is trusted  [none]");
  table.one("--sync", options.sync, parse_sync, "round-time|barrier|none",
            "start together at an agreed time, after a barrier, or not at all  [round-time]");
  table.list("--transport", options.transports, parse_transports, "mpi,shared-memory,hybrid",
             "how messages travel; hybrid: shared memory within a node, MPI between  [mpi]");
}

void describe_budgets(OptionTable& table, Options& options) {
  table.one("--precision", options.precision, parse_precision, "P%",
            "stop a case once the 95 % interval of its median is this narrow  [5%]");
  table.one("--time-budget", options.time_budget_ns, parse_budget, "TIME", "longest time per case  [2s]");
  table.one("--total-budget", options.total_budget_ns, parse_budget, "TIME", "longest time of the launch  [10min]");
  table.one("--max-operations", options.max_operations, parse_operations, "N", "most operations per case  [10000]");
  table.one("--operations", options.operations, parse_operations, "N", "exactly this many operations per case");
}

/// Reading a folder fails, and a device or a pipe might never end.
std::string expect_file(const std::string& path) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) throw UsageError("--config", path, "a TOML file that can be read");
  return "";
}

void describe_run(CLI::App& app, OptionTable& table, Options& options) {
  describe_plan_options(table, options);
  describe_budgets(table, options);
  describe_launch(table, options);
  table.one("--out", options.out, parse_text, "DIR", "where launch-001.h5, ... go  [results/local]");
  table.one("--micro", options.micro, parse_text, "FILE",
            "coordbench-micro's JSON: copied into the result file, drawn as grey lines");
  table.one("--gbench-json", options.gbench_json, parse_text, "FILE", "also write the cases for Google Benchmark's compare.py");
  table.one("--resume", options.resume, parse_text, "FILE",
            "finish the interrupted launch in FILE with its options; only --total-budget may be new");
  table.flag("--calibrate", options.calibrate, "also measure LogGP parameters, before and after every block of cases");
  table.flag("--list", options.list, "print the names of the planned cases, measure nothing (kernels: coordbench list)");
  table.flag("--dry-run", options.dry_run, "print the plan and its limits of time, memory and disk, measure nothing");
  Texts keys;
  for (const CLI::Option* option : app.get_options())
    if (!option->check_lname("help")) keys.push_back(option->get_lnames().front());
  app.set_config("--config", "", "read options from a TOML file, under the same names")
      ->check(CLI::Validator(expect_file, ""))
      ->type_name("FILE.toml");
  app.config_formatter(std::make_shared<ConfigFile>(std::move(keys)));
}

void describe_calibrate(OptionTable& table, Options& options) {
  options.calibrate = true;
  options.payload_bytes = {1, 1 << 20};
  table.list("--bytes", options.payload_bytes, parse_sizes, "A:B", "smallest and largest message  [1:1MiB]");
  table.one("--out", options.out, parse_text, "DIR", "where launch-001.h5, ... go  [results/local]");
}

void describe_list(CLI::App& app, OptionTable& table, Options& options) {
  options.kernels.clear();
  const auto store = [&options](const Texts& texts) { options.kernels = parse_list("list", texts); };
  app.add_option_function<Texts>("KERNEL", store,
                                 "kernels to describe in full: names, parts, globs or @groups  [one line each]")
      ->type_name("");
  table.flag("--json", options.json, "print JSON, for programs");
}

struct Contradiction {
  std::string one, other;
  std::string_view why;
};

void refuse_contradictions(const CLI::App& app, const Options& options) {
  const std::array<Contradiction, 3> contradictions{{
      {"--operations", "--max-operations", "the first means exactly so many, the second at most so many"},
      {"--operations", "--precision", "a fixed number of operations does not stop at a precision"},
      {"--list", "--dry-run", "each prints something else instead of measuring"},
  }};
  for (const auto& [one, other, why] : contradictions)
    if (app.count(one) > 0 && app.count(other) > 0)
      throw UsageError(fmt::format("{} and {} contradict each other: {}; leave one out", one, other, why));
  if (app.count("--resume") > 0)
    for (const CLI::Option* option : app.get_options())
      if (option->count() > 0 && !option->check_lname("resume") && !option->check_lname("total-budget"))
        throw UsageError(fmt::format("--resume and {} contradict each other: a launch goes on as it was begun; leave {} out",
                                     option->get_name(), option->get_name()));
  for (const int window : options.in_flight)
    if (window > 1 && options.sync.value_or(Sync::none) != Sync::none)
      throw UsageError(
          fmt::format("--in-flight {} and --sync {} contradict each other: operations that overlap have no start "
                      "line of their own; leave --sync out or give none",
                      window, name_of(*options.sync)));
}

/// CLI11's complaint as a sentence of ours.
UsageError sentence_of(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::FileError*>(&error))
    return {"--config", app["--config"]->results().front(), "a TOML file that can be read"};
  if (dynamic_cast<const CLI::ConfigError*>(&error))
    return UsageError(fmt::format("--config: '{}' {}", app["--config"]->results().front(), error.what()));
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
    const std::string unknown = app.remaining().front();
    Texts names;
    for (const CLI::Option* option : app.get_options()) names.push_back(option->get_name());
    return UsageError(fmt::format("'{}' is not an option of {}; nearest: {}; {} --help lists all", unknown, app.get_name(),
                                  nearest(unknown, {names.begin(), names.end()}), app.get_name()));
  }
  const std::string what = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))  // CLI11's text opens with the option's name and a colon
    return UsageError(fmt::format("{}: no value, or more than one, was given; {} --help says what it takes",
                                  what.substr(0, what.find(':')), app.get_name()));
  return UsageError(
      fmt::format("{} does not accept its arguments ({}); {} --help lists the options", app.get_name(), what, app.get_name()));
}

std::vector<std::string> asked_of(const CommandText& command, const CLI::App& app) {
  std::vector<std::string> asked{std::string(command.name)};
  for (const CLI::Option* option : app.get_options())
    if (!option->check_lname("help") && !option->check_lname("config") && !option->check_lname("resume"))
      for (const std::string& text : option->results()) asked.push_back(fmt::format("{}={}", option->get_name(), text));
  return asked;
}

Options parse_command(const CommandText& command, int argc, const char* const* argv) {
  Options options{.command = command.command};
  CLI::App app(command.help, fmt::format("coordbench {}", command.name));
  OptionTable table(app);
  if (command.command == Command::run) {
    app.footer("Example, on two ranks: mpirun -n 2 coordbench run --kernels ping_pong --bytes 8");
    describe_run(app, table, options);
  }
  if (command.command == Command::calibrate) describe_calibrate(table, options);
  if (command.command == Command::doctor || command.command == Command::calibrate) describe_launch(table, options);
  if (command.command == Command::list) describe_list(app, table, options);
  try {
    app.parse(argc, argv);
    if (command.command == Command::run) refuse_contradictions(app, options);
    options.asked = asked_of(command, app);
  } catch (const CLI::CallForHelp&) {
    throw Exit{0, app.help()};
  } catch (const CLI::ParseError& error) {
    throw sentence_of(app, error);
  }
  return options;
}

std::string overall_help() {
  CLI::App app("coordbench measures what it costs processes to coordinate.", "coordbench");
  app.footer(kExamples);
  app.set_version_flag("--version", "", "print the version");
  for (const CommandText& command : kCommands) app.add_subcommand(std::string(command.name), command.help);
  return app.help();
}

}  // namespace

Options parse_options(int argc, const char* const* argv, std::string_view version) {
  constexpr std::string_view accepted = "run, calibrate, list, doctor, --help and --version";
  if (argc < 2) throw UsageError(fmt::format("no command was given; accepted: {}", accepted));
  const std::string_view first = argv[1];
  if (first == "--help" || first == "-h") throw Exit{0, overall_help()};
  if (first == "--version") throw Exit{0, fmt::format("coordbench {}\n", version)};
  for (const CommandText& command : kCommands)
    if (first == command.name) return parse_command(command, argc - 1, argv + 1);
  throw UsageError("command", first, accepted);
}

std::uint64_t draw_seed() {
  std::random_device entropy;
  return static_cast<std::uint64_t>(entropy()) << 32U | entropy();
}

}  // namespace coordbench
