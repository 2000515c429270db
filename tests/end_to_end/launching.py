"""Starts the built programs as a user does, alone or under mpirun, and never for longer than a time limit."""

import contextlib
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("COORDBENCH_BUILD", ROOT / "build")).resolve()
TRACES = ("what():", "terminate called", "Signal:", "Segmentation fault", "AddressSanitizer", "Traceback")
FRAME = re.compile(r"^\[[\w.-]+:\d+\] \[ *\d+\] ", re.MULTILINE)  # of Open MPI's backtrace


@dataclass
class Ended:
    status: int  # minus the signal, if one killed it
    stdout: str
    stderr: str

    @property
    def sentences(self) -> list[str]:
        """What coordbench itself said on standard error, as opposed to mpirun."""
        return [line for line in self.stderr.splitlines() if line.startswith("coordbench: ")]


def compiler(language: str = "CXX") -> str:
    """The one that the build was configured with."""
    cache = BUILD / "CMakeCache.txt"
    found = re.search(rf"^CMAKE_{language}_COMPILER:\w+=(.+)$", cache.read_text() if cache.exists() else "", re.MULTILINE)
    assert found, f"{BUILD} is not configured: run cmake -S . -B build, or name the build folder in COORDBENCH_BUILD"
    return found[1]


class Launch:
    """A running program in a session of its own, which every process that it starts belongs to."""

    def __init__(self, command, **popen):
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **popen}
        # However the tests were started, what they start ignores no signal: a shell's background ignores SIGINT, nohup SIGHUP.
        started = ["env", "--default-signal", *(str(part) for part in command)]
        self._process = subprocess.Popen(started, text=True, start_new_session=True,
                                         env={**os.environ, **as_root(), **streams.pop("env", {})}, **streams)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        """To the program that was started: mpirun, if there is one."""
        self._process.send_signal(number)

    def wait(self, limit_s: float) -> Ended:
        try:
            out, err = self._process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            out, err = self._process.communicate()
            raise AssertionError(f"still running after {limit_s} s: {self._process.args}\n{out}\n{err}") from None
        return Ended(self._process.returncode, out or "", err or "")

    def processes(self) -> list[int]:
        """Everything of this launch that is alive. mpirun gives each rank a process group, but leaves it in the session."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if session_of(pid) == self._process.pid]

    def gone_within(self, limit_s: float) -> bool:
        end = time.monotonic() + limit_s
        while self.processes() and time.monotonic() < end:
            time.sleep(0.01)
        return not self.processes()

    @contextlib.contextmanager
    def paused(self):
        """Nothing of this launch runs meanwhile, so that a look at it costs it no time, however slow the machine is."""
        self._all(signal.SIGSTOP)
        try:
            yield
        finally:
            self._all(signal.SIGCONT)

    def kill(self) -> None:
        self._all(signal.SIGKILL)

    def _all(self, number: int) -> None:
        for pid in self.processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


def session_of(pid: int) -> int | None:
    """None for a process that is no more, or only waits to be buried."""
    try:
        state, _, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return None
    return None if state in "ZX" else int(session)


def as_root() -> dict[str, str]:
    """Open MPI refuses root unless told twice."""
    return {} if os.getuid() else {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def under_mpirun(n: int, *command, options=()) -> list:
    return ["mpirun", "--oversubscribe", *options, "-n", n, *command]


def run(*command, limit_s: float = 120, **popen) -> Ended:
    with Launch(command, **popen) as launch:
        return launch.wait(limit_s)


def assert_one_sentence(ended: Ended, *words: str) -> None:
    """Exactly one sentence of ours, with these words in it, and no stack trace of anybody."""
    assert len(ended.sentences) == 1, ended.stderr
    for word in words:
        assert word in ended.sentences[0]
    assert_no_trace(ended)


def assert_no_trace(ended: Ended) -> None:
    for trace in TRACES:
        assert trace not in ended.stderr
    assert not FRAME.search(ended.stderr), ended.stderr
