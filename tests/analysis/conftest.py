"""Fixtures: a made-up campaign on disk, and the programs of analysis/ run as a user runs them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from synthetic import Case, write_launch  # noqa: E402


def cases_of_launch(launch: int, scale: float = 1.0, ranks=(1, 2)) -> list[Case]:
    """Case k of launch l has the latencies (1000 + 100 k + l) * scale + (-200 … 200) ns, so that every median is known."""
    spread = np.linspace(-200, 200, 401).astype(int)
    shapes = [("binomial_broadcast", "makespan", 8), ("binomial_broadcast", "makespan", 1024),
              ("native_broadcast", "makespan", 8), ("two_phase_commit", "proposer", 8),
              ("dissemination_barrier", "barrier", 0), ("ping_pong", "makespan", 8)]
    cases = []
    for k, (kernel, definition, payload) in enumerate(shapes):
        for n in ranks if kernel != "ping_pong" else [2]:
            native = kernel.startswith("native")
            expected = np.nan if native else 2.0 if kernel == "ping_pong" else float(n - 1)
            cases.append(Case(kernel, ((1000 + 100 * k + launch) * scale + spread).astype(int), n, payload, definition,
                              family="protocol" if definition == "proposer" else "collective", messages=np.nan_to_num(expected),
                              expected_messages=expected, count_rule="none" if native else "exact"))
    stream = dict(ranks=2, sync="none", payload_bytes=1024, operations_per_second=1e6 * launch)
    cases += [Case("stream", 500 + spread, in_flight=in_flight, **stream) for in_flight in (1, 8)]
    around = ("before", "after")
    return cases + [Case("ping_pong", 90_000 + spread, calibration=1, suffix=f"/drift=0.{when}") for when in around]


def write_campaign(folder: Path, launches: int = 7, **options) -> Path:
    """Launches 1 … n on two ranks, and one more, oversubscribed, of eight ranks that runs at 2, 4 and 8."""
    for launch in range(1, launches + 1):
        write_launch(folder / f"launch-{launch:03}.h5", cases_of_launch(launch, **options), launch)
    crowded = cases_of_launch(launches + 1, scale=10, ranks=(2, 4, 8))
    write_launch(folder / f"launch-{launches + 1:03}.h5", crowded, launches + 1, world=8, oversubscribed=True)
    return folder


@pytest.fixture(scope="session")
def campaign_folder(tmp_path_factory) -> Path:
    return write_campaign(tmp_path_factory.mktemp("campaign"))


def run(program: str, *arguments, interpreter: list[str] = []) -> subprocess.CompletedProcess:
    command = [*interpreter, str(ROOT / "analysis" / program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def assert_refused(done: subprocess.CompletedProcess, *words: str, status: int = 2) -> None:
    """One sentence on standard error that holds the words, the status, and no traceback."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
