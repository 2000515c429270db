"""How long analysis/cost takes, and how much memory, for ten million samples in one launch.

    /usr/bin/python3 tests/analysis/money/cost_speed.py [--samples 10000000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/analysis")]

from report_speed import REPEATED, six_cases  # noqa: E402


def measured(folder: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processors, and gigabytes of the process."""
    begun = time.monotonic()
    command = [sys.executable, ROOT / "analysis/cost", folder, "--nodes", "2", "--operations-per-month", "1000000"]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(program.pid, 0)
    if status:
        sys.exit(f"analysis/cost failed on {folder}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = six_cases(Path(scratch), 1, options.samples // 6)
        runs = sorted(measured(folder) for _ in range(REPEATED))
    seconds, busy, gigabytes = runs[REPEATED // 2]
    print(f"{options.samples:,} samples: {seconds:.1f} s ({runs[0][0]:.1f} to {runs[-1][0]:.1f}), {busy:.1f} s of processors, "
          f"{gigabytes:.2f} GB")


if __name__ == "__main__":
    main()
