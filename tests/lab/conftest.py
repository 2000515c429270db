"""Fixtures: labs, where this machine can make them."""

import pytest

from end_to_end.launching import BUILD

from .labs import Lab, why_not


@pytest.fixture(scope="session")
def lab():
    """lab(*arguments): a Lab, to be used in a with statement."""
    if reason := why_not():
        pytest.skip(f"no hosts can be made here: {reason}")
    assert (BUILD / "coordbench").exists(), "coordbench is not built: build it, or name the build folder in COORDBENCH_BUILD"
    return Lab
