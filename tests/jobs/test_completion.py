"""What the Tab key makes of coordbench's command line: in bash word by word, and in both shells on a terminal."""

import os
import pty
import re
import select
import shlex
import shutil
import time

import pytest

from end_to_end.launching import ROOT, Launch, run

COMPLETION = ROOT / "jobs" / "completion.sh"
ASK = """
source {completion}
COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:' COMP_LINE={line} COMP_POINT=${{#COMP_LINE}}
_coordbench
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
KERNELS = {"raft_replication", "two_phase_commit", "ping_pong"}


def completed(line: str) -> set[str]:
    ended = run("bash", "-c", ASK.format(completion=shlex.quote(str(COMPLETION)), line=shlex.quote(line)))
    assert (ended.status, ended.stderr) == (0, "")
    return set(ended.stdout.split())


# Behind the name of the program; of the word at the cursor bash replaces what follows its last @, = or :.
EXPECTED = {
    "a command": ("ca", {"calibrate"}),
    "an option": ("run --ker", {"--kernels"}),
    "an option of another command": ("doctor --ker", set()),
    "a kernel": ("run --kernels raft", {"raft_replication"}),
    "a kernel to list": ("list raft", {"raft_replication"}),
    "a group": ("run --kernels @repl", {"replication"}),
    "an item of a list": ("run --kernels ping_pong,two_ph", {"ping_pong,two_phase_commit"}),
    "what is left out": ("run --kernels '!two_ph", {"!two_phase_commit"}),
    "behind an equals sign": ("run --kernels=raft", {"raft_replication"}),
    "a choice": ("run --bytes 8 --sync b", {"barrier"}),
    "a file": ("run --config x", set()),
}


@pytest.mark.parametrize("typed, expected", EXPECTED.values(), ids=EXPECTED.keys())
def test_a_word_becomes(coordbench, typed, expected):
    assert completed(f"{coordbench} {typed}") == expected


def test_every_kernel_and_every_command_is_offered(coordbench):
    assert KERNELS < completed(f"{coordbench} list ")
    assert {"run", "calibrate", "list", "doctor", "--help"} <= completed(f"{coordbench} ")


def test_other_programs_of_mpirun_are_left_alone():
    assert completed("mpirun -n 2 other run --ker") == set()


# With these a shell reads no files of its user's.
SHELLS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}


@pytest.mark.parametrize("shell", SHELLS)
def test_on_a_terminal(coordbench, shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    ours, theirs = pty.openpty()
    with Launch([shell, *SHELLS[shell]], stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path,
                env={"TERM": "dumb", "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)}):
        os.write(ours, f"source {shlex.quote(str(COMPLETION))}; echo ready-$((40 + 2))\n".encode())
        seen_until(ours, "ready-42", 120)
        os.write(ours, f"mpirun -n 2 {coordbench} list raft_rep\t".encode())
        seen_until(ours, "list raft_replication", 120)
    os.close(ours)
    os.close(theirs)


def seen_until(terminal: int, word: str, limit_s: float) -> None:
    text, end = "", time.monotonic() + limit_s
    while word not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\b]", "", text):
        assert time.monotonic() < end, text
        if select.select([terminal], [], [], 0.2)[0]:
            text += os.read(terminal, 4096).decode(errors="replace")
