"""How long analysis/report takes, and how much memory: of six cases in six launches, and of ten million samples in one.

    /usr/bin/python3 tests/analysis/report_speed.py [--samples 10000000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from synthetic import Case, Mark, write_launch  # noqa: E402

REPEATED = 3  # runs; their median is printed


def six_cases(folder: Path, launches: int, samples: int) -> Path:
    """Of three groups, two payloads, with marks."""
    rng = np.random.default_rng(1)
    for launch in range(1, launches + 1):
        def took(median: int) -> np.ndarray:
            return (median * rng.lognormal(0, 0.2, samples)).astype(np.int64)

        protocol = dict(definition="proposer", family="protocol")
        raft = (Mark("committed", 700), Mark("applied", 800, True))
        cases = [Case("ping_pong", took(600), group="point-to-point"), Case("flat_broadcast", took(800), group="broadcast"),
                 Case("binomial_broadcast", took(700), group="broadcast"),
                 Case("binomial_broadcast", took(900), payload_bytes=1024, group="broadcast"),
                 Case("two_phase_commit", took(1500), group="commitment", marks=(Mark("decided", 700),), **protocol),
                 Case("raft_replication", took(1000), group="replication", marks=raft, **protocol)]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch)
    return folder


def tell(name: str, program: str, *arguments) -> None:
    """Runs a program of analysis/ and prints how long it took, with the time of processors, to which other work on the machine
    adds little, and the memory of its largest process."""
    runs = sorted(_measured([sys.executable, ROOT / "analysis" / program, *arguments]) for _ in range(REPEATED))
    seconds, busy, gigabytes = runs[REPEATED // 2]
    print(f"{name}: {seconds:.1f} s ({runs[0][0]:.1f} to {runs[-1][0]:.1f}), {busy:.1f} s of processors, {gigabytes:.2f} GB")


def _measured(command: list) -> tuple[float, float, float]:
    begun = time.monotonic()
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(program.pid, 0)
    if status:
        sys.exit(f"{command[1]} failed on {command[2]}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9


def samples_asked(description: str) -> int:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--samples", type=int, default=10_000_000)
    return parser.parse_args().samples


def main() -> None:
    asked = samples_asked(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        for name, launches, samples in (("six cases, six launches", 6, 1000),
                                        (f"{asked:,} samples", 1, asked // 6)):
            folder = six_cases(Path(scratch, name.replace(" ", "-")), launches, samples)
            tell(name, "report", folder, "--out", folder / "out")


if __name__ == "__main__":
    main()
