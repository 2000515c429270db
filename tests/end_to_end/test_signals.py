"""A launch that is told to end, or comes to a limit, keeps every finished case, says how to go on, and gives its status."""

import resource
import signal
import time

import pytest

from . import stored
from .launching import Launch, assert_one_sentence, run, under_mpirun

NOT_WRITTEN = 3
ENDLESS = ("--bytes", "1MiB", "--precision", "0.001%", "--max-operations", 100_000, "--time-budget", "1min")


def until_first_case(launch: Launch, path) -> list[str]:
    """Names of the cases that are safe, as soon as there are any. The next case then runs for a long time."""
    end = time.monotonic() + 30
    while launch.running and time.monotonic() < end:
        if path.exists() and (cases := stored.whole_cases(path)):
            return cases
        time.sleep(0.02)
    raise AssertionError("no case was finished")


def interrupt(launch: Launch, number: int, path, may_be_silent: bool = False):
    """`may_be_silent`: mpirun kills after 200 ms a rank that had no core to say anything on."""
    before = until_first_case(launch, path)
    time.sleep(0.2)
    launch.signal(number)
    ended = launch.wait(10)
    assert launch.gone_within(2), launch.processes()
    if ended.sentences or not may_be_silent:
        assert_one_sentence(ended, "interrupted", str(path))
    assert stored.whole_cases(path)[:len(before)] == before  # one more may have finished meanwhile
    assert stored.attribute(path, "complete") == 0
    return ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_under_mpirun_keeps_the_finished_cases(coordbench, tmp_path, number):
    command = under_mpirun(2, coordbench, "run", "--kernels", "ping_pong", *ENDLESS, "--out", tmp_path)
    with Launch(command) as launch:
        ended = interrupt(launch, number, tmp_path / "launch-001.h5", may_be_silent=True)
    assert ended.status != 0
    assert len(stored.whole_cases(tmp_path / "launch-001.h5")) > 0
    if ended.sentences:
        assert_one_sentence(ended, "measured by: mpirun -n 2 ", f"{coordbench} run --resume {tmp_path}/launch-001.h5")


def test_who_is_asked_to_end_finishes_the_case_and_is_gone_on_with(coordbench, tmp_path):
    path, plan = tmp_path / "launch-001.h5", ["--kernels", "ping_pong,two_phase_commit,@broadcast", "--bytes", "8"]
    slow = [*plan, "--precision", "0.001%", "--max-operations", 10_000_000, "--time-budget", "1s"]
    with Launch(under_mpirun(2, coordbench, "run", *slow, "--seed", 7, "--out", tmp_path)) as launch:
        before = until_first_case(launch, path)
        time.sleep(0.2)
        launch.signal(signal.SIGUSR1)
        ended = launch.wait(20)
    assert ended.status == 128 + signal.SIGUSR1
    assert_one_sentence(ended, "asked to end", "--resume")
    cases = stored.whole_cases(path)
    assert cases[:len(before)] == before and len(cases) > len(before), "the case under way was not finished"
    assert set(stored.column(path, "verdict")) == {"ok"} and "timed_out" not in stored.column(path, "stop_reason")
    assert stored.attribute(path, "complete") == 0 and [each.name for each in tmp_path.iterdir()] == [path.name]
    ended = run(*under_mpirun(2, coordbench, "run", "--resume", path), limit_s=60)
    assert ended.status == 0 and stored.attribute(path, "complete") == 1, ended.stderr
    assert stored.whole_cases(path)[:len(cases)] == cases


# Alone, a rank's latencies do not vary, so no precision keeps it busy; many cases of many operations do.
BUSY_ALONE = ("--kernels", "two_phase_commit", "--bytes", "8:1MiB", "--operations", 20_000)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_without_mpirun_gives_its_status(coordbench, tmp_path, number):
    with Launch([coordbench, "run", *BUSY_ALONE, "--out", tmp_path]) as launch:
        assert interrupt(launch, number, tmp_path / "launch-001.h5").status == 128 + number
    assert [each.name for each in tmp_path.iterdir()] == ["launch-001.h5"]


@pytest.mark.parametrize("ignored, number", [("HUP", signal.SIGHUP), ("INT", signal.SIGINT)])
def test_a_signal_that_was_ignored_when_it_was_started_stays_ignored(coordbench, tmp_path, ignored, number):
    """As nohup does, and a shell that has it run in its background."""
    started = ("bash", "-c", f'trap "" {ignored}; exec "$@"', "bash", coordbench, "run", *BUSY_ALONE, "--out", tmp_path)
    path = tmp_path / "launch-001.h5"
    with Launch(started) as launch:
        until_first_case(launch, path)
        launch.signal(number)
        time.sleep(0.3)
        assert launch.running
        assert interrupt(launch, signal.SIGTERM, path).status == 128 + signal.SIGTERM


def test_a_limit_on_file_sizes_is_a_sentence_and_not_a_death(coordbench, tmp_path):
    path = tmp_path / "launch-001.h5"
    command = [coordbench, "run", "--kernels", "two_phase_commit,empty", "--bytes", "8:1MiB", "--time-budget", "300ms",
               "--precision", "0.001%", "--out", tmp_path]
    with Launch(command) as launch:
        before = until_first_case(launch, path)
        resource.prlimit(launch.pid, resource.RLIMIT_FSIZE, (1024, 1024))
        ended = launch.wait(30)
    assert_one_sentence(ended, "results cannot be written", "File too large", "--out")
    assert ended.status == NOT_WRITTEN
    assert stored.whole_cases(path)[:len(before)] == before
    assert stored.attribute(path, "complete") == 0
