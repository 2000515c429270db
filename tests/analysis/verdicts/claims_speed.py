"""How long analysis/claims takes, and how much memory, of ten million samples in one launch.

    /usr/bin/python3 tests/analysis/verdicts/claims_speed.py [--samples 10000000]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/analysis")]

from report_speed import samples_asked, tell  # noqa: E402
from synthetic import Case, Mark, write_launch  # noqa: E402


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


def main() -> None:
    samples = samples_asked(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        folder = six_cases(Path(scratch, "campaign"), samples)
        tell(f"{samples:,} samples", "claims", folder, "--out", folder / "out")


if __name__ == "__main__":
    main()
