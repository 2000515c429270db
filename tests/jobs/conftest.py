"""The program whose command line the shells complete."""

import pytest

from end_to_end.launching import BUILD


@pytest.fixture(scope="session")
def coordbench():
    program = BUILD / "coordbench"
    assert program.exists(), "coordbench is not built: build it, or name the build folder in COORDBENCH_BUILD"
    return program
