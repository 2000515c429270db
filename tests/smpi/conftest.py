"""Fixtures: simulated launches, where coordbench-smpi is built."""

import itertools

import pytest

from end_to_end.launching import BUILD, ROOT, run

from .launches import Simulated


@pytest.fixture(scope="session")
def simulate(tmp_path_factory):
    """simulate(ranks, platform, *arguments): what a launch of jobs/simulate left behind."""
    if not (BUILD / "coordbench-smpi").exists():
        pytest.skip(f"{BUILD}/coordbench-smpi is not built: it needs SimGrid; jobs/test builds it")
    numbers = itertools.count()

    def launch(ranks, platform, *arguments, limit_s=300):
        out = tmp_path_factory.mktemp("simulated") / f"launch{next(numbers)}"
        ended = run(ROOT / "jobs" / "simulate", "--ranks", ranks, "--platform", platform, "--out", out, *arguments,
                    limit_s=limit_s, cwd=ROOT, env={"COORDBENCH_BUILD": str(BUILD)})
        return Simulated(ended, out)

    return launch
