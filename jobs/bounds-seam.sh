# Rows of results/BOUNDS.md on the seam between protocols and harness; sourced by jobs/bounds, whose $scratch and launches it uses.
# shellcheck shell=bash

# Lines of code, neither blank nor comment, of the files named; of standard input without any.
lines_of_code() { cat "$@" | grep -cvE '^[[:space:]]*(//.*)?$'; }

row_seam_a() {
  local header=kernels/two_phase_commit.hpp
  # From the class's first line to the first of constructor, propose and step.
  echo "declaration: $(sed -n '/^class TwoPhaseCommit/,/^  \(explicit \)\?TwoPhaseCommit(\|^  void propose(\|^  void step(/p' "$header" | sed '$d' | lines_of_code) lines"
  echo "family: $(lines_of_code "$header" kernels/commit/*.hpp) lines"
}
row_seam_b() { /usr/bin/python3 -m pytest -q -s tests/kernels/test_mistakes.py; }
row_seam_c() {
  build build coordbench-broken
  local protocols=@replication,@commitment,@register,@order,@avoidance
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/c" --kernels "$protocols" --ranks all --bytes 8 --operations 20 --in-flight 1,4 \
    --set quorum_register.proposers=0,1,2 --set sequencer.senders=0,1,2 --set g_counter.proposers=0,1,2 --total-budget 20min 2>&1 | tail -2
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/c" --kernels @replication,@register --ranks 1,2,3,4,5,6 --clients 1,2 --bytes 8 \
    --operations 20 --in-flight 1,4 --total-budget 20min 2>&1 | tail -2
  for transport in mpi shared-memory; do
    mpirun -n 2 build/coordbench run --out "$scratch/c" --kernels g_counter --ranks 2 --transport "$transport" --operations 100000 --in-flight 8 --sync none | tail -2
    mpirun -n 2 build/coordbench-broken run --out "$scratch/c" --kernels unpaid_messages --ranks 2 --bytes 8 --transport "$transport" --operations 100000 \
      --sync none | tail -2
  done
  build/unit-tests --gtest_filter='*Cost*' --gtest_brief=1
}
row_seam_d() {
  build/unit-tests --gtest_filter='*SurvivesTenThousandSchedules*' --gtest_brief=1
  /usr/bin/python3 -m pytest -q tests/safety/test_mutants.py -k 'quorum_register or sequencer or g_counter'
}
row_seam_e() {
  build build coordbench-smpi
  COORDBENCH_BUILD=build jobs/simulate --ranks 3,5,7 --platform wide_area --out "$scratch/e" --kernels raft_replication --operations 1 \
    --set raft_replication.leader=elected --set raft_replication.pre_vote=off --set raft_replication.election_timeout_us=1000000,2000000 >/dev/null
  COORDBENCH_BUILD=build jobs/simulate --ranks 2,3,4 --platform wide_area --out "$scratch/e" --kernels two_phase_commit,raft_replication --operations 1 >/dev/null
  /usr/bin/python3 - "$scratch"/e/launch-001.h5 "$scratch"/e/launch-002.h5 <<'PYTHON'
import json
import sys

import h5py

cases, seated = (h5py.File(path) for path in sys.argv[1:3])
# Seated, Raft commits a round trip to a majority after it was asked.
trips = {ranks: p50 for name, ranks, p50 in zip(*(seated["cases"][c][:] for c in ("kernel", "ranks", "latency_p50_ns"))) if b"raft" in name}
for kernel, ranks, name, text in zip(*(cases["cases"][c][:] for c in ("kernel", "ranks", "name", "parameters"))):
    if kernel != b"raft_replication":
        continue
    group = cases["samples"][name.decode()]
    took = group["mark_ns"][0, 0].max() - group["start_ns"][0].max()
    timeout = 1000 * json.loads(text)["election_timeout_us"]
    trip = trips.get(ranks, trips[max(trips)])
    print("N = %d, time-out %.0f s: %.4f of it and two round trips of %.1f ms" % (ranks, timeout / 1e9, took / (timeout + 2 * trip), trip / 1e6))
PYTHON
  local without=() with=() timeout began
  for ((i = 0; i < 5; ++i)); do
    for timeout in 0 60000000; do  # the same messages, waited for without and with a deadline
      began=$EPOCHREALTIME
      COORDBENCH_BUILD=build jobs/simulate --ranks 64 --platform one_switch --out "$scratch/e64" --kernels raft_replication --operations 500 \
        --set raft_replication.election_timeout_us=$timeout >/dev/null
      if [[ $timeout -eq 0 ]]; then without+=("$(bc <<<"$EPOCHREALTIME - $began")"); else with+=("$(bc <<<"$EPOCHREALTIME - $began")"); fi
    done
  done
  # A rank waits before each message that it receives: 63 appends and 63 answers an operation.
  /usr/bin/python3 -c '
import sys
half = len(sys.argv) // 2
without, with_deadline = ([float(text) for text in texts] for texts in (sys.argv[1 : half + 1], sys.argv[half + 1 :]))
differences = sorted((after - before) / (500 * 126) * 1e6 for before, after in zip(without, with_deadline))
print("host time of a wait with a deadline, 64 ranks: %.1f us more than without (five pairs: %.1f to %.1f); a wait without: at most %.1f us" % (
    differences[len(differences) // 2], differences[0], differences[-1], sorted(without)[len(without) // 2] / (500 * 126) * 1e6))' "${without[@]}" "${with[@]}"
}
row_seam_f() {  # against the commit before the seam's second edition
  local before=$scratch/before kernels=ping_pong,two_phase_commit,raft_replication
  git worktree add --quiet --detach "$before" 383e342
  (cd "$before" && build build coordbench)
  for ((i = 0; i < 6; ++i)); do
    for program in "$before/build" build; do
      local folder=$scratch/f-$([[ $program == build ]] && echo after || echo before)
      mpirun -n 2 "$program/coordbench" run --kernels $kernels --ranks 2 --bytes 8 --transport mpi,shared-memory --operations 4000 --out "$folder" >/dev/null
      mpirun -n 2 "$program/coordbench" run --kernels raft_replication --ranks 2 --bytes 8 --transport mpi,shared-memory --operations 200000 \
        --in-flight 256 --set raft_replication.batch=1,256 --out "$folder-rates" >/dev/null
    done
  done
  git worktree remove --force "$before"
  for transport in mpi shared-memory; do
    for kernel in two_phase_commit raft_replication; do
      for when in before after; do
        echo "$when: $(analyse ratio "$scratch/f-$when" "$kernel/n2/b8/$transport/round-time" "ping_pong/n2/b8/$transport/round-time")"
      done
    done
    for batch in '' /batch=256; do
      echo "appends per second, after ÷ before: $(rate_ratio "raft_replication/n2/b8/$transport/none$batch/in_flight=256")"
    done
  done
  /usr/bin/python3 -m pytest -q tests/end_to_end/test_hot_loop.py
}
rate_ratio() {  # rate_ratio CASE: medians over launches
  /usr/bin/python3 -c '
import statistics, sys
from analysis.load import load
rates = [statistics.median(cases[cases.name == sys.argv[1]].operations_per_second) for cases in (load(folder).timed for folder in sys.argv[2:])]
print("%.2f (%.2f and %.2f million) %s" % (rates[1] / rates[0], rates[1] / 1e6, rates[0] / 1e6, sys.argv[1]))' "$1" "$scratch/f-before-rates" "$scratch/f-after-rates"
}
row_seam_g() {
  launches 6 g --kernels ping_pong,sequencer,quorum_register --ranks 2 --bytes 8 --transport shared-memory --operations 4000 \
    --set sequencer.senders=1 --set quorum_register.proposers=1 --set quorum_register.reads=0
  analyse ratio "$scratch/g" sequencer/n2/b8/shared-memory/round-time/senders=1 ping_pong/n2/b8/shared-memory/round-time
  analyse ratio "$scratch/g" quorum_register/n2/b8/shared-memory/round-time/reads=0/proposers=1 ping_pong/n2/b8/shared-memory/round-time
}
row_seam_h() { cost_to_compile quorum_register sequencer g_counter; }
row_seam_i() {
  /usr/bin/python3 -m pytest -q tests/analysis -k published
  time jobs/test
}
