#include "harness/results/round_trips.hpp"

#include <cmath>
#include <limits>

namespace coordbench {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSmallBytes = 8;  ///< the payload of the ping_pongs around each block

/// NaN without any.
struct Mean {
  void add(double value) { sum += value, ++count; }
  [[nodiscard]] double value() const { return count == 0 ? kNone : sum / static_cast<double>(count); }
  double sum = 0;
  std::int64_t count = 0;
};

}  // namespace

bool is_round_trip(std::string_view kernel, std::int64_t ranks, std::int64_t in_flight, double p50_ns) {
  return kernel == "ping_pong" && ranks == 2 && in_flight == 1 && std::isfinite(p50_ns) && p50_ns > 0;
}

RoundTrips::RoundTrips(std::vector<RoundTrip> known, std::span<const TableRow> rows) : all_(std::move(known)) {
  for (const TableRow& row : rows) add(row);
}

void RoundTrips::add(const TableRow& row) {
  if (row.verdict != Verdict::ok || !is_round_trip(row.kernel, row.ranks, row.in_flight, row.latency.p50)) return;
  all_.push_back({.block = row.block,
                  .drift_watch = row.drift_watch,
                  .transport = std::string(name_of(row.transport)),
                  .sync = std::string(name_of(row.sync)),
                  .payload_bytes = row.payload_bytes,
                  .p50_ns = row.latency.p50});
}

Ratios RoundTrips::of(const TableRow& row) const {
  if (row.drift_watch || row.verdict != Verdict::ok || (row.flags & bit(Flag::oversubscribed)) != 0) return {kNone, kNone};
  const bool differs = row.payload_bytes != 0 && row.payload_bytes != kSmallBytes;
  return {.over_8_bytes = row.latency.p50 / beside(row, kSmallBytes),
          .over_own_bytes = differs ? row.latency.p50 / beside(row, row.payload_bytes) : kNone};
}

double RoundTrips::before(int block, std::string_view transport) const {
  for (const RoundTrip& trip : all_)
    if (trip.drift_watch && trip.block == block && trip.transport == transport) return trip.p50_ns;
  return kNone;
}

/// Those around the row's block ran closest in time. Without them, those of other blocks.
double RoundTrips::beside(const TableRow& row, std::int64_t payload_bytes) const {
  Mean around, elsewhere;
  for (const RoundTrip& trip : all_) {
    if (trip.transport != name_of(row.transport) || trip.sync != name_of(row.sync)) continue;
    if (trip.payload_bytes != payload_bytes) continue;
    if (!trip.drift_watch)
      elsewhere.add(trip.p50_ns);
    else if (trip.block == row.block)
      around.add(trip.p50_ns);
  }
  return around.count > 0 ? around.value() : elsewhere.value();
}

}  // namespace coordbench
