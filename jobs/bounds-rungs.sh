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
    --set leader_election.pre_vote=0,1 --set quorum_register.read_quorum=0,1 --set quorum_register.write_quorum=0,1 2>&1 | tail -2
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
cases = h5py.File(sys.argv[1])["cases"]
rows = [i for i, kernel in enumerate(cases["kernel"][:]) if kernel == b"sequencer"]
one, four = sorted(rows, key=lambda i: cases["parameters"][i])
of = lambda name, i: float(cases[name][i])
rate = of("operations_per_second", four) / of("operations_per_second", one)
sends = of("busiest_rank_messages_per_operation", one) / of("busiest_rank_messages_per_operation", four)
print("rate %.2f, sends of the busiest rank %.2f: %.2f" % (rate, sends, rate / sends))' "$scratch/rungs-f-16/launch-001.h5"
}
row_rungs_g() {
  build build coordbench-smpi
  COORDBENCH_BUILD=build jobs/simulate --ranks 12,24,48,96 --platform wide_area --bytes 8 --operations 10 --seed 1 --out "$scratch/rungs-g" \
    --kernels "$(rungs)" | tail -3
  analyse report "$scratch/rungs-g" >/dev/null && sed -n '/^| level/,/^$/p' "$scratch/rungs-g/table.md"
}
row_rungs_h() {
  lines_of_headers $(rungs | tr , ' ')
  cost_to_compile ${RUNGS_COMPILE:-$(rungs | tr , ' ')}
}
row_rungs_i() { row_gossip_f; }
