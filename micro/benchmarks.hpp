#pragma once
// What each file here adds to the list of benchmarks that Google Benchmark runs. Nothing is added before main() asks.

#include <span>

#include "harness/machine/topology.hpp"
#include "micro/pairs.hpp"

namespace coordbench {

void register_clock();      ///< clock_read, record_sample
void register_outbox();     ///< outbox_send
void register_protocols();  ///< step/…, encode/…, decode/…; generated, one entry for each header of kernels/
void register_raft_log();   ///< raft_log_append/…

// They outlive the run.
void register_line_round_trip(const Topology& topology, std::span<const Pair> pairs);  ///< line_round_trip/…
void register_authentication(const Topology& topology, const CpuSet& here);  ///< seal/…, open/…, sign/…, verify/…, on one PU
void register_copy(const Topology& topology, std::span<const Pair> pairs);  ///< copy/private/…, copy/<distance>/…

}  // namespace coordbench
