"""How a program of this folder says no: one sentence on standard error and an exit status, never a traceback."""

import argparse
import errno
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from analysis.streams import say, unprinted

BAD_INPUT = 2
NOT_WRITTEN = 3
DO = {errno.ENOSPC: "make room there", errno.EDQUOT: "make room there"}


class Refusal(Exception):
    """Input that cannot be used; its text is one sentence: what was given, what is accepted, what to do."""


class Parser(argparse.ArgumentParser):
    """A command line whose mistakes are told in one sentence."""

    def error(self, message: str) -> None:
        say(f"{self.prog}: {message}; see {self.prog} --help")
        self.exit(BAD_INPUT)

    def exit(self, status: int = 0, message: str | None = None) -> None:
        """After --help, too."""
        if message:
            say(message)
        sys.exit(_printed(self.prog, status))


def run(program: str, work: Callable[[], int | None], out: Path | None = None) -> int:
    """Runs `work`, which writes into `out`, and returns the exit status: what `work` returns, or 0; 2 for a refusal, 3 where a
    result could not be written, standard output included."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `compare A B | head` ends quietly
    try:
        status = work() or 0
    except Refusal as refusal:
        say(f"{program}: {refusal}")
        status = BAD_INPUT
    except OSError as error:
        say(f"{program}: cannot write {error.filename or out}: {reason(error)}; {_what_to_do(error)}")
        status = NOT_WRITTEN
    return _printed(program, status)


def reason(error: OSError) -> str:
    """pandas and h5py give their errors neither a number nor the system's words."""
    return error.strerror or (str(error).splitlines() or [type(error).__name__])[0]


def _what_to_do(error: OSError) -> str:
    return DO.get(error.errno, "name a place that can be written")


def _printed(program: str, status: int) -> int:
    """The status, or 3 if what was printed cannot be written."""
    error = unprinted()
    if error is None:
        return status
    say(f"{program}: cannot write to standard output: {reason(error)}; lead it to a place that can be written")
    return NOT_WRITTEN
