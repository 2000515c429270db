#include "harness/results/case_columns.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/kernel.hpp"

namespace coordbench {
namespace {

const Kernel& kernel(const CaseRow& row) { return *row.result.planned->kernel; }
const Shape& shape(const CaseRow& row) { return row.result.planned->shape; }

/// Value of each parameter by name; one with named choices as its choice's name.
std::string parameters(const CaseRow& row) {
  auto json = nlohmann::ordered_json::object();
  for (const Parameter& parameter : shape(row).parameters) {
    const std::int64_t value = shape(row)[parameter.name];
    auto& member = json[std::string(parameter.name)];
    if (parameter.choices.front().empty())
      member = value;
    else
      member = parameter.choices.at(static_cast<std::size_t>(value));
  }
  return json.dump();
}

/// NaN for a case that timed out before its first operation ended.
double per_operation(const CaseRow& row, std::int64_t total) {
  const auto operations = static_cast<double>(row.result.samples.operations);
  return operations > 0 ? static_cast<double>(total) / operations : std::numeric_limits<double>::quiet_NaN();
}

template <class Of>
std::int64_t sum_over_ranks(const CaseRow& row, Of of) {
  std::int64_t sum = 0;
  for (const Traffic& traffic : row.result.traffic) sum += std::invoke(of, traffic);
  return sum;
}

double bytes_over(const CaseRow& row, Reach reach) {
  const auto at = static_cast<std::size_t>(reach);
  return per_operation(row, sum_over_ranks(row, [at](const Traffic& traffic) { return traffic.bytes_by_reach[at]; }));
}

std::int64_t busiest_rank_messages(const CaseRow& row) {
  std::int64_t most = 0;
  for (const Traffic& traffic : row.result.traffic) most = std::max(most, traffic.carrying_sent());
  return most;
}

std::int64_t last_or_minus_one(const std::vector<std::int64_t>& of_marks) { return of_marks.empty() ? -1 : of_marks.back(); }

/// At the last mark; of a collective, which has none and whose delays nobody counts while it runs, in all.
std::int64_t expected_delays(const CaseRow& row) {
  const Kernel& measured = kernel(row);
  if (measured.family == Family::protocol) return last_or_minus_one(row.result.expected_delays);
  return measured.about.count_rule == CountRule::none ? -1 : std::llround(measured.cost(shape(row), {0, 1}).delays[0].least);
}

/// The rank whose end - start is the latency; where operations belong to several, or to all, no rank is the one.
std::int64_t proposer(const CaseRow& row) {
  const Kernel& measured = kernel(row);
  if (measured.family == Family::collective) return measured.about.latency == Latency::proposer ? 0 : -1;
  return measured.proposers != nullptr && measured.proposers(shape(row)) == 1 ? proposer_of(measured, shape(row), 0) : -1;
}

template <std::string_view About::*words>
std::string told(const CaseRow& row) {
  return std::string(kernel(row).about.*words);
}

constexpr const char* kLatency =
    "order statistic over all operations of the latency that latency_definition names; proposer: end - start at the "
    "rank that proposed; makespan: latest end - earliest start; barrier: latest end - latest start";

const CaseColumn<std::string> kTexts[] = {
    {"name", {"", "case, its group below /samples"}, [](const CaseRow& row) { return row.result.planned->name; }},
    {"kernel", {"", "what was measured"}, [](const CaseRow& row) { return std::string(kernel(row).name); }},
    {"family", {"", "collective or protocol"}, [](const CaseRow& row) { return std::string(name_of(kernel(row).family)); }},
    {"group", {"", "what the kernel is for: broadcast, aggregation, ..., native"}, told<&About::group>},
    {"baseline_of", {"", "of group native: the group whose kernels are held against it"}, told<&About::baseline_of>},
    {"survives", {"", "of protocols: the faults through which the promise holds and operations end"}, told<&About::survives>},
    {"blocks", {"", "of protocols: when operations wait for ever"}, told<&About::blocks>},
    {"transport",
     {"", "how messages travelled"},
     [](const CaseRow& row) { return std::string(name_of(row.result.planned->transport)); }},
    {"placement", {"", "policy that pinned the ranks"}, [](const CaseRow& row) { return row.placement; }},
    {"sync",
     {"", "start line of each operation"},
     [](const CaseRow& row) { return std::string(name_of(row.result.planned->sync)); }},
    {"authentication",
     {"", "how messages told who sent them: none, mac or signature"},
     [](const CaseRow& row) { return std::string(name_of(shape(row).authentication)); }},
    {"parameters", {"", "the kernel's parameters, JSON"}, parameters},
    {"latency_definition",
     {"", "which stamps make up a latency: proposer, makespan or barrier"},
     [](const CaseRow& row) { return std::string(name_of(kernel(row).about.latency)); }},
    {"count_rule",
     {"", "how messages are held against the closed form: exact, range, expected or none"},
     [](const CaseRow& row) { return std::string(name_of(count_rule_of(*row.result.planned))); }},
    {"verdict", {"", "ok, or what was wrong"}, [](const CaseRow& row) { return std::string(name_of(row.result.verdict)); }},
    {"stop_reason",
     {"", "why no more operations ran"},
     [](const CaseRow& row) { return std::string(name_of(row.result.stop_reason)); }},
    {"detail",
     {"", "of a verdict other than ok: what a rank waited for or got wrong"},
     [](const CaseRow& row) { return row.result.detail; }},
};

const CaseColumn<std::int64_t> kIntegers[] = {
    {"level",
     {"1", "rung of the coordination ladder, 0 to 6"},
     [](const CaseRow& row) { return std::int64_t{kernel(row).about.level}; }},
    {"ranks", {"1", "ranks that took part, clients apart"}, [](const CaseRow& row) { return std::int64_t{shape(row).ranks}; }},
    {"clients", {"1", "ranks that only propose"}, [](const CaseRow& row) { return std::int64_t{shape(row).clients}; }},
    {"nodes",
     {"1", "nodes that the ranks sat on, 0 where ranks of a node are not neighbours or not as many on each"},
     [](const CaseRow& row) {
       const int block = shape(row).ranks_per_node;
       return block == 0 ? 0 : std::int64_t{(shape(row).ranks + block - 1) / block};
     }},
    {"payload_bytes",
     {"byte", "the user's bytes of one operation"},
     [](const CaseRow& row) { return shape(row).payload_bytes; }},
    {"in_flight",
     {"1", "operations that may be under way at once"},
     [](const CaseRow& row) { return std::int64_t{shape(row).in_flight}; }},
    {"operations", {"1", "operations measured"}, [](const CaseRow& row) { return row.result.samples.operations; }},
    {"block",
     {"1", "cases between the same two ping_pong cases that watch for drift"},
     [](const CaseRow& row) { return std::int64_t{row.result.planned->block}; }},
    {"drift_watch",
     {"1", "1 for a ping_pong before or after a block"},
     [](const CaseRow& row) { return std::int64_t{row.result.planned->drift_watch}; }},
    {"proposers",
     {"1", "ranks that are asked, 0 where operations begin at every rank"},
     [](const CaseRow& row) { return std::int64_t{kernel(row).proposers ? kernel(row).proposers(shape(row)) : 0}; }},
    {"proposer", {"1", "the one rank whose operations these are, -1 if there are several, or all take part alike"}, proposer},
    {"payload_copied",
     {"1",
      "1 if payloads came into the memory of other ranks, so that payload over time is a bandwidth; 0: there was none, "
      "there is no other rank, or the others read it where its proposer had written it"},
     [](const CaseRow& row) { return std::int64_t{is_payload_copied(*row.result.planned)}; }},
    {"involuntary_switches",
     {"1", "times that ranks lost their cores to others while the case ran, all ranks"},
     [](const CaseRow& row) { return row.result.involuntary_switches; }},
    {"background_messages",
     {"1", "messages of all ranks that carried no operation"},
     [](const CaseRow& row) {
       return sum_over_ranks(row, [](const Traffic& traffic) { return traffic.background_messages; });
     }},
    {"control_messages",
     {"1", "messages of the harness itself"},
     [](const CaseRow& row) { return row.result.control_messages; }},
    {"messages_lost",
     {"1", "messages of all ranks that --loss has lost"},
     [](const CaseRow& row) { return sum_over_ranks(row, [](const Traffic& traffic) { return traffic.messages_lost; }); }},
    {"messages_doubled",
     {"1", "messages of all ranks that --loss has let arrive twice"},
     [](const CaseRow& row) { return sum_over_ranks(row, [](const Traffic& traffic) { return traffic.messages_doubled; }); }},
    {"refused_forged",
     {"1", "messages of all ranks that were dropped because their MAC or signature was not the sender's"},
     [](const CaseRow& row) { return sum_over_ranks(row, [](const Traffic& traffic) { return traffic.refused.forged; }); }},
    {"refused_replayed",
     {"1", "messages of all ranks that were dropped because their number had come before, or was too old to know"},
     [](const CaseRow& row) { return sum_over_ranks(row, [](const Traffic& traffic) { return traffic.refused.replayed; }); }},
    {"refused_truncated",
     {"1", "messages of all ranks that were dropped because they ended before a MAC or signature"},
     [](const CaseRow& row) { return sum_over_ranks(row, [](const Traffic& traffic) { return traffic.refused.truncated; }); }},
    {"premature_resends",
     {"1", "messages sent again although the first copy had arrived and its acknowledgement was only late"},
     [](const CaseRow& row) { return row.result.premature_resends; }},
    {"loss_delay_ns",
     {"ns", "a message is held back for a random time below this"},
     [](const CaseRow& row) { return shape(row).loss.delay_ns; }},
    {"delays",
     {"1", "messages on the longest causal chain to the end, -1 for collectives"},
     [](const CaseRow& row) { return last_or_minus_one(row.result.delays); }},
    {"expected_delays",
     {"1", "the closed form of delays, the least where timing decides, -1 where they are random or the library's own"},
     [](const CaseRow& row) { return expected_delays(row); }},
    {"expected_delays_most",
     {"1", "the closed form of delays, the most where timing decides"},
     [](const CaseRow& row) {
       return kernel(row).family == Family::protocol ? last_or_minus_one(row.result.expected_delays_most)
                                                     : expected_delays(row);
     }},
};

const CaseColumn<double> kReals[] = {
    {"latency_p50_ns", {"ns", "median latency", kLatency}, [](const CaseRow& row) { return row.result.latency.p50; }},
    {"latency_p50_low_ns",
     {"ns", "lower end of the 95 % interval of the median within this launch, by the medians of 20 batches", kLatency},
     [](const CaseRow& row) { return row.result.latency.p50_low; }},
    {"latency_p50_high_ns",
     {"ns", "upper end of the 95 % interval of the median within this launch, by the medians of 20 batches", kLatency},
     [](const CaseRow& row) { return row.result.latency.p50_high; }},
    {"latency_p90_ns",
     {"ns", "90th percentile of the latency", kLatency},
     [](const CaseRow& row) { return row.result.latency.p90; }},
    {"latency_p99_ns",
     {"ns", "99th percentile of the latency", kLatency},
     [](const CaseRow& row) { return row.result.latency.p99; }},
    {"latency_max_ns", {"ns", "largest latency", kLatency}, [](const CaseRow& row) { return row.result.latency.max; }},
    {"operations_per_second",
     {"s-1", "operations over the time in which they ran"},
     [](const CaseRow& row) { return row.result.operations_per_second; }},
    {"messages_per_operation",
     {"1", "messages of all ranks that carried operations, per operation"},
     [](const CaseRow& row) { return per_operation(row, sum_over_ranks(row, &Traffic::carrying_sent)); }},
    {"expected_messages_per_operation",
     {"1", "the closed form of messages_per_operation"},
     [](const CaseRow& row) { return row.result.expected_messages_per_operation; }},
    {"expected_messages_most_per_operation",
     {"1", "the same; above it only where timing decides between two closed forms"},
     [](const CaseRow& row) { return row.result.expected_messages_most_per_operation; }},
    {"coverage",
     {"1", "share of the marks that came, of those due at all ranks; NaN for collectives"},
     [](const CaseRow& row) { return row.result.coverage; }},
    {"stale_share",
     {"1", "share of the reads that returned an older value than the newest that was written when they began; NaN: no reads"},
     [](const CaseRow& row) { return row.result.stale_share; }},
    {"expected_stale_share",
     {"1", "the closed form of stale_share; NaN where there is none"},
     [](const CaseRow& row) { return row.result.expected_stale_share; }},
    {"loss", {"1", "probability that a message is lost"}, [](const CaseRow& row) { return shape(row).loss.lost; }},
    {"duplicate",
     {"1", "probability that a message that is not lost arrives twice"},
     [](const CaseRow& row) { return shape(row).loss.doubled; }},
    {"applied_per_operation",
     {"1", "how often all ranks together have applied an operation; NaN where the kernel does not count"},
     [](const CaseRow& row) { return row.result.applied_per_operation; }},
    {"expected_applied_per_operation",
     {"1", "the closed form of applied_per_operation"},
     [](const CaseRow& row) { return row.result.expected_applied_per_operation; }},
    {"messages_between_nodes_per_operation",
     {"1", "messages of all ranks that carried operations to another node, per operation"},
     [](const CaseRow& row) {
       return per_operation(row, sum_over_ranks(row, [](const Traffic& traffic) { return traffic.messages_between_nodes; }));
     }},
    {"expected_messages_between_nodes_per_operation",
     {"1", "the closed form of messages_between_nodes_per_operation, NaN where the kernel has none"},
     [](const CaseRow& row) { return row.result.expected_messages_between_nodes_per_operation; }},
    {"bytes_per_operation",
     {"byte", "headers and payloads sent by all ranks, per operation"},
     [](const CaseRow& row) {
       return per_operation(row, sum_over_ranks(row, [](const Traffic& traffic) { return traffic.bytes_sent(); }));
     }},
    {"bytes_within_cache_per_operation",
     {"byte", "of bytes_per_operation, those between ranks that share a cache"},
     [](const CaseRow& row) { return bytes_over(row, Reach::cache); }},
    {"bytes_within_node_per_operation",
     {"byte", "of bytes_per_operation, those between other ranks of a node"},
     [](const CaseRow& row) { return bytes_over(row, Reach::node); }},
    {"bytes_within_zone_per_operation",
     {"byte", "of bytes_per_operation, those between nodes of a zone, or of a machine room in which zones are not known"},
     [](const CaseRow& row) { return bytes_over(row, Reach::zone); }},
    {"bytes_within_region_per_operation",
     {"byte", "of bytes_per_operation, those between zones of a region"},
     [](const CaseRow& row) { return bytes_over(row, Reach::region); }},
    {"bytes_between_regions_per_operation",
     {"byte", "of bytes_per_operation, those between regions"},
     [](const CaseRow& row) { return bytes_over(row, Reach::world); }},
    {"busiest_rank_messages_per_operation",
     {"1", "most messages that carried operations sent by one rank, per operation"},
     [](const CaseRow& row) { return per_operation(row, busiest_rank_messages(row)); }},
    {"cpu_ns_per_operation",
     {"ns",
      "processor time of all ranks over the whole case, per operation; with all the time in which they spin while they "
      "wait for messages and at the start line, and that of the harness's checks"},
     [](const CaseRow& row) { return per_operation(row, row.result.cpu_ns); }},
};

const CaseColumn<std::uint32_t> kFlags[] = {
    {"flags", {"1", "what may have spoilt the case"}, [](const CaseRow& row) { return row.result.flags; }},
};
}  // namespace

template <>
std::span<const CaseColumn<std::string>> case_columns() {
  return kTexts;
}
template <>
std::span<const CaseColumn<std::int64_t>> case_columns() {
  return kIntegers;
}
template <>
std::span<const CaseColumn<double>> case_columns() {
  return kReals;
}
template <>
std::span<const CaseColumn<std::uint32_t>> case_columns() {
  return kFlags;
}

}  // namespace coordbench
