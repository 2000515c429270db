# Rows of results/BOUNDS.md on Byzantine agreement and on what it costs not to trust the sender; sourced by jobs/bounds, whose
# $scratch and launches it uses, behind jobs/bounds-agreement.sh.
# shellcheck shell=bash

byzantine_kernels=(pbft hotstuff)
byzantine() { built "${byzantine_kernels[@]}"; }

row_byzantine_a() {
  local settings=(--kernels "$(byzantine)" --bytes 8 --operations 20 --total-budget 20min --authentication none,mac,signature)
  mpirun --oversubscribe -n 7 build/coordbench run --out "$scratch/byzantine-a" --ranks 4,7 --in-flight 1,4 "${settings[@]}" \
    --set pbft.tentative=off,on --set hotstuff.mode=basic,chained 2>&1 | tail -2
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/byzantine-a" --ranks 4,7 --clients 1 "${settings[@]}" \
    --set pbft.tentative=off,on --set hotstuff.mode=basic,chained 2>&1 | tail -2
  build/unit-tests --gtest_filter='Pbft*Cost*:Hotstuff*Cost*' --gtest_brief=1  # N = 4, 7, 10, 13, 16
}
row_byzantine_b() { soak_a_million ${BYZANTINE_SOAK:-$(byzantine | tr , ' ')}; }
row_byzantine_c() {
  mutants_of $(byzantine | tr , ' ')
  build/unit-tests --gtest_filter='*Traitor*' --gtest_brief=1
}
row_byzantine_d() {  # other schedules than those of row b; each run's history has to be linearizable
  SEED=1000000001 jobs/soak 100000 $(byzantine | tr , ' ')
}
# On one switch of SimGrid. One delay is what the only message of a fire_and_forget takes; a kernel pays besides for sending to one rank
# after the other.
row_byzantine_e() {
  build build coordbench-smpi
  COORDBENCH_BUILD=build jobs/simulate --ranks 4 --platform one_switch --out "$scratch/byzantine-e" --kernels fire_and_forget,pbft,hotstuff >/dev/null
  /usr/bin/python3 - "$scratch/byzantine-e" <<'PYTHON'
import sys

from analysis.load import load
from analysis.marks import mark_medians

times = mark_medians(load(sys.argv[1])).set_index(["kernel", "mark"]).p50_ns
delay = times["fire_and_forget", "delivered"]
for kernel, mark, delays in (("pbft", "committed", 3), ("hotstuff", "executed", 7)):
    print("%s, %s: %.0f ns, / %d delays of %.0f ns: %.2f" % (kernel, mark, times[kernel, mark], delays, delay, times[kernel, mark] / delays / delay))
PYTHON
}

# Ours and libsodium alone, on the same bytes, in one run of coordbench-micro, on one PU; of six runs the median of ratios.
row_byzantine_f() {
  local run
  for run in 1 2 3 4 5 6; do
    build/coordbench-micro --benchmark_filter='^(seal|open|sign|verify)/' --benchmark_min_time=0.1 --benchmark_out="$scratch/byzantine-f-$run.json" \
      >/dev/null 2>&1
  done
  /usr/bin/python3 - "$scratch"/byzantine-f-?.json <<'PYTHON'
import json
import sys
from collections import defaultdict

import numpy as np

from analysis.statistics import median_interval

ratios, times = defaultdict(list), defaultdict(list)
for path in sys.argv[1:]:
    with open(path) as file:
        took = {run["name"]: run["real_time"] for run in json.load(file)["benchmarks"]}
    for name in took:
        what, whose, size = name.split("/")
        if whose == "ours":
            ratios[what, size].append(took[name] / took[f"{what}/bare/{size}"])
            times[what, size].append(took[name])
for (what, size), each in ratios.items():
    low, high = median_interval(np.array(each))
    print("%s, %s B: %.0f ns, ours / libsodium alone %.3f [%.3f, %.3f]" % (what, size, np.median(times[what, size]), np.median(each), low, high))
print("worst: %.3f" % max(np.median(each) for each in ratios.values()))
PYTHON
}
row_byzantine_g() { build/unit-tests --gtest_filter='PbftViews.*TimeOf*:PbftViews.*TimeOuts*'; }
# Messages and delays are counted. The latency is simulated: each rank pays what messages and authentication cost on this machine. The CPU
# time is that of all ranks: coordbench-micro's time of a step, as often as there are inputs, and of sealing and checking.
row_byzantine_h() {
  build build coordbench-smpi coordbench-micro
  build/coordbench-micro --benchmark_filter='^(step/(pbft|fire_and_forget)|(seal|open|sign|verify)/ours/8)/' --benchmark_min_time=0.2 \
    --benchmark_out="$scratch/byzantine-h.json" >/dev/null 2>&1
  mpirun -n 2 build/coordbench calibrate --out "$scratch/byzantine-h-costs" >/dev/null
  COORDBENCH_BUILD=build jobs/simulate --ranks 4,7,10,13 --calibration "$scratch/byzantine-h-costs/launch-001.h5" --out "$scratch/byzantine-h" \
    --kernels fire_and_forget,pbft --authentication none,mac,signature >/dev/null
  /usr/bin/python3 - "$scratch/byzantine-h" "$scratch/byzantine-h.json" <<'PYTHON'
import json
import sys

from analysis.load import load

cases = load(sys.argv[1]).timed
with open(sys.argv[2]) as file:
    ns = {run["name"]: run["real_time"] for run in json.load(file)["benchmarks"]}
# Of each message; a signature is made once for all receivers of what a rank says.
checks = {"none": (0, 0), "mac": (ns["seal/ours/8"], ns["open/ours/8"]), "signature": (ns["sign/ours/8"], ns["verify/ours/8"])}


def cpu_ns(kernel, ranks, messages, authentication):
    seal, check = checks[authentication]
    sealed = messages if authentication == "mac" else 2 * ranks if kernel == "pbft" else 1
    return (messages + 1) * ns[f"step/{kernel}"] + sealed * seal + messages * check


print("| N | authentication | messages | delays | latency | CPU time |\n| --- | --- | --- | --- | --- | --- |")
for ranks, group in cases.groupby("ranks"):
    one = group[group.kernel == "fire_and_forget"].iloc[0]
    base = cpu_ns("fire_and_forget", ranks, 1, "none")
    for case in group[group.kernel == "pbft"].sort_values("authentication", key=lambda ways: ways.map(list(checks).index)).itertuples():
        cells = case.messages_per_operation / one.messages_per_operation, case.delays / one.delays, case.p50_ns / one.p50_ns
        cpu = cpu_ns("pbft", ranks, case.messages_per_operation, case.authentication) / base
        print("| %d | %s | %.0f | %.0f | %.1f | %.0f |" % (ranks, case.authentication, *cells, cpu))
PYTHON
}
row_byzantine_i() {
  cost_to_compile ${BYZANTINE_COMPILE:-$(byzantine | tr , ' ')}
  time jobs/test
}
