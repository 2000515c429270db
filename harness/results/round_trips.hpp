#pragma once
// What ping_pong took beside a case: what the case's median is divided by. results/README.md has the definition, which the
// analysis follows too.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/results/table_row.hpp"

namespace coordbench {

/// The median of one ping_pong between two ranks, one at a time, that ended ok.
struct RoundTrip {
  int block = 0;
  bool drift_watch = false;  ///< before or after its block
  std::string transport{}, sync{};
  std::int64_t payload_bytes = 0;
  double p50_ns = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoundTrip, block, drift_watch, transport, sync, payload_bytes, p50_ns)

/// Whether a case with this median is one, if it ended ok.
bool is_round_trip(std::string_view kernel, std::int64_t ranks, std::int64_t in_flight, double p50_ns);

/// A case's median, divided by the round trip at 8 B, and by that at the case's own payload. NaN without a round trip.
struct Ratios {
  double over_8_bytes, over_own_bytes;
};

class RoundTrips {
 public:
  RoundTrips() = default;
  /// Those that an earlier life of the launch has measured, and those among `rows`.
  explicit RoundTrips(std::vector<RoundTrip> known, std::span<const TableRow> rows = {});

  void add(const TableRow& row);
  /// NaN where ranks share cores, because ping_pong is crowded out otherwise than the case is; also of ping_pongs that watch
  /// for drift, and of cases that are not ok.
  [[nodiscard]] Ratios of(const TableRow& row) const;
  /// The ping_pong before the block, over this transport; NaN if there is none.
  [[nodiscard]] double before(int block, std::string_view transport) const;

 private:
  [[nodiscard]] double beside(const TableRow& row, std::int64_t payload_bytes) const;

  std::vector<RoundTrip> all_;
};

}  // namespace coordbench
