"""How long analysis/claims takes, and how much memory, of ten million samples in one launch.

    /usr/bin/python3 tests/analysis/verdicts/claims_speed.py [--samples 10000000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/analysis")]

from synthetic import Case, Mark, write_launch  # noqa: E402

REPEATED = 3  # runs; their median is printed


def six_cases(folder: Path, samples: int) -> Path:
    """Of kernels that claims ask for latencies, counts and the time until the user may go on."""
    rng = np.random.default_rng(1)

    def took(median: int) -> np.ndarray:
        return (median * rng.lognormal(0, 0.2, samples // 6)).astype(np.int64)

    protocol = dict(definition="proposer", family="protocol")
    cases = [Case("ping_pong", took(600), group="point-to-point"),
             Case("fire_and_forget", took(400), group="avoidance", marks=(Mark("handed_over", 50),), **protocol),
             Case("acknowledged_send", took(600), group="delivery", **protocol),
             Case("g_counter", took(500), payload_bytes=0, group="avoidance", marks=(Mark("incremented", 30),), **protocol),
             Case("two_phase_commit", took(1500), group="commitment", marks=(Mark("decided", 700),), **protocol),
             Case("raft_replication", took(1000), group="replication", marks=(Mark("committed", 700),), **protocol)]
    write_launch(folder / "launch-001.h5", cases)
    return folder


def measured(folder: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processors, which other work on the machine adds little to, and gigabytes of the largest process."""
    begun = time.monotonic()
    program = subprocess.Popen([sys.executable, ROOT / "analysis/claims", folder, "--out", folder / "out"],
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(program.pid, 0)
    if status:
        sys.exit(f"analysis/claims failed on {folder}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = six_cases(Path(scratch, "campaign"), options.samples)
        runs = sorted(measured(folder) for _ in range(REPEATED))
        seconds, busy, gigabytes = runs[REPEATED // 2]
        print(f"{options.samples:,} samples: {seconds:.1f} s ({runs[0][0]:.1f} to {runs[-1][0]:.1f}), {busy:.1f} s of "
              f"processors, {gigabytes:.2f} GB")


if __name__ == "__main__":
    main()
