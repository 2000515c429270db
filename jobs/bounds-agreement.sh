# Rows of results/BOUNDS.md on chains, two consensus protocols, reads and the ways to commit; sourced by jobs/bounds, whose $scratch
# and launches it uses, behind jobs/bounds-ladder.sh.
# shellcheck shell=bash

agreement_kernels=(chain_replication multi_paxos raft_replication linear_two_phase_commit decentralised_two_phase_commit three_phase_commit
  paxos_commit)
agreement() { built "${agreement_kernels[@]}"; }

row_agreement_a() {
  local kernels settings=(--ranks all --bytes 8 --operations 20 --total-budget 20min)
  kernels=$(agreement)
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/agreement-a" --kernels "$kernels" "${settings[@]}" --in-flight 1,4 \
    --set '*.proposers=0,1,2' 2>&1 | tail -2
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/agreement-a" --kernels "$kernels" "${settings[@]}" --clients 0,1,2 \
    --set raft_replication.read=log,index,lease --set raft_replication.reads=50 --set chain_replication.read_from=tail,any_clean \
    --set multi_paxos.q2=0,2 --set '*.thrifty=off,on' --set '*.no_votes=0,1' --set three_phase_commit.final_acknowledgement=0,1 \
    --set paxos_commit.faults=0,1,2 2>&1 | tail -2
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/agreement-a" --kernels raft_replication --ranks 1,2,3,6 --bytes 8 --operations 20 \
    --in-flight 1,7 --clients 0,2 --set '*.reads=30,100' --set '*.read=log,index,lease' --set '*.commit_broadcast=piggybacked,eager' --set '*.thrifty=off,on' 2>&1 | tail -2
  build/unit-tests --gtest_filter='*Cost*' --gtest_brief=1
}
row_agreement_b() { soak_a_million ${AGREEMENT_SOAK:-$(agreement | tr , ' ')}; }
row_agreement_c() {
  mutants_of $(agreement | tr , ' ')
  build/unit-tests --gtest_filter='*Find*' --gtest_brief=1
}
row_agreement_d() {  # other schedules than those of row b; each run's history has to be linearizable
  SEED=1000000001 jobs/soak 100000 chain_replication multi_paxos raft_replication
}
# One launch holds both kernels in turns: ratios within each launch, medians over launches.
row_agreement_e() {
  local both=(--kernels multi_paxos,raft_replication --ranks 2 --bytes 8 --transport mpi,shared-memory)
  launches 6 agreement-e "${both[@]}" --operations 4000
  launches 6 agreement-e-rates "${both[@]}" --operations 200000 --in-flight 256 --sync none --set '*.batch=1,256'
  /usr/bin/python3 - "$scratch/agreement-e" "$scratch/agreement-e-rates" <<'PYTHON'
import sys

from analysis.load import load
from analysis.statistics import median_interval


def print_ratios(what, cases, column):
    cases = cases.assign(case=cases.name.str.partition("/")[2])
    values = cases.set_index(["file", "case", "kernel"])[column].unstack()
    for case, ratio in (values.multi_paxos / values.raft_replication).dropna().groupby("case"):
        print("%s, multi_paxos / raft_replication, %s: %.2f [%.2f, %.2f]" % (what, case, ratio.median(), *median_interval(ratio.to_numpy())))


print_ratios("latency", load(sys.argv[1]).timed, "p50_ns")
print_ratios("appends a second", load(sys.argv[2]).timed, "operations_per_second")
PYTHON
}
row_agreement_f() {
  cost_to_compile ${AGREEMENT_COMPILE:-$(agreement | tr , ' ')}
  time jobs/test
}
