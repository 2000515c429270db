"""The standard streams, which a user may have closed, or led to a full disk: a program goes on without them.

Imports nothing but the standard library, and nothing newer than Python 3.6: interpreter.py needs it.
"""

import os
import sys

STREAMS = 3  # input, output, errors


class Patient:
    """A stream on which printing never fails: the first `error` is kept, and later output is dropped."""

    def __init__(self, stream):
        self._stream, self.error = stream, None

    def write(self, text):
        return self._tried(lambda: self._stream.write(text))

    def flush(self):
        self._tried(self._stream.flush)

    def _tried(self, action):
        try:
            return action()
        except OSError as error:
            self.error = self.error or error
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())  # the interpreter tries again at its end
            os.close(nowhere)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def mend():
    """Opens closed streams to nowhere, lest a file that is opened later takes their number, and lets nothing fail for a letter:
    a name may hold bytes that are no text, and a terminal may lack letters."""
    for number in range(STREAMS):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdout, sys.stderr = (Patient(stream or open(os.devnull, "w")) for stream in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not before Python 3.7
            stream.reconfigure(errors="backslashreplace")


def say(sentence):
    """Prints a sentence for the user on standard error."""
    print(sentence, file=sys.stderr)


def unprinted():
    """None, or the error for which standard output lacks something."""
    sys.stdout.flush()
    return getattr(sys.stdout, "error", None)
