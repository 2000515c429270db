# Rows of results/BOUNDS.md on elections, order, copies, quorums, caches and anti-patterns; sourced by jobs/bounds, whose $scratch
# and launches it uses, behind jobs/bounds-ladder.sh.
# shellcheck shell=bash

rung_kernels=(leader_election bully_election ring_election sequencer primary_backup quorum_register regional_cache chatty_protocol
  paranoid_sync sequential_polling clock_sync_star clock_sync_pairs two_phase_commit)
rungs() { built "${rung_kernels[@]}"; }

row_rungs_a() {
  local kernels settings=(--ranks all --bytes 8 --operations 20 --total-budget 20min)
  kernels=$(rungs)
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/rungs-a" --kernels "$kernels" "${settings[@]}" --in-flight 1,4 \
    --set '*.proposers=0,1,2' --set sequencer.senders=0,1,2 2>&1 | tail -2
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/rungs-a" --kernels "$kernels" "${settings[@]}" \
    --set sequencer.variant=unicast_broadcast,broadcast_broadcast,unicast_unicast_broadcast --set sequencer.shards=1,2 \
    --set two_phase_commit.order=parallel,serial --set two_phase_commit.variant=presumed_nothing,presumed_abort,presumed_commit \
    --set ring_election.order=ascending,descending,random --set primary_backup.acknowledge=all,one,none --set chatty_protocol.handshake=2,8 --set chatty_protocol.batch=1,5,64 \
    --set leader_election.pre_vote=off,on --set quorum_register.read_quorum=0,1 --set quorum_register.write_quorum=0,1 2>&1 | tail -2
  build/unit-tests --gtest_filter='*Cost*' --gtest_brief=1
}
row_rungs_b() { soak_a_million ${RUNGS_SOAK:-$(rungs | tr , ' ')}; }
row_rungs_c() {
  mutants_of $(rungs | tr , ' ')
  build/unit-tests --gtest_filter='*Find*' --gtest_brief=1
}
row_rungs_d() { build/unit-tests --gtest_filter='*Expect*:*Share*:*Mean*' --gtest_brief=1; }
row_rungs_e() {
  launches 6 rungs-e --kernels ping_pong,sequencer,quorum_register,primary_backup --ranks 2 --bytes 8 --transport shared-memory --operations 4000 \
    --set sequencer.senders=1 --set quorum_register.proposers=1 --set quorum_register.reads=0 --set primary_backup.reads=0
  /usr/bin/python3 -c '
import sys
from analysis.load import load
from analysis.statistics import median_interval
campaign = load(sys.argv[1])
cases = campaign.timed.set_index(["kernel", "file"])
clock_ns = campaign.launches.timer_overhead_ns
trip = cases.p50_ns["ping_pong"] - clock_ns
for kernel in ("sequencer", "quorum_register", "primary_backup"):
    ratio = (cases.p50_ns[kernel] - clock_ns) / trip
    print("%s / round trip: %.2f [%.2f, %.2f]" % (kernel, ratio.median(), *median_interval(ratio.dropna().to_numpy())))' "$scratch/rungs-e"
}
# The calibration measures what a message costs on this machine; 16 simulated ranks pay that, and the network is not the bottleneck.
row_rungs_f() {
  build build coordbench coordbench-smpi
  mpirun -n 2 build/coordbench calibrate --out "$scratch/rungs-f" >/dev/null
  COORDBENCH_BUILD=build jobs/simulate --ranks 16 --calibration "$scratch/rungs-f/launch-001.h5" --out "$scratch/rungs-f-16" --kernels sequencer \
    --bytes 8 --in-flight 16 --sync none --operations 4000 --set sequencer.shards=1,4 >/dev/null
  /usr/bin/python3 -c '
import h5py, sys
file = h5py.File(sys.argv[1])
cases = file["cases"]
rows = [i for i, kernel in enumerate(cases["kernel"][:]) if kernel == b"sequencer"]
one, four = sorted(rows, key=lambda i: cases["parameters"][i])
samples = lambda i: file["samples"][cases["name"][i].decode()]
sent = lambda i: samples(i)["messages_sent"][:]
handled = lambda i: sent(i) + samples(i)["messages_received"][:]
rate = float(cases["operations_per_second"][four]) / float(cases["operations_per_second"][one])
for what, counted in (("sends", sent), ("sends and receives", handled)):
    fewer = counted(one).max() / counted(four).max()
    print("rate %.2f, %s of the busiest rank %.2f: %.2f" % (rate, what, fewer, rate / fewer))' "$scratch/rungs-f-16/launch-001.h5"
}
# The campaign results/wide-area, RUNGS_OUT=DIR keeps it: gossip on receipt and by timers, then every other rung of the ladder.
row_rungs_g() {
  build build coordbench-smpi
  local out=${RUNGS_OUT:-$scratch/rungs-g} receipt=() timers=() kernel
  for kernel in push_gossip pull_gossip push_pull_gossip; do
    receipt+=(--set "$kernel.pace=receipt" --set "$kernel.fanout=1,6")
    timers+=(--set "$kernel.period_us=50000,200000,1000000")
  done
  over_a_wide_area --ranks 12,24,48,96 --operations 10 "${receipt[@]}" \
    --kernels '@gossip,!anti_entropy,flat_broadcast,binomial_broadcast,flat_aggregation,dissemination_barrier,acknowledged_broadcast'
  over_a_wide_area --ranks 12,96 --operations 6 "${timers[@]}" --kernels '@gossip,!anti_entropy'
  over_a_wide_area --ranks 12,24,48,96 --operations 10 --set '*.proposers=2' --kernels '@avoidance,@delivery,anti_entropy'
  over_a_wide_area --ranks 12,24,48,96 --operations 10 --set paranoid_sync.period_us=1000000 \
    --kernels '@order,@register,@replication,@cache,@election,@commitment,@anti-pattern,!ring_election,!clock_sync_*,!accidental_n2'
  # Each of their N² messages waits for the one before it, often for a way between regions.
  over_a_wide_area --ranks 12,24 --operations 2 --set '*.probes=2' --kernels 'clock_sync_*,ring_election'
  analyse report "$out" >/dev/null && sed -n '/^| level/,/^$/p' "$out/table.md"
}
over_a_wide_area() { COORDBENCH_BUILD=build jobs/simulate --platform wide_area --bytes 8 --seed 1 --out "$out" "$@" | tail -2; }
row_rungs_h() {
  lines_of_headers $(rungs | tr , ' ')
  cost_to_compile ${RUNGS_COMPILE:-$(rungs | tr , ' ')}
}
row_rungs_i() { row_gossip_f; }
