"""The program SIGKILLed at its write calls, and the whole job at any instant: every file opens, no finished case is lost.

That a case is finished is known from outside the file: progress on a terminal says "[k/n]" when case k begins.

COORDBENCH_EXHAUSTIVE=1 kills at every single write call, and the job at 100 instants.
"""

import os
import pty
import random
import re
import subprocess
import threading
import time

import pytest

from . import stored
from .launching import Launch, compiler, run, under_mpirun

EXHAUSTIVE = os.environ.get("COORDBENCH_EXHAUSTIVE") == "1"
BEGINS = re.compile(rb"\[ *(\d+)/(\d+)\]")


class Terminal:
    """What a program writes to its terminal, also when it is killed."""

    def __init__(self):
        self._ours, self.theirs = pty.openpty()
        self._text = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        try:
            while more := os.read(self._ours, 4096):
                self._text += more
        except OSError:  # how a terminal ends when nobody has it open any more
            os.close(self._ours)

    def close(self) -> bytes:
        os.close(self.theirs)
        self._reader.join(10)
        return self._text


class Toll:
    """What killing has cost so far."""

    def __init__(self):
        self.runs = self.finished = self.lost = self.unopenable = 0

    def examine(self, path, told: bytes, plan: list[str]) -> None:
        finished = max((int(k) - 1 for k, _ in BEGINS.findall(told)), default=None)
        self.runs += 1
        self.finished += finished or 0
        if not path.exists():
            self.lost += 0 if finished is None else 1 + finished
            return
        try:
            kept = stored.whole_cases(path)
        except (OSError, KeyError):
            self.unopenable += 1
            self.lost += finished or 0
            return
        assert kept == plan[:len(kept)]
        self.lost += max(0, (finished or 0) - len(kept))

    def __str__(self):
        return f"killed {self.runs} times, {self.finished} cases finished: lost {self.lost}, unopenable {self.unopenable}"

    def nothing(self) -> bool:
        return self.lost == self.unopenable == 0


def run_until_killed(command, limit_s=None, env=None) -> tuple[int | None, bytes]:
    """Status, and what the terminal showed. `limit_s`: killed then, with everything that it started."""
    terminal = Terminal()
    with Launch(command, stderr=terminal.theirs, stdout=subprocess.DEVNULL, env=env or {}) as launch:
        if limit_s is None:
            status = launch.wait(60).status
        else:
            time.sleep(limit_s)
            launch.kill()
            status = launch.wait(10).status
        launch.gone_within(2)  # what the library started beside the program ends by itself
    return status, terminal.close()


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "kill_at_write.so"
    source = os.path.join(os.path.dirname(__file__), "kill_at_write.c")
    subprocess.run([compiler("C"), "-O1", "-Wall", "-shared", "-fPIC", source, "-o", library, "-ldl"], check=True, timeout=60)
    return library


def small_run(program, out):
    return [program, "run", "--kernels", "empty,two_phase_commit", "--bytes", "8,1KiB", "--operations", 50, "--seed", 5,
            "--out", out]


def plan_of(command) -> list[str]:
    return run(*command, "--list").stdout.splitlines()


@pytest.mark.parametrize("halfway", [False, True], ids=["before", "halfway"])
def test_killed_at_write_calls_it_loses_nothing(coordbench, shim, tmp_path, halfway):
    def killed_at(number: int):
        folder = tmp_path / str(number)
        env = {"LD_PRELOAD": str(shim), "KILL_FOLDER": str(folder), "KILL_COUNT": str(tmp_path / "count"),
               "KILL_AT": str(number), **({"KILL_HALFWAY": "1"} if halfway else {})}
        status, told = run_until_killed(small_run(coordbench, folder), env=env)
        return status, told, folder / "launch-001.h5"

    plan = plan_of(small_run(coordbench, tmp_path))
    status, told, path = killed_at(0)
    assert (status, stored.whole_cases(path), stored.attribute(path, "complete")) == (0, plan, 1)
    assert BEGINS.findall(told)[-1] == (str(len(plan)).encode(),) * 2, "the terminal tells how far it came"
    calls = int((tmp_path / "count").read_text())
    assert calls > 100
    toll = Toll()
    step = 1 if EXHAUSTIVE else calls // 24
    for number in range(1 + step // 2 * halfway, calls + 1, step):
        status, told, path = killed_at(number)
        assert status == -9 or number > calls - 5, "flags of drift come and go, and with them a few calls"
        toll.examine(path, told, plan)
    print(toll, f"(of {calls} write calls)")
    assert toll.nothing(), str(toll)


def test_a_job_killed_at_any_instant_loses_nothing(coordbench, tmp_path):
    def job(out):
        return under_mpirun(2, coordbench, "run", "--kernels", "@broadcast,two_phase_commit", "--bytes", "8,64KiB",
                            "--operations", 300, "--seed", 5, "--out", out)

    # Nobody cleans up after a library that was killed, but pytest does.
    here = {"TMPDIR": str(tmp_path), "OMPI_MCA_btl_vader_backing_directory": str(tmp_path)}
    plan = plan_of(job(tmp_path))
    began = time.monotonic()
    status, told = run_until_killed(job(tmp_path / "whole"), env=here)
    whole_s = time.monotonic() - began
    assert (status, stored.whole_cases(tmp_path / "whole" / "launch-001.h5")) == (0, plan)
    assert BEGINS.findall(told)[-1] == (str(len(plan)).encode(),) * 2, "the terminal tells how far it came"
    instants, toll = random.Random(8), Toll()
    for number in range(100 if EXHAUSTIVE else 10):
        folder = tmp_path / str(number)
        _, told = run_until_killed(job(folder), limit_s=instants.uniform(0.3, 1) * whole_s, env=here)
        toll.examine(folder / "launch-001.h5", told, plan)
    print(toll)
    assert toll.nothing(), str(toll)
    assert toll.finished > 0, "some were killed in the middle of the plan"
