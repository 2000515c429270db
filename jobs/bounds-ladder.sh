# Rows of results/BOUNDS.md on the rungs that avoid coordination, on delivery and on loss; sourced by jobs/bounds, whose $scratch and
# launches it uses.
# shellcheck shell=bash

ladder_kernels=(fire_and_forget operation_counter g_counter or_set sequence_crdt event_log locked_counter acknowledged_send
  exactly_once_send anti_entropy)
# built KERNEL…: those of them that are built, as a list with commas.
built() { build/coordbench list --json | /usr/bin/python3 -c '
import json, sys
print(",".join(kernel["name"] for kernel in json.load(sys.stdin) if kernel["name"] in sys.argv[1:]))' "$@"; }
ladder() { built "${ladder_kernels[@]}"; }

row_ladder_a() {
  mpirun --oversubscribe -n 8 build/coordbench run --out "$scratch/ladder-a" --kernels "$(ladder),!anti_entropy" --ranks all --bytes 8 --operations 20 \
    --in-flight 1,4 --set '*.proposers=0,1,2' --total-budget 20min 2>&1 | tail -2
  build/unit-tests --gtest_filter='*Cost*' --gtest_brief=1
}
row_ladder_b() {
  build/unit-tests --gtest_filter='*SurvivesTenThousandSchedules*' --gtest_brief=1
  soak_a_million ${LADDER_SOAK:-$(ladder | tr , ' ')}
}
soak_a_million() {  # soak_a_million KERNEL…
  build build coordbench-soak
  local kernel
  for kernel in "$@"; do build/coordbench-soak "$kernel" --schedules 1000000 --seed 1 --jobs "$(nproc)"; done
}
row_ladder_c() {
  mutants_of $(ladder | tr , ' ')
  build/unit-tests --gtest_filter='*Find*' --gtest_brief=1
}
mutants_of() {  # mutants_of KERNEL…
  local kernel
  for kernel in "$@"; do /usr/bin/python3 -m pytest -q tests/safety/test_mutants.py -k "$kernel: " | tail -1; done
}
row_ladder_d() { build/unit-tests --gtest_filter='*Expect*' --gtest_brief=1; }
row_ladder_e() {
  mpirun -n 2 build/coordbench run --out "$scratch/ladder-e" --kernels exactly_once_send --ranks 2 --bytes 8 --transport shared-memory --in-flight 64 \
    --loss 0.5 --operations 1000000 --total-budget 10min | tail -2
  /usr/bin/python3 -c '
import h5py, sys
cases = h5py.File(sys.argv[1])["cases"]
row = list(cases["kernel"][:]).index(b"exactly_once_send")
told = lambda name: cases[name][row]
print("applied %.9g times each, %.4f messages per operation (%.4f expected), %d lost, %d resent too early" % (
    told("applied_per_operation"), told("messages_per_operation"), told("expected_messages_per_operation"), told("messages_lost"), told("premature_resends")))' \
    "$scratch/ladder-e/launch-001.h5"
}
row_ladder_f() {
  launches 6 ladder-f --kernels ping_pong,fire_and_forget,acknowledged_send --ranks 2 --bytes 8 --transport shared-memory --operations 4000
  /usr/bin/python3 -c '
import sys
from analysis.load import load
from analysis.marks import mark_medians
from analysis.statistics import median_interval
campaign = load(sys.argv[1])
cases = campaign.timed.set_index(["kernel", "file"])
clock_ns = campaign.launches.timer_overhead_ns
trip = cases.p50_ns["ping_pong"] - clock_ns
marks = mark_medians(campaign)
handed = marks[(marks.kernel == "fire_and_forget") & (marks.mark == "handed_over")].set_index("file").p50_ns
for what, ratio in (("handed over / one way", (handed - clock_ns) / (trip / 2)),
                    ("delivered / one way", (cases.p50_ns["fire_and_forget"] - clock_ns) / (trip / 2)),
                    ("acknowledged_send / round trip", (cases.p50_ns["acknowledged_send"] - clock_ns) / trip)):
    print("%s: %.2f [%.2f, %.2f]" % (what, ratio.median(), *median_interval(ratio.dropna().to_numpy())))' "$scratch/ladder-f"
}
row_ladder_g() {
  build build coordbench-smpi
  time COORDBENCH_BUILD=build jobs/simulate --ranks 1024 --platform one_switch --kernels "$(ladder)" --set '*.proposers=2' --out "$scratch/ladder-g" | tail -3
  time COORDBENCH_BUILD=build jobs/simulate --ranks 12,96 --platform wide_area --kernels "$(ladder)" --set '*.proposers=2' --out "$scratch/ladder-g-wide" | tail -3
}
row_ladder_h() {
  lines_of_headers $(ladder | tr , ' ')
  cost_to_compile ${LADDER_COMPILE:-$(ladder | tr , ' ')}
}
lines_of_headers() {  # lines_of_headers KERNEL…
  local kernel lines=()
  for kernel in "$@"; do lines+=("$(lines_of_code "kernels/$kernel.hpp") $kernel"); done
  printf '%s\n' "${lines[@]}" | sort -n
}
row_ladder_i() { row_gossip_f; }
