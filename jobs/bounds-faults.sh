# Rows of results/BOUNDS.md on damaged files and on many cases; sourced by jobs/bounds, whose $scratch it uses.
# shellcheck shell=bash

row_faults_b() {
  local tests
  for tests in build/unit-tests build/sanitized/unit-tests; do  # jobs/test builds the second
    [[ -x $tests ]] || continue
    echo "$tests"
    COORDBENCH_MUTATIONS=1500 "$tests" --gtest_filter='StoredLaunch.Survives*' --gtest_brief=1
  done
}
# What a case costs in all, from planning it to the table's row: a whole command less one that has a single case. Time on the core is
# what stands in BOUNDS.md, because it is the same on a machine that is busy.
row_faults_c() {
  /usr/bin/python3 - "$scratch/faults-c" <<'PYTHON'
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import h5py

LARGEST = 16_000  # bytes: payloads are as large on average however many there are


def spent_s() -> tuple[float, float]:
    """On the clock, and by ended children on their cores."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic(), usage.ru_utime + usage.ru_stime


def launch(cases: int, out: Path) -> tuple[float, float, int]:
    """What a launch takes that has about so many cases, a sixth of them drift watches, and how many it had."""
    sizes = max(1, cases * 10 // 12)
    out.mkdir(parents=True)
    (out / "plan.toml").write_text("bytes = [%s]\n" % ", ".join(str(1 + LARGEST * i // sizes) for i in range(sizes)))
    before = spent_s()
    subprocess.run(["build/coordbench", "run", "--kernels", "ping_pong", "--operations", "1", "--total-budget", "1000min",
                    "--config", out / "plan.toml", "--out", out], check=True, stdout=subprocess.DEVNULL)
    after = spent_s()
    with h5py.File(out / "launch-001.h5") as file:
        return after[0] - before[0], after[1] - before[1], len(file["cases/name"])


def costs_ms(cases: int, launches: int) -> list[float]:
    """Of a case, on the clock and on the core, the medians over launches."""
    costs = []
    for each in range(launches):
        *alone, few = launch(1, Path(sys.argv[1]) / f"{cases}-{each}-alone")
        *whole, many = launch(cases, Path(sys.argv[1]) / f"{cases}-{each}")
        costs.append([(all_s - one_s) / (many - few) * 1e3 for all_s, one_s in zip(whole, alone)])
    return [statistics.median(column) for column in zip(*costs)]


costs = {cases: costs_ms(cases, launches) for cases, launches in ((100, 11), (2_000, 3), (20_000, 1))}
for cases, (clock, core) in costs.items():
    print(f"{cases} cases: {core:.2f} ms a case on the core, {core / costs[100][1]:.2f} of that of 100; "
          f"{clock:.2f} ms on the clock, {clock / costs[100][0]:.2f}", flush=True)
PYTHON
}
