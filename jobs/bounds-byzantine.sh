# Rows of results/BOUNDS.md on what it costs not to trust the sender; sourced by jobs/bounds, whose $scratch it uses, behind
# jobs/bounds-agreement.sh.
# shellcheck shell=bash

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
