"""Whatever ends a lab, nothing of it stays: no process, and with the last process no host, no link, no mount."""

import os
import re
import signal
import time
from tempfile import gettempdir

import pytest

from end_to_end import stored

from .labs import until

LONG = ["run", "--kernels", "@broadcast,@aggregation,@all-to-all,two_phase_commit", "--bytes", "8,1KiB,64KiB",
        "--operations", 400]


def left_behind() -> set[str]:
    """What Open MPI leaves on a machine called lab1 or lab2 when it is killed."""
    return {name for folder in (gettempdir(), "/dev/shm") for name in os.listdir(folder) if re.search(r"\.lab\d", name)}


@pytest.fixture(autouse=True)
def no_new_file_on_this_machine():
    before = left_behind()
    yield
    assert left_behind() <= before


@pytest.fixture
def measuring(lab, tmp_path):
    """A lab in the middle of a launch that has finished some case, and the launch's file."""
    path = tmp_path / "launch-001.h5"
    with lab("--hosts", 2, "--", *LONG, "--out", tmp_path) as running:
        until(lambda: path.exists() and stored.column(path, "name"), 30)
        assert len(running.inside()) > 6, "two hosts, mpirun, a daemon of Open MPI's on the second host, and two ranks"
        yield running, path


@pytest.mark.parametrize("status", [0, 3])
def test_after_success_and_failure(lab, status):
    command = f"setsid sleep 60 & jobs/lab-enter lab2 'setsid sleep 60' & sleep 0.5; exit {status}"
    with lab("--hosts", 2, "--exec", "bash", "-c", command) as running:
        running.find("sleep", "60")
        assert running.wait(20).status == status
        assert running.is_gone()


def test_after_sigterm_finished_cases_are_on_disk(measuring):
    running, path = measuring
    running.signal(signal.SIGTERM)
    ended = running.wait(20)
    assert ended.status not in (0, 2)
    assert "coordbench: interrupted; finished cases are in" in ended.stderr
    assert running.is_gone()
    assert len(stored.whole_cases(path)) >= 1 and stored.attribute(path, "complete") == 0


def test_after_sigkill_of_mpirun(measuring):
    running, path = measuring
    os.kill(running.find("mpirun"), signal.SIGKILL)
    assert running.wait(20).status == 128 + signal.SIGKILL
    assert running.is_gone()
    assert len(stored.whole_cases(path)) >= 1


def test_after_sigkill_of_the_lab_itself(lab):
    with lab("--hosts", 2, "--exec", "jobs/lab-enter", "lab2", "setsid sleep 60") as running:
        running.find("sleep", "60")
        running.signal(signal.SIGKILL)
        until(running.is_gone, 10)


def test_sigterm_at_any_moment_ends_it(lab):
    for after_s in (0, 0.05, 0.1, 0.15, 0.2, 0.3):
        with lab("--hosts", 2, "--exec", "sleep", "60") as running:
            time.sleep(after_s)
            assert_ends(running)


def test_sigterm_before_the_first_process_inside_listens_ends_it(lab):
    for _ in range(3):
        with lab("--hosts", 2, "--exec", "sleep", "60") as running:
            while not running.namespace():
                pass
            assert_ends(running)


def assert_ends(running):
    running.signal(signal.SIGTERM)
    assert running.wait(10).status != 0
    until(running.is_gone, 5)  # the probe of what this machine permits may outlive a script that dies that early
