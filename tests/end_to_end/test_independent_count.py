"""Our message counters against Open MPI's own, which see every point-to-point message below us: pml_monitoring.

They also see what the harness sends, so runs of k and of 2k operations are compared, under `--sync none`, where no start line
is drawn per operation. What is left besides the operations is one more block of operations, for blocks double in length: its
word, its samples and, after a protocol, its waves of tallies, however many it takes until all is quiet. That is recorded as
`control_messages`.
"""

import re

import pytest

from . import stored

RANKS, K = 4, 40
SENT = re.compile(r"^E\t(\d+)\t(\d+)\t\d+ bytes\t(\d+) msgs sent", re.MULTILINE)


class Counted:
    """One run, as Open MPI and as the result file count it."""

    def __init__(self, mpirun, program, kernel, operations, folder):
        monitor = ("--mca", "pml_monitoring_enable", 2, "--mca", "pml_monitoring_enable_output", 3,
                   "--mca", "pml_monitoring_filename", folder / f"profile-{operations}")
        ended = mpirun(RANKS, program, "run", "--kernels", kernel, "--ranks", RANKS, "--bytes", 8, "--sync", "none",
                       "--seed", 7, "--operations", operations, "--out", folder / str(operations), options=monitor)
        assert ended.status == 0, ended.stderr
        self.sent = {(int(source), int(to)): int(messages) for profile in folder.glob(f"profile-{operations}.*.prof")
                     for source, to, messages in SENT.findall(profile.read_text())}
        assert {source for source, _ in self.sent} == set(range(RANKS)), "every rank wrote what it sent"
        path = folder / str(operations) / "launch-001.h5"
        kernels = stored.column(path, "kernel")
        self.control = {name: sum(count for k, count in zip(kernels, stored.column(path, "control_messages")) if k == name)
                        for name in set(kernels)}
        self.ours = sum(round(per_operation * operations) for per_operation in stored.column(path, "messages_per_operation"))


@pytest.fixture
def counted(coordbench, mpirun, tmp_path):
    return lambda kernel: [Counted(mpirun, coordbench, kernel, operations, tmp_path) for operations in (K, 2 * K)]


def change(runs, pair):
    return runs[1].sent.get(pair, 0) - runs[0].sent.get(pair, 0)


def total_change(runs):
    return sum(runs[1].sent.values()) - sum(runs[0].sent.values())


def control_change(runs, kernel):
    return runs[1].control[kernel] - runs[0].control[kernel]


DRIFT_WATCH = 2 * 2 * K  # a ping_pong before and one after, of two messages each operation


def test_binomial_broadcast_sends_what_open_mpi_counts(counted):
    runs = counted("binomial_broadcast")
    one_more_block = 2 * (RANKS - 1)  # a word down the tree, and everybody's samples
    one_more_of_each_drift_watch = 2 * 2 * (2 - 1)
    assert control_change(runs, "binomial_broadcast") == one_more_block
    assert total_change(runs) == K * (RANKS - 1) + DRIFT_WATCH + one_more_block + one_more_of_each_drift_watch
    assert runs[1].ours - runs[0].ours == K * (RANKS - 1) + DRIFT_WATCH
    # 0 sends to 1 and 2, and 2 to 3: as the words of the harness do, and ping_pong between 0 and 1.
    assert change(runs, (0, 2)) == K + 1
    assert change(runs, (2, 3)) == K + 1
    assert change(runs, (0, 1)) == K + 1 + 2 * (K + 1)
    assert [change(runs, pair) for pair in ((0, 3), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2))] == [0] * 6


def test_two_phase_commit_sends_what_open_mpi_counts(counted):
    runs = counted("two_phase_commit")
    messages = 4 * (RANKS - 1)
    assert runs[1].ours - runs[0].ours == K * messages + DRIFT_WATCH
    control = control_change(runs, "two_phase_commit") + control_change(runs, "ping_pong")
    assert total_change(runs) == K * messages + DRIFT_WATCH + control
    # No word goes from 0 to 3 or back, as 2 passes them on: what is counted there, without any help from our counters, is
    # prepare and decision, vote and ack, and one more message of samples.
    assert change(runs, (0, 3)) == 2 * K
    assert change(runs, (3, 0)) == 2 * K + 1
    assert [change(runs, pair) for pair in ((1, 2), (1, 3), (2, 1), (3, 1))] == [0] * 4
