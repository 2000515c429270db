"""Standard streams that are closed or full: nothing that prints throws, and the status is what it would have been."""

import os

import pytest

from . import stored
from .conftest import built
from .launching import Launch, assert_no_trace, assert_one_sentence, run, under_mpirun
from .test_bad_input import QUICK, USAGE
from .test_signals import BUSY_ALONE, NOT_WRITTEN, until_first_case

# ---- standard output -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("launcher", [(), under_mpirun(2)], ids=["without mpirun", "under mpirun"])
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "| true"])
def test_a_standard_output_that_takes_nothing(coordbench, tmp_path, launcher, redirection):
    command = " ".join(map(str, (coordbench, "run", *QUICK, "--out", tmp_path)))
    ended = run(*launcher, "bash", "-c", f"set -o pipefail; {command} {redirection}")
    assert_one_sentence(ended, "standard output is closed or full", "redirect it")
    assert ended.status == NOT_WRITTEN
    assert stored.attribute(tmp_path / "launch-001.h5", "complete") == 1


# ---- standard error ------------------------------------------------------------------------------------------------------

SENTENCES = {"an unknown option": ("--zzz", USAGE), "an unknown kernel": ("run --kernels zzz", USAGE),
             "a help": ("--help", 0), "a list": ("list", 0), "a plan": ("run --kernels empty --ranks 1,2 --dry-run", USAGE),
             "results that cannot be written": ("run --kernels empty --operations 5 --out /proc/none", NOT_WRITTEN)}
REDIRECTIONS = ["2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "<&- 2>&-"]


@pytest.mark.parametrize("redirection", REDIRECTIONS)
@pytest.mark.parametrize("arguments, status", SENTENCES.values(), ids=SENTENCES.keys())
def test_a_standard_error_that_takes_nothing_changes_no_status(coordbench, redirection, arguments, status):
    answers = status == 0 and redirection.startswith(">")
    assert run("bash", "-c", f"{coordbench} {arguments} {redirection}").status == (NOT_WRITTEN if answers else status)


@pytest.mark.parametrize("redirection", REDIRECTIONS)
@pytest.mark.parametrize("program, arguments, accepted", [
    ("coordbench-micro", "--zzz", {2}), ("coordbench-micro", "--benchmark_filter=none_such", {2}),
    ("coordbench-micro", "--help", {0, 3}), ("coordbench-soak", "none_such", {2}),
    ("coordbench-soak", "two_phase_commit --schedules 10", {0})])
def test_other_programs_end_in_good_order_without_standard_error(program, redirection, arguments, accepted):
    assert run("bash", "-c", f"{built(program)} {arguments} {redirection}").status in accepted


def test_no_file_takes_the_number_of_a_standard_stream_that_is_closed(coordbench, tmp_path):
    """Or what is said there would be written into the results."""
    command = ("bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash", coordbench, "run", *BUSY_ALONE, "--out", tmp_path)
    with Launch(command) as launch:
        until_first_case(launch, tmp_path / "launch-001.h5")
        assert {os.readlink(f"/proc/{launch.pid}/fd/{stream}") for stream in range(3)} == {"/dev/null"}


def test_a_closed_standard_output_of_mpirun_disturbs_nothing(coordbench, tmp_path):
    command = " ".join(map(str, under_mpirun(2, coordbench, "run", *QUICK, "--out", tmp_path)))
    ended = run("bash", "-c", f"{command} >&-")
    assert_no_trace(ended)
    assert stored.attribute(tmp_path / "launch-001.h5", "complete") == 1
