"""Ctrl-C ends a job, and not only the launch that is under way."""

import os
import pty
import select
import signal
import time

from end_to_end.launching import ROOT

# mpirun ends as the real one does: with a status of its own, not by the signal.
MPIRUN = """#!/bin/bash
trap 'exit 1' INT
echo "launched" >/dev/tty
for ((i = 0; i < 600; ++i)); do sleep 0.1; done
"""
JOB = "source '{root}/jobs/setup.sh'; campaign={campaign} failed=0; launch -n 2 -- --bytes 8; launch -n 2 -- --bytes 64"


def test_ctrl_c_ends_the_job(tmp_path):
    (tmp_path / "mpirun").write_text(MPIRUN)
    (tmp_path / "mpirun").chmod(0o755)
    job, terminal = pty.fork()
    if job == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.environ["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
        os.execvp("bash", ["bash", "-c", JOB.format(root=ROOT, campaign=tmp_path / "campaign")])
    try:
        read_until(terminal, "launched", 60)
        os.write(terminal, b"\x03")
        end = time.monotonic() + 60
        while (ended := os.waitpid(job, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
            time.sleep(0.05)
        assert ended[0] == job and os.waitstatus_to_exitcode(ended[1]) == 130, "it goes on"
        assert not (tmp_path / "campaign.table").exists()
    finally:
        os.close(terminal)  # hangs up on whatever is left


def read_until(terminal: int, word: str, limit_s: float) -> None:
    text, end = "", time.monotonic() + limit_s
    while word not in text:
        assert time.monotonic() < end, text
        if select.select([terminal], [], [], 0.2)[0]:
            text += os.read(terminal, 4096).decode(errors="replace")
