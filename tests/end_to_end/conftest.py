"""Fixtures: the programs of the build, and mpirun with a time limit."""

import pytest

from .launching import BUILD, run, under_mpirun


def built(name: str):
    program = BUILD / name
    assert program.exists(), f"{name} is not built: build it, or name the build folder in COORDBENCH_BUILD"
    return program


@pytest.fixture(scope="session")
def coordbench():
    return built("coordbench")


@pytest.fixture(scope="session")
def broken():
    """The same program with kernels that are wrong on purpose."""
    return built("coordbench-broken")


@pytest.fixture(scope="session")
def mpirun():
    """mpirun(n, *command, options=…, limit_s=…): how it ended."""
    return lambda n, *command, options=(), **how: run(*under_mpirun(n, *command, options=options), **how)
