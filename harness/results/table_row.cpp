#include "harness/results/table_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "harness/kernel.hpp"
#include "harness/plan/parameters.hpp"

namespace coordbench {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Where a kernel can bear it, authentication is always told, because without it the sender is trusted.
std::string parameters_of(const Case& planned) {
  const Shape& shape = planned.shape;
  std::string text;
  for (std::size_t i = 0; i < shape.parameters.size(); ++i)
    if (const Parameter& parameter = shape.parameters[i]; shape.values[i] != parameter.initial)
      text += fmt::format("{}={} ", parameter.name, value_text(parameter, shape.values[i]));
  if (shape.clients > 0) text += fmt::format("clients={} ", shape.clients);
  for (const std::string& part : loss_texts(shape.loss)) text += part + " ";
  if (!planned.kernel->authentications.empty()) text += fmt::format("authentication={} ", name_of(shape.authentication));
  if (shape.in_flight != 1) text += fmt::format("in_flight={} ", shape.in_flight);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

double per_operation(const CaseResult& result, std::int64_t total) {
  const std::int64_t operations = result.samples.operations;
  return operations == 0 ? kNone : static_cast<double>(total) / static_cast<double>(operations);
}

double applied_share(const CaseResult& result) {
  const Case& planned = *result.planned;
  if (planned.kernel->applications == nullptr) return kNone;
  Shape without_loss = planned.shape;
  without_loss.loss = {};
  return result.applied_per_operation / planned.kernel->applications(without_loss);
}

std::int64_t refused(const CaseResult& result) {
  std::int64_t refused = 0;
  for (const Traffic& traffic : result.traffic) refused += traffic.refused.all();
  return refused;
}

double messages_per_operation(const CaseResult& result) {
  std::int64_t messages = 0;
  for (const Traffic& traffic : result.traffic) messages += traffic.carrying_sent();
  return per_operation(result, messages);
}

/// Those that send only what changed move less than the payload. Of the library's own collectives nobody counts the bytes.
double moved_bytes(const CaseResult& result) {
  const Case& planned = *result.planned;
  if (!is_payload_copied(planned)) return 0;
  const auto payload = static_cast<double>(planned.shape.payload_bytes);
  if (count_rule_of(planned) == CountRule::none) return payload;
  std::int64_t sent = 0;
  for (const Traffic& traffic : result.traffic) sent += traffic.bytes_sent();
  return std::min(payload, per_operation(result, sent));
}

}  // namespace

TableRow row_of(const CaseResult& result) {
  const Case& planned = *result.planned;
  return {.name = planned.name,
          .kernel = std::string(planned.kernel->name),
          .ranks = planned.shape.ranks,
          .clients = planned.shape.clients,
          .payload_bytes = planned.shape.payload_bytes,
          .in_flight = planned.shape.in_flight,
          .parameters = parameters_of(planned),
          .transport = planned.transport,
          .sync = planned.sync,
          .block = planned.block,
          .drift_watch = planned.drift_watch,
          .operations = result.samples.operations,
          .latency = result.latency,
          .operations_per_second = result.operations_per_second,
          .moved_bytes = moved_bytes(result),
          .cpu_ns_per_operation = per_operation(result, result.cpu_ns),
          .count_rule = count_rule_of(planned),
          .messages_per_operation = messages_per_operation(result),
          .expected_messages_per_operation = result.expected_messages_per_operation,
          .expected_messages_most_per_operation = result.expected_messages_most_per_operation,
          .coverage = result.coverage,
          .applied_share = applied_share(result),
          .refused = refused(result),
          .flags = result.flags,
          .verdict = result.verdict,
          .detail = result.detail};
}

}  // namespace coordbench
