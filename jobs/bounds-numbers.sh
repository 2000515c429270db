# Rows of results/BOUNDS.md on numbers that mislead nobody: ratios, intervals, one definition of each, and the speed of reports;
# sourced by jobs/bounds, whose $scratch and launches it uses.
# shellcheck shell=bash

# What dividing by ping_pong leaves of the spread between launches, in the campaigns that have three launches of a case or more.
row_numbers_a() {
  /usr/bin/python3 -c '
import sys
from analysis.load import KEY, load
from analysis.ratios import spreads
for folder in sys.argv[1:]:
    rows = spreads(load(folder).cases, KEY, 3)
    rows = rows.assign(left=rows.divided / rows.raw).groupby("kernel")[["raw", "divided", "left", "together"]].median(numeric_only=True)
    told = rows.median()
    print("%s: %d kernels; spread of a latency %.1f %%, of its ratio %.1f %%; ratio to raw %.2f, from %.2f to %.2f; correlation with "
          "ping_pong %.2f" % (folder, len(rows), 100 * told.raw, 100 * told.divided, told.left, rows.left.min(), rows.left.max(),
                              told.together))' ${NUMBERS_CAMPAIGNS:-results/two-core-vm results/two-nodes-slurm}
}
row_numbers_b() { /usr/bin/python3 tests/analysis/interval_trials.py; }
row_numbers_c() { /usr/bin/python3 tests/analysis/compare_trials.py --errors 1000 --powers 0; }
row_numbers_d() { /usr/bin/python3 tests/analysis/compare_trials.py --errors 0 --powers 400; }
row_numbers_e() { tests/analysis/model_trials.py; }
# Every kernel over both transports, each number from its raw stamps against what table, JSON, file, CSV and figures say.
row_numbers_f() {
  local out=$scratch/numbers-f
  COLUMNS=400 mpirun -n 2 build/coordbench run --out "$out" --ranks 2 --bytes 8,64KiB --transport mpi,shared-memory --operations 400 \
    --total-budget 5min --gbench-json "$out.json" >"$out.txt" || say "a case failed"
  analyse report "$out" --out "$out-report" >/dev/null
  /usr/bin/python3 tests/analysis/one_definition.py "$out" "$out.json" "$out.txt" "$out-report"
}
row_numbers_h() { /usr/bin/python3 tests/analysis/report_speed.py; }
