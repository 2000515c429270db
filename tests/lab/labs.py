"""A lab as seen from outside: its processes are those in the PID namespace that jobs/lab made."""

import os
import subprocess
import time
from pathlib import Path

from end_to_end.launching import ROOT, Ended, Launch

LAB = ROOT / "jobs" / "lab"


def why_not() -> str | None:
    """What keeps this machine from making hosts, in jobs/lab's own sentence."""
    tried = subprocess.run([LAB, "--hosts", "1", "--exec", "true"], capture_output=True, text=True, timeout=20)
    return None if tried.returncode == 0 else tried.stderr.strip()


class Lab(Launch):
    def __init__(self, *arguments, **popen):
        super().__init__([LAB, *arguments], **popen)
        self._namespace = None

    def namespace(self) -> str | None:
        """Known once the first process inside has been seen."""
        if self._namespace is None:
            inner = [space for pid in descendants(self.pid) if "jobs/lab-inside" in list_in(pid, "cmdline")
                     and (space := pid_namespace(pid)) not in (None, pid_namespace("self"))]
            self._namespace = inner[0] if inner else None
        return self._namespace

    def inside(self) -> list[int]:
        space = self.namespace()
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if space and pid_namespace(pid) == space]

    def find(self, *command: str, limit_s: float = 20) -> int:
        """The process inside whose command line begins so; waits for it to start."""
        return until(lambda: next((pid for pid in self.inside() if begins(pid, command)), None), limit_s)

    def is_gone(self) -> bool:
        return not self.processes() and not self.inside()

    def run(self, host: str, command: str, beside: int, limit_s: float = 20, env=None) -> Ended:
        """Runs a command on a host, as the process `beside` on another would, and never for longer than its limit."""
        enter = ["nsenter", "--target", str(beside), "--net", "--uts", "--ipc", "--mount", "--pid", f"--wdns={ROOT}"]
        ended = subprocess.run([*enter, "jobs/lab-enter", host, command], capture_output=True, text=True, timeout=limit_s,
                               check=False, stdin=subprocess.DEVNULL, env={**environment_of(beside), **(env or {})})
        return Ended(ended.returncode, ended.stdout, ended.stderr)


def until(ask, limit_s: float):
    """What `ask` answers as soon as it is true of something."""
    end = time.monotonic() + limit_s
    while not (answer := ask()):
        assert time.monotonic() < end, f"waited {limit_s} s in vain"
        time.sleep(0.02)
    return answer


def pid_namespace(pid) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def begins(pid: int, command) -> bool:
    words = list_in(pid, "cmdline")
    return bool(words) and [Path(words[0]).name, *words[1:]][:len(command)] == [*command]


def environment_of(pid: int) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in list_in(pid, "environ"))


def list_in(pid: int, file: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/{file}").read_text().split("\0")[:-1]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    found = []
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    for child in map(int, children):
        found += [child, *descendants(child)]
    return found
