"""How long analysis/cost takes, and how much memory, for ten million samples in one launch.

    /usr/bin/python3 tests/analysis/money/cost_speed.py [--samples 10000000]
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/analysis")]

from report_speed import samples_asked, six_cases, tell  # noqa: E402


def main() -> None:
    samples = samples_asked(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        folder = six_cases(Path(scratch), 1, samples // 6)
        tell(f"{samples:,} samples", "cost", folder, "--nodes", "2", "--operations-per-month", "1000000")


if __name__ == "__main__":
    main()
