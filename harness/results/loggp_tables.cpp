#include "harness/results/loggp_tables.hpp"

#include <fmt/compile.h>
#include <fmt/ranges.h>

#include <numeric>
#include <span>

#include "harness/results/hdf5_variables.hpp"

namespace coordbench {
namespace {

using hdf5::Dimension;
using hdf5::Handle;

/// One value of each row, as a variable on the rows' dimension.
template <class T, class Rows, class Value>
void write_column(const Handle& group, Dimension& dimension, const char* name, const hdf5::Legend& legend, const Rows& rows,
                  Value value) {
  std::vector<T> values;
  for (const auto& row : rows) values.push_back(static_cast<T>(value(row)));
  hdf5::write_variable(group, name, {&dimension}, legend, values);
}

void write_levels(const Handle& group, const std::vector<LevelModel>& levels) {
  Dimension level(group, "level", levels.size());
  std::vector<std::string> names, refusals;
  for (const LevelModel& model : levels) {
    names.push_back(model.level);
    refusals.push_back(model.refused);
  }
  hdf5::write_variable(group, "name", {&level}, {.long_name = "closest level of the machine that the pair shares"}, names);
  hdf5::write_variable(group, "refused", {&level}, {.long_name = "why there are no parameters; empty if there are"}, refusals);
  const auto number = [&](const char* name, const hdf5::Legend& legend, auto member) {
    write_column<std::int64_t>(group, level, name, legend, levels, [&](const LevelModel& model) { return model.*member; });
  };
  number("client", {"1", "rank that begins the exchanges"}, &LevelModel::client);
  number("server", {"1", "rank that answers"}, &LevelModel::server);
  number("rendezvous_bytes", {"byte", "smallest message whose send waits for its receiver; -1: none did"},
         &LevelModel::rendezvous_bytes);
  level.list_variables();
}

struct RegimeRow {
  std::size_t level;
  const Regime* regime;
};

void write_regimes(const Handle& group, const std::vector<LevelModel>& levels) {
  std::vector<RegimeRow> rows;
  for (std::size_t i = 0; i < levels.size(); ++i)
    for (const Regime& regime : levels[i].regimes) rows.push_back({i, &regime});
  Dimension dimension(group, "regime", rows.size());
  const auto number = [&](const char* name, const hdf5::Legend& legend, auto value) {
    write_column<double>(group, dimension, name, legend, rows, [&](const RegimeRow& row) { return value(*row.regime); });
  };
  write_column<std::int64_t>(group, dimension, "regime_level", {"1", "index on the dimension level"}, rows,
                             [](const RegimeRow& row) { return row.level; });
  write_column<std::int64_t>(group, dimension, "first_bytes", {"byte", "smallest message of the regime"}, rows,
                             [](const RegimeRow& row) { return row.regime->first_bytes; });
  number("L_ns", {"ns", "latency of the network"}, [](const Regime& regime) { return regime.latency.fixed_ns; });
  number("G_ns_per_byte", {"ns/byte", "latency of a further byte"},
         [](const Regime& regime) { return regime.latency.per_byte_ns; });
  number("o_send_ns", {"ns", "overhead of sending"}, [](const Regime& regime) { return regime.o_send.fixed_ns; });
  number("o_send_ns_per_byte", {"ns/byte", "overhead of sending a further byte"},
         [](const Regime& regime) { return regime.o_send.per_byte_ns; });
  number("o_receive_ns", {"ns", "overhead of receiving"}, [](const Regime& regime) { return regime.o_receive.fixed_ns; });
  number("o_receive_ns_per_byte", {"ns/byte", "overhead of receiving a further byte"},
         [](const Regime& regime) { return regime.o_receive.per_byte_ns; });
  number("g_ns", {"ns", "gap between messages"}, [](const Regime& regime) { return regime.gap.fixed_ns; });
  number("g_ns_per_byte", {"ns/byte", "gap that a further byte adds"},
         [](const Regime& regime) { return regime.gap.per_byte_ns; });
  number("residual", {"1", "root mean square of (fitted - measured) / measured, one way"},
         [](const Regime& regime) { return regime.residual; });
  dimension.list_variables();
}

/// What the values 0, 1, … of a variable stand for.
void write_meanings(const Handle& group, const char* name, std::span<const std::string_view> meanings) {
  const Handle variable = hdf5::open_variable(group, name);
  std::vector<std::int8_t> values(meanings.size());
  std::iota(values.begin(), values.end(), std::int8_t{0});
  hdf5::write_attribute(variable, "flag_values", std::span<const std::int8_t>(values));
  hdf5::write_attribute(variable, "flag_meanings", fmt::format(FMT_COMPILE("{}"), fmt::join(meanings, " ")));
}

struct SampleRow {
  std::size_t level;
  const ExchangeSample* sample;
};

void write_samples(const Handle& group, const std::vector<LevelModel>& levels) {
  std::vector<SampleRow> rows;
  for (std::size_t i = 0; i < levels.size(); ++i)
    for (const ExchangeSample& sample : levels[i].samples) rows.push_back({i, &sample});
  Dimension dimension(group, "sample", rows.size());
  const auto number = [&]<class T>(T, const char* name, const hdf5::Legend& legend, auto member) {
    write_column<T>(group, dimension, name, legend, rows, [&](const SampleRow& row) { return row.sample->*member; });
  };
  write_column<std::int8_t>(group, dimension, "sample_level", {"1", "index on the dimension level"}, rows,
                            [](const SampleRow& row) { return row.level; });
  number(std::int8_t{}, "exchange", {"1", "what was timed"}, &ExchangeSample::exchange);
  number(std::int64_t{}, "pass", {"1", "of the calibration: one before each block of cases, one behind the last"},
         &ExchangeSample::pass);
  number(std::int64_t{}, "bytes", {"byte", "size of each message"}, &ExchangeSample::bytes);
  number(std::int64_t{}, "messages", {"1", "messages that the time is of"}, &ExchangeSample::messages);
  number(std::int64_t{}, "time_ns", {"ns", "time of the exchange"}, &ExchangeSample::time_ns);
  number(std::int64_t{}, "waited_ns", {"ns", "pause between sends or before receiving"}, &ExchangeSample::waited_ns);
  write_meanings(group, "exchange", kExchangeNames);
  dimension.list_variables();
}

void write_works(const Handle& group, const std::vector<WorkSample>& works) {
  Dimension dimension(group, "work_sample", works.size());
  const auto number = [&]<class T>(T, const char* name, const hdf5::Legend& legend, auto member) {
    write_column<T>(group, dimension, name, legend, works, [&](const WorkSample& work) { return work.*member; });
  };
  number(std::int8_t{}, "work", {"1", "what rank 0 did"}, &WorkSample::work);
  number(std::int64_t{}, "work_pass", {"1", "of the calibration"}, &WorkSample::pass);
  number(std::int64_t{}, "work_bytes", {"byte", "size of the payload"}, &WorkSample::bytes);
  number(std::int64_t{}, "work_time_ns", {"ns", "time it took, one reading of the clock in it"}, &WorkSample::time_ns);
  write_meanings(group, "work", kLocalWorkNames);
  dimension.list_variables();
}

}  // namespace

void write_loggp(const Handle& file, const LogGp& loggp) {
  hdf5::remove_group(file, "loggp");
  const Handle group = hdf5::make_group(file, "loggp");
  write_levels(group, loggp.levels);
  write_regimes(group, loggp.levels);
  write_samples(group, loggp.levels);
  write_works(group, loggp.works);
}

}  // namespace coordbench
