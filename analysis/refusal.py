"""How a program of this folder says no: one sentence on standard error and an exit status, never a traceback."""

import argparse
import signal
import sys
from typing import Callable

BAD_INPUT = 2
NOT_WRITTEN = 3


class Refusal(Exception):
    """Input that cannot be used; its text is one sentence: what was given, what is accepted, what to do."""


class Parser(argparse.ArgumentParser):
    """A command line whose mistakes are told in one sentence."""

    def error(self, message: str) -> None:
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


def run(program: str, work: Callable[[], None]) -> int:
    """Runs `work` and returns the exit status: 0, 2 for a refusal, 3 where a result could not be written."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `compare A B | head` ends quietly
    try:
        work()
    except Refusal as refusal:
        print(f"{program}: {refusal}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        print(f"{program}: cannot write {error.filename}: {error.strerror}; name a folder that can be written", file=sys.stderr)
        return NOT_WRITTEN
    return 0
