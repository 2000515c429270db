"""Fixtures: a Slurm of two nodes, where this machine can make it."""

import pytest

from end_to_end.launching import BUILD
from lab.labs import why_not

from .cluster import Cluster, missing


@pytest.fixture(scope="session")
def coordbench():
    return BUILD / "coordbench"


@pytest.fixture(scope="session")
def slurm(tmp_path_factory):
    if reason := why_not():
        pytest.skip(f"no hosts can be made here: {reason}")
    if absent := missing():
        pytest.skip(f"no Slurm without {', '.join(absent)}; Debian has them in slurmctld, slurmd, slurm-client and munge")
    assert (BUILD / "coordbench").exists(), "coordbench is not built: build it, or name the build folder in COORDBENCH_BUILD"
    with Cluster(tmp_path_factory.mktemp("slurm")) as cluster:
        yield cluster
